// A real consumer on the real clock, with the clock faked: scheduled tasks, retries and crontab ticks run as time is
// advanced, with vi.useFakeTimers() and with @sinonjs/fake-timers alike. What has to be watched:
//
// - Advance with the asynchronous methods (advanceTimersByTimeAsync, tickAsync). The synchronous ones fire timers, but
//   give promises no chance to run in between, so a task does not get past its first await.
// - Install the fake clock before the consumer starts. What waits already waits for real time, until it is woken.
// - Fake `performance` along with Date and the timers (both libraries do unless told otherwise): timeouts of tasks are
//   measured by it. AbortSignal.timeout is faked by neither: use the context's signal.
// - @sinonjs/fake-timers also fakes nextTick and queueMicrotask unless told otherwise. The consumer does not mind, but
//   streams, sockets and vitest itself do: install it with `toNotFake: ['nextTick', 'queueMicrotask']`.
// - A blocking read waits for faked time, and so for ever, unless time is advanced meanwhile.
//
// The simulator of huey-ts/sim needs none of this; it works with the clock faked, too.
import { readFile } from 'node:fs/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Consumer, cron, crontab, MemoryHuey } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface FakeClock {
  readonly name: string;
  install(): void;
  advance(ms: number): Promise<unknown>;
  timers(): number;
  uninstall(): void;
}

let sinon: FakeTimers.Clock;

const CLOCKS: FakeClock[] = [
  {
    name: 'vi.useFakeTimers()',
    install: () => void vi.useFakeTimers({ now: START }),
    advance: (ms) => vi.advanceTimersByTimeAsync(ms),
    timers: () => vi.getTimerCount(),
    uninstall: () => void vi.useRealTimers(),
  },
  {
    name: '@sinonjs/fake-timers',
    install: () => (sinon = FakeTimers.install({ now: START, toNotFake: ['nextTick', 'queueMicrotask'] })),
    advance: (ms) => sinon.tickAsync(ms),
    timers: () => sinon.countTimers(),
    uninstall: () => sinon.uninstall(),
  },
];

let used: { clock: FakeClock; consumer: Consumer } | undefined;

async function setup(clock: FakeClock) {
  clock.install();
  const huey = new MemoryHuey();
  const consumer = huey.createConsumer({ workers: 2 });
  used = { clock, consumer };
  const log: string[] = [];
  huey.signal('executing', (_, { name }) => log.push(`${name} +${Date.now() - START}`));
  await consumer.start();
  return { huey, log };
}

afterEach(async () => {
  if (used === undefined) return;
  const { clock, consumer } = used;
  used = undefined;
  try {
    await consumer.stop();
    if (clock.timers() > 0) throw new Error(`expected no timer to be left, got ${clock.timers()}`);
  } finally {
    clock.uninstall();
  }
});

describe.each(CLOCKS)('with $name', (clock) => {
  it('a scheduled task runs in the first second after it is due', async () => {
    const { huey, log } = await setup(clock);
    const work = huey.task('work', () => 1);
    await work.schedule([], { delay: '90s' });
    await clock.advance(90_000 - 1);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['work +90000']);
  });

  it('retries wait for their delays', async () => {
    const { huey, log } = await setup(clock);
    const flaky = huey.task('flaky', { retries: 3, retryDelay: '1m', retryBackoff: 2 }, () => {
      if (log.length < 4) throw new Error('not yet');
      return 'done';
    });
    const result = await flaky();
    await clock.advance(HOUR);
    expect(log).toEqual(['flaky +0', 'flaky +60000', 'flaky +180000', 'flaky +420000']);
    expect(await result.get()).toBe('done');
  });

  it('periodic tasks run by the calendar', async () => {
    const { huey, log } = await setup(clock);
    huey.periodicTask('quarter', crontab({ minute: '*/15' }), () => 1);
    huey.periodicTask('morning', cron('30 8 * * *', { timeZone: 'Europe/Berlin' }), () => 1);
    await clock.advance(24 * HOUR);
    expect(log.filter((line) => line.startsWith('quarter'))).toHaveLength(97);
    expect(log.filter((line) => line.startsWith('morning'))).toEqual([`morning +${7.5 * HOUR}`]);
  });

  it('a body sleeps, and times out, by the faked clock', async () => {
    const { huey, log } = await setup(clock);
    const ends: string[] = [];
    huey.signal('complete', 'timeout', (signal) => ends.push(`${signal} +${Date.now() - START}`));
    const nap = huey.task('nap', { context: true, timeout: '10m' }, (ctx, duration: string) =>
      ctx.sleep(duration),
    );
    await nap('5m');
    await nap('15m');
    await clock.advance(HOUR);
    expect(log).toHaveLength(2);
    expect(ends).toEqual(['complete +300000', 'timeout +600000']);
  });

  it('a body may use timers of its own', async () => {
    const { huey } = await setup(clock);
    const wait = huey.task('wait', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5000));
      return Date.now() - START;
    });
    const result = await wait();
    await clock.advance(10_000);
    expect(await result.get()).toBe(5000);
  });

  it('a blocking read ends when time is advanced meanwhile', async () => {
    const { huey } = await setup(clock);
    const work = huey.task('work', () => 1);
    const result = await work.schedule([], { delay: '1h' });
    const [value] = await Promise.all([result.get({ blocking: true }), clock.advance(2 * HOUR)]);
    expect(value).toBe(1);
  });

  it('the simulator works all the same, in time of its own', async () => {
    const { huey } = await setup(clock);
    const work = huey.task('work', async () => (await readFile(import.meta.filename)).length > 0);
    const simulated = new MemoryHuey();
    const later = simulated.task('later', () => 1);
    await using sim = await Simulation.start(simulated, { start: START });
    await later.schedule([], { delay: '1h' });
    await sim.untilIdle();
    expect(sim.now.getTime() - START).toBe(HOUR);
    expect(Date.now()).toBe(START);
    expect(typeof work).toBe('function');
  });
});

describe('the traps', () => {
  const [clock] = CLOCKS;

  it('are that synchronous methods do not let a task past its first await', async () => {
    const { huey } = await setup(clock!);
    const steps: string[] = [];
    const work = huey.task('work', async () => {
      steps.push('before');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      steps.push('after');
    });
    await work();
    await clock!.advance(0);
    vi.advanceTimersByTime(HOUR);
    expect(steps).toEqual(['before']);
    await clock!.advance(0);
    expect(steps).toEqual(['before', 'after']);
  });

  it('are that what waited before the clock was faked waits for real time, until it is woken', async () => {
    const huey = new MemoryHuey();
    const log: number[] = [];
    const work = huey.task('work', () => log.push(Date.now() - START));
    const before = realTimers();
    const consumer = huey.createConsumer();
    await consumer.start();
    used = { clock: clock!, consumer };
    clock!.install();
    await work.schedule([], { delay: '1h' });
    await clock!.advance(2 * HOUR);
    expect(log).toHaveLength(1);
    await consumer.stop();
    // vitest may have set one of its own meanwhile; the consumer had three.
    expect(realTimers()).toBeLessThan(before + 2);
  });
});

/** How many timers the process really has. */
function realTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
