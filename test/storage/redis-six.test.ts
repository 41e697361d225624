// The contract with ioredis 6 as the package that is installed: connections are made, and scripts called, in a way of our
// own then. What a given connection does is in redis-variants.test.ts.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { storageContract } from 'huey-ts/testing';
import { callWriter, makeIoredis } from '../../src/storage/redis/connection.js';
import { resolveRedisOptions } from '../../src/storage/redis/options.js';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

vi.mock('ioredis', async () => import('ioredis-6'));

let opened = 0;

describeWithRedis('the Redis storage where ioredis 6 is installed', () => {
  let server: RedisProcess;

  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => server.stop());

  it('makes its connections by it, and writes its calls', async () => {
    const { Redis } = await import('ioredis-6');
    const made = await makeIoredis(resolveRedisOptions({}));
    expect(made).toBeInstanceOf(Redis);
    expect(callWriter(made)).toBeTypeOf('function');
  });

  it.each(storageContract)('$name', async ({ run }) => {
    opened += 1;
    const name = `queue ${opened}`;
    await run({ open: () => new RedisStorage({ host: '127.0.0.1', port: server.port, name }) });
  });
});
