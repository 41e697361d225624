// Readers who need not look: what the storage knows of results that are still to come, and when it does not know.
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { item, NOW } from '../../src/testing/contract/subject.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

let opened = 0;

describeWithRedis('a storage that listens for results', () => {
  let server: RedisProcess;
  const open: RedisStorage[] = [];

  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => server.stop());
  afterEach(async () => void (await Promise.all(open.splice(0).map(async (storage) => storage.close()))));

  function storage(name: string): RedisStorage {
    const one = new RedisStorage({ host: '127.0.0.1', port: server.port, name });
    open.push(one);
    return one;
  }

  /** A storage that hears what is stored, and another on the same queue. */
  async function setup() {
    opened += 1;
    const [listening, other] = [storage(`queue ${opened}`), storage(`queue ${opened}`)];
    listening.watch('any', () => {});
    await sureOf(listening);
    return { listening, other };
  }

  it('tells of the result of what it has enqueued until it has told of it', async () => {
    const { listening, other } = await setup();
    await enqueue(listening, 'task');
    expect(listening.tellsOf('task')).toBe(true);
    expect(listening.tellsOf('another')).toBe(false);
    const told = new Promise<void>((resolve) => listening.watch('task', resolve));
    await other.turn(turnOf({ kind: 'put', key: 'task', data: 'result' }));
    await told;
    expect(listening.tellsOf('task')).toBe(false);
    expect(await listening.pop('task', NOW)).toBe('result');
  });

  it('does not vouch for what others have enqueued, nor for many at once', async () => {
    const { listening, other } = await setup();
    await enqueue(other, 'task');
    expect(listening.tellsOf('task')).toBe(false);
    const effects = ['a', 'b'].map((id) => ({ kind: 'enqueue', item: item(id) }) as const);
    await listening.turn(turnOf(...effects));
    expect(listening.tellsOf('a')).toBe(false);
  });

  it('does not vouch for what came before a break of the connection, and does again after it', async () => {
    const { listening } = await setup();
    await enqueue(listening, 'task');
    const redis = new Redis({ host: '127.0.0.1', port: server.port });
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    redis.disconnect();
    while (listening.tellsOf('task')) await new Promise((resolve) => setImmediate(resolve));
    await sureOf(listening);
    expect(listening.tellsOf('task')).toBe(false);
  });

  it('does not vouch for anything before somebody watches', async () => {
    opened += 1;
    const idle = storage(`queue ${opened}`);
    await enqueue(idle, 'task');
    expect(idle.tellsOf('task')).toBe(false);
  });
});

function turnOf(...effects: Parameters<RedisStorage['turn']>[0]['settled'][number]['effects']) {
  return { settled: [{ effects }], take: 0, lease: 'worker', now: NOW };
}

async function enqueue(storage: RedisStorage, id: string): Promise<void> {
  await storage.turn(turnOf({ kind: 'enqueue', item: item(id) }));
}

/** Enqueues until the storage is sure to hear of the result. */
async function sureOf(storage: RedisStorage): Promise<void> {
  for (let index = 0; !storage.tellsOf(`probe ${index}`); index += 1)
    await enqueue(storage, `probe ${index + 1}`);
}
