// The contract on what else Redis can be: another major version of the client, and a cluster. The whole of it, since
// what differs is how every call gets there.
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisHuey } from 'huey-ts/redis';
import { storageContract } from 'huey-ts/testing';
import type { RedisConnectionLike } from '../../src/storage/redis/options.js';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { item, NOW } from '../../src/testing/contract/subject.js';
import { type RedisCluster, startCluster } from '../redis-cluster.js';
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

describeWithRedis('the Redis storage with a prefix of its own before all keys', () => {
  let server: RedisProcess;
  let connection: Redis;

  beforeAll(async () => {
    server = await startRedis();
    connection = new Redis({ host: '127.0.0.1', port: server.port, lazyConnect: true, keyPrefix: 'app:' });
  });
  afterAll(async () => {
    connection.disconnect();
    await server.stop();
  });

  it.each(storageContract)('$name', async ({ run }) => run(setup(connection)));

  it('keeps everything, and tells of everything, under the prefix', async () => {
    const storage = setup(connection).open();
    storage.watch('key', () => {});
    await storage.turn(enqueuing('a'));
    expect(await callRedis(server.port, 'KEYS', 'huey:*')).toEqual([]);
    expect(await callRedis(server.port, 'PUBSUB', 'CHANNELS', 'huey:*')).toEqual([]);
    await storage.close();
  });
});

describeWithRedis('the Redis storage on a cluster of three nodes', () => {
  let cluster: RedisCluster;
  let connection: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(3);
    connection = new Cluster([...cluster.startup], { lazyConnect: true });
  });
  afterAll(async () => {
    connection.disconnect();
    await cluster.stop();
  });

  it.each(storageContract)('$name', async ({ run }) => run(setup(connection)));

  it('spreads its queues over the nodes', async () => {
    const { open } = setup(connection);
    const storages = Array.from({ length: 12 }, () => setup(connection).open());
    await Promise.all(storages.map(async (storage) => storage.turn(enqueuing('a'))));
    const sizes = await Promise.all(cluster.nodes.map(async ({ port }) => callRedis(port, 'DBSIZE')));
    expect(sizes.filter((size) => size === 0)).toEqual([]);
    await Promise.all([open(), ...storages].map(async (storage) => storage.close()));
  });

  it('tells idle workers of what came while their subscription was cut', async () => {
    const storage = setup(connection).open();
    const gains: string[] = [];
    let told = (): void => {};
    storage.subscribe((gained) => {
      gains.push(gained);
      told();
    });
    for (let round = 0; round < 5; round += 1) {
      const next = new Promise<void>((resolve) => (told = resolve));
      await Promise.all([
        ...cluster.nodes.map(async ({ port }) => callRedis(port, 'CLIENT', 'KILL', 'TYPE', 'pubsub')),
        storage.turn(enqueuing(`task ${round}`)),
      ]);
      await next;
    }
    expect(gains).toContain('queue');
    await storage.close();
  });

  it('runs what is enqueued while its workers sleep until they are told', async () => {
    opened += 1;
    const huey = new RedisHuey({ connection, name: `app ${opened}` });
    const add = huey.task('add', (a: number, b: number) => a + b);
    const consumer = huey.createConsumer();
    await consumer.start();
    for (let index = 0; index < 20; index += 1)
      expect(await (await add(index, 1)).get({ blocking: true, timeout: '20s' })).toBe(index + 1);
    await consumer.stop();
    await huey.close();
  });
});

function enqueuing(id: string) {
  const effects = [{ kind: 'enqueue', item: item(id) }] as const;
  return { settled: [{ effects }], take: 0, lease: 'worker', now: NOW };
}
