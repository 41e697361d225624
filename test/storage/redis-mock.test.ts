// The Redis storage on a server in memory: the scripts run in another Lua, and what they use stays plain.
import RedisMock from 'ioredis-mock';
import { describe, it } from 'vitest';
import { storageContract } from 'huey-ts/testing';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';

let opened = 0;

/** Opens storages on one server of their own. */
function setup() {
  opened += 1;
  const connection = new RedisMock({ host: `server-${opened}` });
  return { open: () => new RedisStorage({ connection }) };
}

describe('the Redis storage on a server in memory', () => {
  it.each(storageContract)('$name', async ({ run }) => run(setup()));
});
