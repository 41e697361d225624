// The same day three ways, on three storages: with the kit's own clock, with vitest's fake timers, and with those of
// @sinonjs/fake-timers. A task with a delay, its retries and a periodic task run at the same instants each time. Redis in
// memory answers by timers of its own, which must not be faked: there the kit's clock alone is used.
import { join } from 'node:path';
import FakeTimers from '@sinonjs/fake-timers';
import RedisMock from 'ioredis-mock';
import { describe, expect, it, vi } from 'vitest';
import { crontab, Huey, MemoryHuey, systemRuntime } from 'huey-ts';
import { RedisStorage } from 'huey-ts/redis';
import { SqliteHuey } from 'huey-ts/sqlite';
import { drain } from 'huey-ts/testing';
import { temporaryFolder } from '../storage/temporary-folder.js';
import { manualRuntime, START } from '../manual-runtime.js';

const HOUR = 60 * 60 * 1000;

let servers = 0;

const STORAGES: readonly [name: string, make: (runtime: ReturnType<typeof systemRuntime>) => Huey][] = [
  ['memory', (runtime) => new MemoryHuey({ runtime })],
  [
    'SQLite',
    (runtime) => new SqliteHuey({ filename: join(temporaryFolder(), 'queue.db'), fsync: 'off', runtime }),
  ],
  [
    'Redis in memory',
    (runtime) => {
      servers += 1;
      const connection = new RedisMock({ host: `fake-time-${servers}` });
      return new Huey({ storage: new RedisStorage({ connection, blocking: false }), runtime });
    },
  ],
];

/** Tasks, one of them enqueued for in an hour, and when they ran, in minutes from the start. */
async function setup(huey: Huey) {
  const log: string[] = [];
  const note = (name: string, now: number): void =>
    void log.push(`${name} +${Math.floor((now - START) / 60_000)}`);
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

const EXPECTED = ['tick +30', 'flaky +60', 'flaky +80', 'flaky +100', 'tick +150'];

describe.each(STORAGES)('a morning on %s', (name, make) => {
  it('passes with the clock of the kit', async () => {
    const huey = make(manualRuntime());
    const log = await setup(huey);
    await drain(huey, { until: '3h' });
    expect(log).toEqual(EXPECTED);
    await huey.close();
  });

  it.skipIf(name === 'Redis in memory')('passes with the fake timers of vitest', async () => {
    vi.useFakeTimers({ now: START });
    try {
      const huey = make(systemRuntime());
      const log = await setup(huey);
      const consumer = huey.createConsumer({ maxDelay: '1s' });
      await consumer.start();
      for (let minute = 0; minute < 180; minute += 1) await vi.advanceTimersByTimeAsync(60_000);
      expect(log).toEqual(EXPECTED);
      const stopped = consumer.stop();
      await vi.advanceTimersByTimeAsync(1000);
      await stopped;
      await huey.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it.skipIf(name === 'Redis in memory')('passes with @sinonjs/fake-timers', async () => {
    const clock = FakeTimers.install({
      now: START,
      toNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'],
    });
    try {
      const huey = make(systemRuntime());
      const log = await setup(huey);
      const consumer = huey.createConsumer({ maxDelay: '1s' });
      await consumer.start();
      await clock.tickAsync(3 * HOUR);
      expect(log).toEqual(EXPECTED);
      const stopped = consumer.stop();
      await clock.tickAsync(1000);
      await stopped;
      await huey.close();
    } finally {
      clock.uninstall();
    }
  });
});
