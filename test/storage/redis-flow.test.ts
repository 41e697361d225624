// The script for busy consumers does what the general one does, also where a delivery is no longer in flight; the
// general one is made to do it by a revocation that has nothing to do with it.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import type { Effect, Settlement } from '../../src/storage/storage.js';
import { item, NOW } from '../../src/testing/contract/subject.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

const LEASE = { lease: 'worker', leaseUntil: NOW + 1000, now: NOW };
let opened = 0;

describeWithRedis('the turn of a busy consumer', () => {
  let server: RedisProcess;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ host: '127.0.0.1', port: server.port });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  /** Settles four deliveries, the second of which has ended before; tells all that can be seen afterwards. */
  async function play(isPlain: boolean) {
    opened += 1;
    const storage = new RedisStorage({ host: '127.0.0.1', port: server.port, name: `flow ${opened}` });
    const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ kind: 'enqueue', item: item(id) }) as const);
    await storage.turn({ settled: [{ effects: items }], take: 0, ...LEASE });
    await storage.turn({ settled: [{ effects: [put('over', NOW)] }], take: 0, ...LEASE });
    if (!isPlain) await storage.turn({ settled: [{ effects: [put('revoked:other')] }], take: 0, ...LEASE });
    const { deliveries } = await storage.turn({ settled: [], take: 4, ...LEASE });
    const [a, b, c, d] = deliveries.map(({ receipt }) => receipt);
    await storage.turn({ settled: [{ receipt: b!, effects: [put('b', NOW + 5)] }], take: 0, ...LEASE });
    await redis.config('RESETSTAT');
    const settled: Settlement[] = [
      { receipt: a!, effects: [put('a', NOW + 10), put('a2'), { kind: 'unrevoke', id: 'a' }] },
      { receipt: b!, effects: [put('wrong'), put('b', NOW + 20)] },
      { receipt: c!, effects: [] },
      { receipt: d!, effects: [put('d'), put('d2', NOW + 30), put('d3', NOW + 40)] },
    ];
    const turn = await storage.turn({ settled, take: 3, ...LEASE });
    const commands = await redis.info('commandstats');
    const keys = ['a', 'a2', 'b', 'wrong', 'd', 'd2', 'd3', 'over'];
    const peeked = await Promise.all(keys.map(async (key) => [key, await storage.peek(key, NOW)]));
    const key = (part: string): string => `huey:{flow ${opened}}:${part}`;
    const seen = {
      applied: turn.settled.map(({ applied }) => applied),
      taken: turn.deliveries.map(({ item: { id }, count, revoked }) => [id, count, revoked]),
      held: (await storage.held(NOW)).map(({ item: { id }, count }) => [id, count]),
      holding: await redis.hgetall(key('holding')),
      peeked,
      expiries: await redis.zrange(key('expiries'), 0, -1, 'WITHSCORES'),
    };
    const again = await storage.turn({
      settled: turn.deliveries.map(({ receipt, item: { id } }) => ({ receipt, effects: [put(id)] })),
      take: 9,
      ...LEASE,
    });
    const left = { held: await storage.held(NOW), holding: await redis.hgetall(key('holding')) };
    await storage.close();
    return { wasPlain: !/cmdstat_hmget/.test(commands), seen, again: again.settled, left };
  }

  it('comes to the same by either script', async () => {
    const [plain, general] = [await play(true), await play(false)];
    expect([plain.wasPlain, general.wasPlain]).toEqual([true, false]);
    expect({ ...plain, wasPlain: false }).toEqual(general);
    expect(plain.seen).toEqual({
      applied: [true, false, true, true],
      taken: [
        ['e', 1, false],
        ['f', 1, false],
      ],
      held: [
        ['e', 1],
        ['f', 1],
      ],
      holding: { '=worker': '2' },
      peeked: [
        ['a', 'data'],
        ['a2', 'data'],
        ['b', 'data'],
        ['wrong', undefined],
        ['d', 'data'],
        ['d2', 'data'],
        ['d3', 'data'],
        ['over', undefined],
      ],
      expiries: ['=b', NOW + 5, '=a', NOW + 10, '=d2', NOW + 30, '=d3', NOW + 40].map(String),
    });
    expect(plain.left).toEqual({ held: [], holding: {} });
  });
});

function put(key: string, expiresAt?: number): Effect {
  return { kind: 'put', key, data: 'data', ...(expiresAt !== undefined && { expiresAt }) };
}
