// The rights that the documentation asks for are enough for everything, and not for the rest of the server. The line is
// read from the page, so that what users copy is what was tried.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisHuey } from 'huey-ts/redis';
import { storageContract } from 'huey-ts/testing';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { ROOT } from '../files.js';
import { type RedisCluster, startCluster } from '../redis-cluster.js';
import { callRedis, describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

const USER = { username: 'huey', password: 'secret' };
const page = readFileSync(join(ROOT, 'docs/redis.md'), 'utf8');
const RIGHTS = /^ *ACL SETUSER (.*)$/m.exec(page)![1]!.split(' ');
const CLUSTER_RIGHTS = /On a cluster add `(.*?)`/.exec(page)![1]!.split(' ');

let opened = 0;

describeWithRedis('a user with the documented rights', () => {
  let server: RedisProcess;
  const address = () => ({ host: '127.0.0.1', port: server.port, ...USER });

  beforeAll(async () => {
    server = await startRedis();
    await callRedis(server.port, 'ACL', 'SETUSER', ...RIGHTS);
  });
  afterAll(async () => server.stop());

  function setup() {
    opened += 1;
    const name = `queue ${opened}`;
    return { open: () => new RedisStorage({ ...address(), name }) };
  }

  it.each(storageContract)('may do what the storage does: $name', async ({ run }) => run(setup()));

  it('runs a consumer whose idle workers are told of tasks', async () => {
    await runTasks(new RedisHuey({ ...address(), name: 'shop', clientName: 'shop worker' }));
  });

  it('may not touch what belongs to others, nor the server itself', async () => {
    const redis = new Redis(address());
    const refused = [
      redis.get('session:1'),
      redis.set('session:1', 'x'),
      redis.eval('return redis.call("GET", KEYS[1])', 1, 'session:1'),
      redis.publish('others', 'x'),
      redis.flushall(),
      redis.config('GET', '*'),
      redis.call('ACL', 'WHOAMI').then(async () => redis.call('ACL', 'LIST')),
    ];
    for (const one of refused) await expect(one).rejects.toThrow(/NOPERM|permission/i);
    redis.disconnect();
  });
});

describeWithRedis('a user with the rights that are documented for a cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startCluster(3);
    for (const { port } of cluster.nodes)
      await callRedis(port, 'ACL', 'SETUSER', ...RIGHTS, ...CLUSTER_RIGHTS);
  });
  afterAll(async () => cluster.stop());

  it('runs a consumer whose idle workers are told of tasks', async () => {
    const connection = new Cluster([...cluster.startup], { lazyConnect: true, redisOptions: USER });
    await runTasks(new RedisHuey({ connection, name: 'shop' }));
  });
});

async function runTasks(huey: RedisHuey): Promise<void> {
  const add = huey.task('add', { lock: 'adding' }, (a: number, b: number) => a + b);
  const consumer = huey.createConsumer();
  await consumer.start();
  for (let index = 0; index < 5; index += 1)
    expect(await (await add(index, 1)).get({ blocking: true, timeout: '20s' })).toBe(index + 1);
  await consumer.stop();
  await huey.close();
}
