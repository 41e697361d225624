// The Redis storage against the naive model, on a real server and on one in memory, whatever is asked of it.
import RedisMock from 'ioredis-mock';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { verifyStorage } from 'huey-ts/testing';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import type { RedisStorageOptions } from '../../src/storage/redis/options.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

/** The stand-in in memory builds a new Lua for every script. */
const RUNS = { real: 80, inMemory: 5 };

/** Checks storages that are opened one after another, each with a queue of its own. */
async function check(options: RedisStorageOptions, seed: number, runs: number): Promise<void> {
  let opened = 0;
  const open = (): RedisStorage => new RedisStorage({ ...options, name: `queue ${(opened += 1)}` });
  await verifyStorage(open, { contract: false, runs, seed });
}

describeWithRedis('the Redis storage', () => {
  let server: RedisProcess;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.stop());

  it('answers as the documentation says, whatever is asked of it in whatever order', async () => {
    await check({ host: '127.0.0.1', port: server.port }, 20260101, RUNS.real);
  }, 120_000);
});

describe('the Redis storage on a server in memory', () => {
  it('answers as the documentation says, whatever is asked of it in whatever order', async () => {
    await check({ connection: new RedisMock({ host: 'model' }) }, 20260102, RUNS.inMemory);
  }, 120_000);
});
