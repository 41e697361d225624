// The example application, tested four ways side by side: immediate, capture, simulated, and on a real Redis server.
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Huey, MemoryHuey } from 'huey-ts';
import { RedisHuey } from 'huey-ts/redis';
import {
  assertEnqueued,
  drain,
  expectEnqueued,
  hueyMatchers,
  leakCheck,
  openHandles,
  withCapture,
  withImmediate,
  withSimulation,
} from 'huey-ts/testing';
import { createShop } from '../../docs/examples/shop/shop.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

expect.extend(hueyMatchers);

/** A shop whose mail server is away for so many mails. */
function setup(huey: Huey = new MemoryHuey(), failures = 0) {
  const database = new Database(':memory:');
  onTestFinished(() => void database.close());
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
  const isConfirmed = (): boolean =>
    database.prepare('SELECT confirmed FROM orders WHERE id = 7').pluck().get() === 1;
  return { huey, sent, order, isConfirmed, ...shop };
}

describe('the shop, four ways', () => {
  it('immediate: an order is confirmed by the time of the answer', async () => {
    const { huey, sent, order, isConfirmed } = setup();
    await withImmediate(huey, async () => {
      expect(await huey.result(await order())).toBe('confirmed');
      await leakCheck(huey);
    });
    expect([sent, isConfirmed()]).toEqual([['ada@example.org: Order 7'], true]);
  });

  it('capture: the answer enqueues a confirmation, which is retried until the mail server is back', async () => {
    const { huey, sent, order, confirm, isConfirmed } = setup(new MemoryHuey(), 2);
    await withCapture(huey, async () => {
      await expectEnqueued({ task: confirm, args: ['7'], times: 1 }, order);
      expect([sent, isConfirmed()]).toEqual([[], false]);
      const { outcomes } = await drain(huey, { scheduled: true });
      expect(outcomes).toEqual({ raised: 2, returned: 1 });
      expect(confirm).toHaveRetried(2);
    });
    expect([sent, isConfirmed()]).toEqual([['ada@example.org: Order 7'], true]);
  });

  it('simulated: what could not be confirmed is remembered on the mornings of two days', async () => {
    const { huey, sent, order, confirm, remind } = setup(new MemoryHuey(), 4);
    await withSimulation(huey, { start: '2026-03-02T08:00Z', workers: 2, seed: 7 }, async (sim) => {
      await order();
      await sim.advance('2 days');
      expect(confirm).toHaveRetried(3);
      expect(remind).toHaveFired({ at: ['2026-03-02T09:00Z', '2026-03-03T09:00Z'] });
      expect(sim.signals('confirm').filter((signal) => signal === 'error')).toHaveLength(4);
    });
    expect(sent).toEqual(Array(2).fill('ada@example.org: We have not forgotten 7'));
  });
});

describeWithRedis('the shop, four ways', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis.stop());

  it('real: a consumer on Redis confirms it, and nothing is left behind', async () => {
    const handlesBefore = openHandles();
    const { huey, sent, order, confirm, isConfirmed } = setup(new RedisHuey({ port: redis.port }));
    await using consumer = huey.createConsumer();
    const { handles } = await expectEnqueued(confirm, order);
    await assertEnqueued(huey, confirm, { args: ['7'], state: 'queued' });
    await consumer.start();
    expect(await handles[0]!.get({ blocking: true, timeout: '20s' })).toBe('confirmed');
    expect([sent, isConfirmed()]).toEqual([['ada@example.org: Order 7'], true]);
    await consumer.stop();
    await leakCheck(huey);
    await huey.close();
    await leakCheck(new MemoryHuey(), { handlesBefore });
  });
});
