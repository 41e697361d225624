// What is on the server: the documented keys and no others, all on one node of a cluster, all declared by the scripts
// that touch them; nothing is left of what has ended, and the server's own clock has no say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldOf, nameOf, REDIS_KEYS, redisKey } from '../../src/storage/redis/keys.js';
import { REDIS_SCRIPTS, RedisStorage } from '../../src/storage/redis/redis-storage.js';
import type { Delivery, Effect, QueueItem } from '../../src/storage/storage.js';
import { item, NOW } from '../../src/testing/contract/subject.js';
import { ROOT } from '../files.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

const PARTS = Object.keys(REDIS_KEYS) as (keyof typeof REDIS_KEYS)[];
const YEAR_MS = 365 * 86_400_000;

describe('the keys of a queue', () => {
  it.each(['shop', 'a:b', '{a}', 'a}b', '}', '{', '%7B', 'ä 日本'])('of %s have one hash tag', (name) => {
    const tags = PARTS.map((part) => /\{([^}]*)\}/.exec(redisKey(name, part))?.[1]);
    expect(new Set(tags).size).toBe(1);
    expect(tags[0]).not.toBe('');
    expect(redisKey(name, 'queue').split(/[{}]/).length).toBe(3);
  });

  it('are different for every name', () => {
    const names = ['a}b', 'a%7Db', 'a%257Db', 'ab', 'a{b', 'a%7Bb'];
    expect(new Set(names.map((name) => redisKey(name, 'queue'))).size).toBe(names.length);
  });

  it('are in the documentation, each with its type', () => {
    const page = readFileSync(join(ROOT, 'docs/redis.md'), 'utf8');
    const rows = PARTS.map(
      (part) => new RegExp(`\\| \`${part}\` +\\| ${REDIS_KEYS[part].split(':')[0]} +\\|`),
    );
    expect(rows.filter((row) => !row.test(page))).toEqual([]);
  });

  it('hold fields that never are bare names', () => {
    expect(fieldOf('__proto__')).not.toBe('__proto__');
    expect(nameOf(fieldOf('__proto__'))).toBe('__proto__');
  });
});

describe('the scripts', () => {
  it.each(REDIS_SCRIPTS)('$name touches no key but those it declares', ({ keys, lua }) => {
    const touched = [...lua.matchAll(/redis\.call\('[A-Z]+', ([\w[\]]+)/g)].map(([, key]) => key!);
    const passedOn = [...lua.matchAll(/\beach\('[A-Z]+', (\w+)|firstBefore\((\w+)/g)].map(
      ([, listed, sorted]) => listed ?? sorted!,
    );
    // A key that a function was given, one of the two that `homeOf` knows, and channels.
    const elsewhere = new Set([
      'key',
      'homeOf',
      'channel',
      'ARGV[1]',
      'ARGV[4]',
      'ARGV[5]',
      'ARGV[6]',
      'ARGV[7]',
    ]);
    const declared: readonly string[] = keys;
    const strays = [...touched, ...passedOn].filter((key) => !elsewhere.has(key) && !declared.includes(key));
    expect(strays).toEqual([]);
    expect(lua).not.toMatch(/redis\.(pcall|setresp|log|sha1hex)|cjson|cmsgpack|'(TIME|KEYS|SCAN)'/);
  });

  it('are all named differently', () => {
    expect(new Set(REDIS_SCRIPTS.map(({ name }) => name)).size).toBe(REDIS_SCRIPTS.length);
  });
});

describeWithRedis('a queue on a server', () => {
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

  async function setup(name: string) {
    await redis.flushall();
    const storage = new RedisStorage({ host: '127.0.0.1', port: server.port, name });
    return { storage, allKeys: async () => (await redis.keys('*')).sort() };
  }

  it('has every documented key when everything is in use, and no other', async () => {
    const { storage, allKeys } = await setup('full');
    await useEverything(storage, NOW);
    const expected = PARTS.map((part) => redisKey('full', part)).sort();
    expect(await allKeys()).toEqual(expected);
    expect((await redis.keys('*')).length).toBe(await redis.dbsize());
    for (const part of PARTS) {
      const type = REDIS_KEYS[part].split(':')[0]!.replace('sorted set', 'zset');
      expect([part, await redis.type(redisKey('full', part))]).toEqual([part, type]);
      expect([part, await redis.ttl(redisKey('full', part))]).toEqual([part, -1]);
    }
    await storage.close();
  });

  it('is left with three numbers after many tasks whose results were read', async () => {
    const { storage, allKeys } = await setup('many');
    const count = Number(process.env['HUEY_TEST_TASKS'] ?? 100_000);
    for (let start = 0; start < count; start += 2000)
      await storage.turn(
        turnOf(
          Array.from({ length: 2000 }, (_, index) => enqueue(`t${start + index}`, index % 7 === 0 ? 1 : 0)),
        ),
      );
    await storage.keepLease('worker', NOW + 1000, NOW);
    let held: readonly Delivery[] = [];
    let ended = 0;
    do {
      const settled = held.map(({ receipt, item: { id } }) => ({
        receipt,
        effects: [put(id, ended % 2 === 0 ? NOW + 10 : undefined)],
      }));
      ({ deliveries: held } = await storage.turn({ settled, take: 500, lease: 'worker', now: NOW }));
      await Promise.all(
        settled.map(async ({ effects }, index) => index % 2 === 0 && storage.pop(effects[0]!.key, NOW)),
      );
      ended += held.length;
    } while (held.length > 0);
    expect(ended).toBe(count);
    for (const key of await storage.keys(NOW))
      if (Number(key.slice(1)) % 1000 === 1) await storage.pop(key, NOW);
    await storage.endLease('worker', NOW);
    await storage.recover('another', 3, NOW + 10);
    await storage.flush('results');
    expect(await allKeys()).toEqual([redisKey('many', 'counters'), redisKey('many', 'taken')]);
    expect(Object.keys(await redis.hgetall(redisKey('many', 'counters'))).sort()).toEqual([
      'places',
      'receipts',
    ]);
    await storage.close();
  }, 600_000);

  it('is cleared of results that nobody reads, by the clock of its callers', async () => {
    const { storage, allKeys } = await setup('unread');
    for (let index = 0; index < 50; index += 1)
      await storage.turn(
        turnOf(Array.from({ length: 100 }, (_, each) => put(`k${index * 100 + each}`, NOW + 10))),
      );
    await storage.recover('worker', 3, NOW + 9);
    expect(await redis.hlen(redisKey('unread', 'data'))).toBe(5000);
    await storage.recover('worker', 3, NOW + 10);
    expect(await allKeys()).toEqual([]);
    await storage.close();
  });

  it('does not grow while results expire unread and nobody recovers', async () => {
    const { storage } = await setup('growing');
    for (let index = 0; index < 500; index += 1)
      await storage.turn(turnOf([put(`k${index}`, NOW + index + 10)], NOW + index));
    expect(await redis.hlen(redisKey('growing', 'data'))).toBeLessThanOrEqual(12);
    expect(await redis.zcard(redisKey('growing', 'expiries'))).toBeLessThanOrEqual(12);
    await storage.close();
  });

  it.each([-40 * YEAR_MS, 0, 90 * YEAR_MS])('lives by a clock that is %i ms off', async (offMs) => {
    const { storage } = await setup('far');
    const now = NOW + offMs;
    await useEverything(storage, now);
    expect(await storage.peek('expiring', now + 9)).toBe('data');
    expect(await storage.peek('expiring', now + 10)).toBeUndefined();
    expect(await storage.holders('lock', now + 9)).toBe(1);
    expect(await storage.holders('lock', now + 10)).toBe(0);
    expect((await storage.handOver({ now: now + 4, limit: 9, lease: 'l' })).deliveries).toEqual([]);
    const { deliveries } = await storage.handOver({ now: now + 5, limit: 9, lease: 'l' });
    expect(deliveries.map((one) => one.item.enqueuedAt)).toEqual([now + 5]);
    expect((await storage.recover('rescuer', 9, now + 9)).requeued.map(({ id }) => id)).toEqual([
      'scheduled',
    ]);
    expect((await storage.recover('rescuer', 9, now + 10)).requeued.map(({ id }) => id)).toEqual(['held']);
    await storage.close();
  });

  it('takes no more than 130 bytes for a task that waits', async () => {
    const { storage } = await setup('small');
    const count = 10_000;
    const items = Array.from({ length: count }, (_, index) => {
      const id = `0b9a4a7e-1c6c-4fd0-a5f7-${String(index).padStart(12, '0')}`;
      return item(id, { task: 'add', data: `{"v":1,"id":"${id}","task":"add","args":[]}` });
    });
    await storage.turn(turnOf(items.map((one) => ({ kind: 'enqueue', item: one }))));
    const bytes = Number(await redis.memory('USAGE', redisKey('small', 'queue'), 'SAMPLES', 0));
    expect(bytes / count).toBeLessThan(130);
    expect(await storage.pending()).toEqual(items);
    await storage.close();
  });
});

function turnOf(effects: readonly Effect[], now = NOW) {
  return { settled: [{ effects }], take: 0, lease: 'worker', now };
}

function enqueue(id: string, priority = 0): Effect {
  return { kind: 'enqueue', item: item(id, { priority }) };
}

function put(key: string, expiresAt?: number): Extract<Effect, { kind: 'put' }> {
  return { kind: 'put', key, data: 'data', ...(expiresAt !== undefined && { expiresAt }) };
}

/** Puts something under every key; what ends, ends at `now + 10`. */
async function useEverything(storage: RedisStorage, now: number): Promise<void> {
  const callback: QueueItem = item('callback');
  await storage.keepLease('lease', now + 10, now);
  await storage.turn(turnOf([enqueue('held')], now));
  await storage.turn({ settled: [], take: 1, lease: 'lease', now });
  await storage.turn(
    turnOf(
      [
        enqueue('waiting'),
        enqueue('ranked', 2),
        { kind: 'schedule', item: item('scheduled'), dueAt: now + 5 },
        put('result'),
        put('expiring', now + 10),
        put('revoked:id'),
        { kind: 'chord', chord: 'chord', size: 2, callback: { item: callback, tail: '' } },
        { kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') },
        { kind: 'bury', item: item('dead'), reason: 'reason' },
      ],
      now,
    ),
  );
  await storage.acquire({ name: 'lock', owner: 'owner', places: 1, lease: 'lease', now });
  await storage.rate({ name: 'rate', limit: 1, windowMs: 1000, now });
}
