// What can go wrong between the Redis storage and a real server, and what callers are told then: whether it is the
// settings, whether it will pass, and whether the call may have been applied.
import { createServer, type Server } from 'node:http';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { isHueyError, type StorageError } from '../../src/errors.js';
import type { RedisStorageOptions } from '../../src/storage/redis/options.js';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import type { Turn } from '../../src/storage/storage.js';
import { item, NOW } from '../../src/testing/contract/subject.js';
import { callRedis, describeWithRedis, freePort, type RedisProcess, startRedis } from '../redis-server.js';

const HOST = '127.0.0.1';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Starts a server that ends with the test. */
async function server(settings: readonly string[] = [], port?: number): Promise<RedisProcess> {
  const started = await startRedis(settings, port);
  open.push({ close: () => started.stop() });
  return started;
}

/** Opens a storage that is closed with the test. */
function storage(port: number, options: RedisStorageOptions = {}): RedisStorage {
  const opened = new RedisStorage({ host: HOST, port, ...options });
  open.push(opened);
  return opened;
}

/** A connection to look at the server, and to act on it. */
function client(port: number, password?: string): Redis {
  const redis = new Redis({ host: HOST, port, ...(password !== undefined && { password }) });
  redis.on('error', () => {});
  open.push({ close: () => redis.disconnect() });
  return redis;
}

function enqueuing(id: string, priority = 0): Turn {
  const effects = [{ kind: 'enqueue', item: item(id, { priority }) }] as const;
  return { settled: [{ effects }], take: 0, lease: 'worker', now: NOW };
}

/** The error of a call, as far as callers decide by it. */
async function failure(
  call: Promise<unknown>,
): Promise<Pick<StorageError, 'retryable' | 'mayHaveApplied'> & { text: string }> {
  const error = await call.then(
    () => expect.fail('expected the call to fail'),
    (reason: unknown) => reason,
  );
  if (!isHueyError(error, 'StorageError')) throw error;
  return { text: error.message, retryable: error.retryable, mayHaveApplied: error.mayHaveApplied };
}

const SETTINGS = { retryable: false, mayHaveApplied: false };
const PASSES = { retryable: true, mayHaveApplied: false };
const UNKNOWN = { retryable: true, mayHaveApplied: true };

describeWithRedis('settings that are wrong', () => {
  it('are told apart: no password', async () => {
    const { port } = await server(['--requirepass', 'secret']);
    expect(await failure(storage(port).pendingCount())).toEqual({
      ...SETTINGS,
      text: expect.stringMatching(/wants a password .*set `password`/),
    });
  });

  it('are told apart: a wrong password, which is not shown', async () => {
    const { port } = await server(['--requirepass', 'secret']);
    const { text, ...rest } = await failure(storage(port, { password: 'hunter2' }).turn(enqueuing('a')));
    expect(rest).toEqual(SETTINGS);
    expect(text).toMatch(/refuses the user name or password/);
    expect(text).not.toContain('hunter2');
  });

  it('are told apart: a database that there is not; nothing goes into another', async () => {
    const { port } = await server(['--databases', '2']);
    const { text, ...rest } = await failure(storage(port, { db: 7 }).turn(enqueuing('a')));
    expect([rest, text]).toEqual([SETTINGS, expect.stringMatching(/has no such database .*set `db`/)]);
    expect(await callRedis(port, 'DBSIZE')).toBe(0);
  });

  it('are told apart: something else than Redis', async () => {
    const web: Server = createServer((_, response) => void response.end('hello'));
    await new Promise<void>((resolve) => web.listen(0, HOST, resolve));
    open.push({ close: () => web.close() });
    const { port } = web.address() as { port: number };
    const { text, ...rest } = await failure(storage(port).pendingCount());
    expect([rest, text]).toEqual([SETTINGS, expect.stringMatching(/is no Redis/)]);
  });

  it('are told apart: a node of a cluster without a Cluster', async () => {
    const { port } = await server(['--cluster-enabled', 'yes']);
    const redis = client(port);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '1');
    const { retryable, mayHaveApplied } = await failure(storage(port).turn(enqueuing('a')));
    // It has no node for the slot at all: that may pass.
    expect({ retryable, mayHaveApplied }).toEqual(PASSES);
    expect((await failure(storage(port, { db: 1 }).pendingCount())).text).toMatch(/node of a cluster/);
  });

  it('are told apart: another thing under the key', async () => {
    const { port } = await server();
    await callRedis(port, 'SET', 'huey:{huey}:queue', 'mine');
    const { text, ...rest } = await failure(storage(port).turn(enqueuing('a')));
    const expected = { ...SETTINGS, mayHaveApplied: true };
    expect([rest, text]).toEqual([expected, expect.stringMatching(/something else under a key/)]);
  });

  it('stop hurting when the server is set right', async () => {
    const { port } = await server(['--requirepass', 'secret']);
    const storing = storage(port);
    await failure(storing.turn(enqueuing('a')));
    await client(port, 'secret').config('SET', 'requirepass', '');
    await storing.turn(enqueuing('b'));
    expect((await storing.pending()).map(({ id }) => id)).toEqual(['b']);
  });
});

describeWithRedis('a server that is away', () => {
  it('is told soon if it was never there', async () => {
    const port = await freePort();
    const { text, ...rest } = await failure(storage(port).turn(enqueuing('a')));
    expect([rest, text]).toEqual([
      PASSES,
      expect.stringMatching(/no connection .*ECONNREFUSED.*nothing was changed/),
    ]);
  });

  it('is waited for if it was, and nothing is lost or done twice', async () => {
    const folder = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const first = await startRedis(folder);
    const storing = storage(first.port);
    await storing.turn(enqueuing('a'));
    const kept = await first.stopKeeping('SIGKILL');
    const calls = Promise.all(['b', 'c', 'd'].map((id) => storing.turn(enqueuing(id))));
    await server([...folder, '--dir', kept], first.port);
    await calls;
    expect((await storing.pending()).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is given up on after so many attempts', async () => {
    const running = await startRedis();
    const storing = storage(running.port, { reconnects: 2 });
    await storing.turn(enqueuing('a'));
    await running.stop();
    const { text, ...rest } = await failure(storing.turn(enqueuing('b')));
    expect([rest, text]).toEqual([PASSES, expect.stringMatching(/no connection/)]);
  });

  it('may have applied what it was sent and never answered; it is not sent again', async () => {
    const first = await startRedis();
    const storing = storage(first.port);
    await storing.turn(enqueuing('a'));
    process.kill(first.pid, 'SIGSTOP');
    const sent = failure(storing.turn(enqueuing('b')));
    await client(first.port)
      .quit()
      .catch(() => {});
    await first.stop('SIGKILL');
    const { text, ...rest } = await sent;
    expect([rest, text]).toEqual([UNKNOWN, expect.stringMatching(/look before you repeat it/)]);
    await server([], first.port);
    await storing.turn(enqueuing('c'));
    expect((await storing.pending()).map(({ id }) => id)).toEqual(['c']);
  });

  it('is not waited for longer than an answer may take', async () => {
    const running = await server();
    const storing = storage(running.port, { readTimeout: '200ms' });
    await storing.turn(enqueuing('a'));
    process.kill(running.pid, 'SIGSTOP');
    try {
      const { text, ...rest } = await failure(storing.turn(enqueuing('b')));
      expect([rest, text]).toEqual([UNKNOWN, expect.stringMatching(/may or may not have been applied/)]);
    } finally {
      process.kill(running.pid, 'SIGCONT');
    }
    await storing.turn(enqueuing('c'));
    expect((await storing.pending()).at(-1)?.id).toBe('c');
  });
});

describeWithRedis('a server that is silent', () => {
  it('keeps nobody from closing for longer than an answer may take', async () => {
    const running = await server();
    const storing = storage(running.port, { readTimeout: '200ms' });
    storing.subscribe(() => {});
    await storing.turn(enqueuing('a'));
    const redis = client(running.port);
    while (((await redis.pubsub('CHANNELS')) as string[]).length === 0);
    process.kill(running.pid, 'SIGSTOP');
    try {
      await storing.close();
    } finally {
      process.kill(running.pid, 'SIGCONT');
    }
  });
});

describeWithRedis('connections that are cut in the middle of work', () => {
  it('lose nothing and do nothing twice: what was not answered is told, and is there once at most', async () => {
    const { port } = await server();
    const redis = client(port);
    const storing = storage(port);
    await storing.pendingCount();
    const accepted: string[] = [];
    const unknown: string[] = [];
    const refused: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      // One priority after another, or they would go as one.
      const ids = Array.from({ length: 20 }, (_, index) => `${round}-${index}`);
      const calls = ids.map(async (id, index) => {
        try {
          await storing.turn(enqueuing(id, 1 + index));
          accepted.push(id);
        } catch (error) {
          if (!isHueyError(error, 'StorageError')) throw error;
          (error.mayHaveApplied ? unknown : refused).push(id);
        }
      });
      await Promise.all([...calls, redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')]);
    }
    const ids = (await storing.pending()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(accepted.filter((id) => !ids.includes(id))).toEqual([]);
    expect(refused.filter((id) => ids.includes(id))).toEqual([]);
    expect(ids.filter((id) => !accepted.includes(id) && !unknown.includes(id))).toEqual([]);
    expect(accepted.length + unknown.length + refused.length).toBe(400);
    // Otherwise nothing was cut, and this shows nothing.
    expect(unknown.length + refused.length).toBeGreaterThan(0);
  });

  it('tell their listeners afterwards what they may have missed', async () => {
    const { port } = await server();
    const redis = client(port);
    const storing = storage(port);
    let news: string[] = [];
    let heard = (): void => {};
    const stop = storing.subscribe((gained, lease) => {
      news.push(lease === undefined ? gained : `${gained} ${lease}`);
      heard();
    });
    const hears = (what: string) =>
      new Promise<void>((resolve) => {
        heard = () => void (news.includes(what) && resolve());
        heard();
      });
    await storing.turn(enqueuing('a'));
    await hears('queue');
    const watched = new Promise<void>((resolve) => void storing.watch('result', resolve));
    await storing.turn({ settled: [], take: 1, lease: 'holder', now: NOW });
    await hears('lease holder');
    await storing.turn(enqueuing('b'));
    news = [];
    expect(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(1);
    const put = { kind: 'put', key: 'result', data: 'x' } as const;
    await storing.turn({ settled: [{ effects: [put] }], take: 0, lease: 'worker', now: NOW });
    await Promise.all([hears('queue'), watched]);
    await hears('lease holder');
    expect(news).not.toContain('schedule');
    stop();
  });

  it('know their scripts again on a server that has forgotten them', async () => {
    const { port } = await server();
    const storing = storage(port);
    await storing.turn(enqueuing('a'));
    await callRedis(port, 'SCRIPT', 'FLUSH');
    await storing.turn(enqueuing('b'));
    expect(await storing.pendingCount()).toBe(2);
  });
});

describeWithRedis('a server that refuses', () => {
  it('writes, as a read-only replica: nothing was changed, and reading goes on', async () => {
    const { port } = await server();
    const replica = await server(['--replicaof', HOST, String(port)]);
    await storage(port).turn(enqueuing('a'));
    const reading = storage(replica.port);
    const { text, ...rest } = await failure(reading.turn(enqueuing('b')));
    expect([rest, text]).toEqual([
      PASSES,
      expect.stringMatching(/read-only replica.*connect to the primary/),
    ]);
    await client(replica.port).call('REPLICAOF', 'NO', 'ONE');
    await reading.turn(enqueuing('c'));
    expect((await reading.pending()).at(-1)?.id).toBe('c');
  });

  it('more data when it is out of memory, but lets what runs be settled', async () => {
    const { port } = await server();
    const redis = client(port);
    const storing = storage(port);
    await storing.turn({ ...enqueuing('a'), leaseUntil: NOW + 1000 });
    const { deliveries } = await storing.turn({ settled: [], take: 1, lease: 'worker', now: NOW });
    await redis.config('SET', 'maxmemory', '1mb');
    const plain = await failure(storing.turn(enqueuing('b')));
    const { text, ...rest } = await failure(storing.turn(enqueuing('c', 5)));
    expect([plain, rest]).toEqual([{ ...PASSES, text: plain.text }, PASSES]);
    expect(text).toMatch(/out of memory.*maxmemory/);
    const effects = [{ kind: 'put', key: 'a', data: 'result' }] as const;
    const settled = [{ receipt: deliveries[0]!.receipt, effects }];
    expect((await storing.turn({ settled, take: 0, lease: 'worker', now: NOW })).settled[0]?.applied).toBe(
      true,
    );
    await redis.config('SET', 'maxmemory', '0');
    expect(await storing.peek('a', NOW)).toBe('result');
    await storing.turn(enqueuing('d'));
    expect((await storing.pending()).map(({ id }) => id)).toEqual(['d']);
  });
});
