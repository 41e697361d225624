// The contract on what else Redis can be: another major version of the client, and a cluster. The whole of it, since
// what differs is how every call gets there.
import { Cluster } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storageContract } from 'huey-ts/testing';
import type { RedisConnectionLike } from '../../src/storage/redis/options.js';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { callRedis, describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

let opened = 0;

/** Opens storages on one queue of their own, by a connection that is never used itself. */
function setup(connection: RedisConnectionLike) {
  opened += 1;
  const name = `queue ${opened}`;
  return { open: () => new RedisStorage({ connection, name }) };
}

describeWithRedis('the Redis storage with ioredis 6', () => {
  let server: RedisProcess;
  let connection: Redis6;

  beforeAll(async () => {
    server = await startRedis();
    connection = new Redis6({ host: '127.0.0.1', port: server.port, lazyConnect: true });
  });
  afterAll(async () => {
    connection.disconnect();
    await server.stop();
  });

  it.each(storageContract)('$name', async ({ run }) => run(setup(connection)));
});

describeWithRedis('the Redis storage on a cluster', () => {
  let server: RedisProcess;
  let connection: Cluster;

  beforeAll(async () => {
    server = await startRedis(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']);
    await callRedis(server.port, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!String(await callRedis(server.port, 'CLUSTER', 'INFO')).includes('cluster_state:ok'));
    connection = new Cluster([{ host: '127.0.0.1', port: server.port }], { lazyConnect: true });
  });
  afterAll(async () => {
    connection.disconnect();
    await server.stop();
  });

  it('does not vouch for notifications: a cluster moves its subscription without a word', async () => {
    const storage = new RedisStorage({ connection });
    expect(storage.capabilities).toEqual({ durable: true, shared: true, notifies: false, retains: true });
    await storage.close();
  });

  it.each(storageContract)('$name', async ({ run }) => run(setup(connection)));
});
