// The example application, tested four ways side by side: immediate, capture, simulated, and on a real Redis server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Huey, MemoryHuey } from 'huey-ts';
import { RedisHuey } from 'huey-ts/redis';
import { Simulation } from 'huey-ts/sim';
import {
  assertEnqueued,
  drain,
  expectEnqueued,
  hueyMatchers,
  leakCheck,
  withCapture,
  withImmediate,
} from 'huey-ts/testing';
import { createShop, type Database } from '../../docs/examples/shop/shop.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

expect.extend(hueyMatchers);

function setup(huey: Huey = new MemoryHuey(), failures = 0) {
  const database: Database = { orders: new Map() };
  const sent: string[] = [];
  let toFail = failures;
  const shop = createShop(huey, database, async (to, subject) => {
    if (toFail > 0) {
      toFail -= 1;
      throw new Error('the mail server is away');
    }
    sent.push(`${to}: ${subject}`);
  });
  const order = async (): Promise<string> => {
    const answer = await shop.app.request('/orders/7', { method: 'POST', body: 'ada@example.org' });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as { confirmation: string }).confirmation;
  };
  return { huey, sent, order, database, ...shop };
}

describe('the shop', () => {
  it('confirms an order, at once', async () => {
    const { huey, sent, order } = setup();
    await withImmediate(huey, async () => {
      expect(await huey.result(await order())).toBe('confirmed');
      await leakCheck(huey);
    });
    expect(sent).toEqual(['ada@example.org: Order 7']);
  });

  it('enqueues a confirmation, and retries it until the mail server is back', async () => {
    const { huey, sent, order, confirm } = setup(new MemoryHuey(), 2);
    await withCapture(huey, async () => {
      await expectEnqueued({ task: confirm, args: ['7'], times: 1 }, order);
      expect(sent).toEqual([]);
      const { outcomes } = await drain(huey, { scheduled: true });
      expect(outcomes).toEqual({ raised: 2, returned: 1 });
      expect(confirm).toHaveRetried(2);
    });
    expect(sent).toEqual(['ada@example.org: Order 7']);
  });

  it('reminds of what could not be confirmed, in a simulated week', async () => {
    const { huey, sent, order } = setup(new MemoryHuey(), 4);
    await using sim = await Simulation.start(huey, { start: '2026-03-02T08:00Z', workers: 2, seed: 7 });
    await order();
    await sim.advance('2 days');
    expect(sent).toEqual(Array(2).fill('ada@example.org: We have not forgotten 7'));
    expect(sim.signals('confirm').filter((signal) => signal === 'error')).toHaveLength(4);
  });
});

describeWithRedis('the shop on a real Redis server', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis.stop());

  it('confirms an order through a consumer', async () => {
    const { huey, sent, order, confirm } = setup(new RedisHuey({ port: redis.port }));
    await using consumer = huey.createConsumer();
    const { handles } = await expectEnqueued(confirm, order);
    await assertEnqueued(huey, confirm, { args: ['7'], state: 'queued' });
    await consumer.start();
    expect(await handles[0]!.get({ blocking: true, timeout: '20s' })).toBe('confirmed');
    expect(sent).toEqual(['ada@example.org: Order 7']);
    await consumer.stop();
    await leakCheck(huey);
    await huey.close();
  });
});
