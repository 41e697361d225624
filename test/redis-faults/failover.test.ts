// The primary dies and Sentinel promotes its replica: clients find the new primary by themselves, what the replica had
// received ends, and what it had not is lost without a word. So is said in docs/guarantees.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { RedisHuey } from 'huey-ts/redis';
import { describeWithRedis, freePort, startRedis } from '../redis-server.js';
import { within } from './campaign-child.js';

const HOST = '127.0.0.1';
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function client(port: number): Redis {
  const redis = new Redis({ host: HOST, port });
  redis.on('error', () => {});
  closing.push(() => redis.disconnect());
  return redis;
}

/** A primary, a replica that is in step with it, and a Sentinel that watches over both. */
async function setup() {
  const primary = await startRedis();
  closing.push(() => primary.stop('SIGKILL'));
  const replica = await startRedis(['--replicaof', HOST, String(primary.port)]);
  closing.push(() => replica.stop('SIGKILL'));
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'huey-sentinel-'));
  const rules = [
    `port ${port}`,
    `bind ${HOST}`,
    `dir ${folder}`,
    `sentinel monitor queue ${HOST} ${primary.port} 1`,
    'sentinel down-after-milliseconds queue 500',
    'sentinel failover-timeout queue 3000',
  ];
  writeFileSync(join(folder, 'sentinel.conf'), rules.join('\n'));
  const sentinel = spawn('redis-server', [join(folder, 'sentinel.conf'), '--sentinel'], { stdio: 'ignore' });
  closing.push(async () => {
    const ended = once(sentinel, 'exit');
    if (sentinel.kill('SIGKILL')) await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const asking = client(port);
  const knows = async (): Promise<void> => {
    // Sentinel learns of the replica from the primary.
    while (((await asking.call('SENTINEL', 'REPLICAS', 'queue')) as unknown[]).length === 0);
  };
  await within('a Sentinel that knows the replica', knows());
  const end = () => {
    const connection = new Redis({ sentinels: [{ host: HOST, port }], name: 'queue', lazyConnect: true });
    const huey = new RedisHuey({ connection, reconnects: 20 });
    closing.push(() => huey.close());
    return { huey, double: huey.task('double', (value: number) => value * 2) };
  };
  return { primary, replica, asking, end };
}

describeWithRedis('a failover', () => {
  it('loses what the replica had not received, and nothing else', async () => {
    const { primary, replica, asking, end } = await setup();
    const { huey, double } = end();
    const control = client(primary.port);
    const received = [];
    for (let value = 0; value < 50; value += 1) received.push(await double(value));
    // Sent on a connection of its own, so it speaks for all that the primary has done before.
    expect(await control.call('WAIT', '1', '10000')).toBe(1);
    process.kill(replica.pid, 'SIGSTOP');
    // Or it would find what was sent to it in its socket.
    expect(await control.call('CLIENT', 'KILL', 'TYPE', 'replica')).toBe(1);
    const missed = await double(50);
    expect(await huey.pendingCount()).toBe(51);
    const promoted = within('a new primary', switched(asking, replica.port));
    await primary.stop('SIGKILL');
    process.kill(replica.pid, 'SIGCONT');
    await promoted;

    // A consumer that starts now, and the producer that was there before.
    const consumer = end().huey.createConsumer({ workers: 4 });
    await consumer.start();
    closing.push(() => consumer.stop());
    const late = await double(51);
    expect(await late.get({ blocking: true, timeout: '30s' })).toBe(102);
    const values = [];
    for (const result of received) values.push(await result.get({ blocking: true, timeout: '30s' }));
    expect(values).toEqual(Array.from({ length: 50 }, (_, value) => value * 2));
    expect([await missed.get(), await huey.pendingCount()]).toEqual([undefined, 0]);
  }, 60_000);
});

/** Resolves when Sentinel says that this is the primary. */
async function switched(asking: Redis, port: number): Promise<void> {
  for (;;) {
    const [, at] = (await asking.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'queue')) as string[];
    if (Number(at) === port) return;
  }
}
