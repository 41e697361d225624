// The Redis storage on a real server.
import { afterAll, beforeAll, it } from 'vitest';
import { storageContract } from 'huey-ts/testing';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

describeWithRedis('the Redis storage', () => {
  let server: RedisProcess;
  let opened = 0;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.stop());

  it.each(storageContract)('$name', async ({ run }) => {
    opened += 1;
    const name = `queue ${opened}`;
    await run({ open: () => new RedisStorage({ host: '127.0.0.1', port: server.port, name }) });
  });
});
