// A morning in the life of a queue, on each storage: a task with a delay, its retries, a periodic task; and when they ran.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import RedisMock from 'ioredis-mock';
import { crontab, Huey, MemoryHuey, type Runtime } from 'huey-ts';
import { RedisStorage } from 'huey-ts/redis';
import { SqliteHuey } from 'huey-ts/sqlite';
import { START } from '../manual-runtime.js';
import type { FakeClock } from './fake-clocks.js';

export const MINUTE = 60 * 1000;

let servers = 0;

/** A server of its own, in memory. */
export function redisInMemory() {
  servers += 1;
  return new RedisMock({ host: `fake-time-${servers}` });
}

type Make = (runtime: Runtime) => Huey;

export const EMBEDDED: readonly [name: string, make: Make][] = [
  ['memory', (runtime) => new MemoryHuey({ runtime })],
  [
    'SQLite',
    (runtime) => {
      const folder = mkdtempSync(join(tmpdir(), 'huey-ts-'));
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      return new SqliteHuey({ filename: join(folder, 'queue.db'), fsync: 'off', runtime });
    },
  ],
];

export const STORAGES: typeof EMBEDDED = [
  ...EMBEDDED,
  [
    'Redis in memory',
    // It tells of what is new, so nothing is asked for every second: its Lua takes milliseconds a call.
    (runtime) => new Huey({ storage: new RedisStorage({ connection: redisInMemory() }), runtime }),
  ],
];

/** Declares the tasks and enqueues one for in an hour; the log tells what ran, in minutes from the start. */
export async function morning(huey: Huey): Promise<readonly string[]> {
  const log: string[] = [];
  const note = (name: string, now: number): void =>
    void log.push(`${name} +${Math.floor((now - START) / MINUTE)}`);
  const flaky = huey.task('flaky', { context: true, retries: 2, retryDelay: '20m' }, (ctx) => {
    note('flaky', ctx.now.getTime());
    throw new Error('offline');
  });
  huey.periodicTask('tick', crontab({ minute: '30', hour: '*/2' }), { context: true }, (ctx) =>
    note('tick', ctx.now.getTime()),
  );
  await flaky.schedule([], { delay: '1h' });
  return log;
}

export const EXPECTED = ['tick +30', 'flaky +60', 'flaky +80', 'flaky +100', 'tick +150'];

/** Has a consumer live through the morning on a clock that is installed. */
export async function liveThrough(huey: Huey, clock: Pick<FakeClock, 'advance'>): Promise<readonly string[]> {
  const log = await morning(huey);
  const consumer = huey.createConsumer();
  await consumer.start();
  for (let minute = 0; minute < 180; minute += 1) await clock.advance(MINUTE);
  const stopped = consumer.stop();
  await clock.advance(1000);
  await stopped;
  await huey.close();
  return log;
}
