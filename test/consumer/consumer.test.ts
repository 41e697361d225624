// A whole consumer, on a clock that the test moves: it works through queue, schedule and calendar, survives storages
// that are away and consumers that die, and comes and goes without leaving anything behind.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Consumer, type ConsumerOptions, crontab, Huey, MemoryHuey, type Storage } from 'huey-ts';
import { engineOf } from '../../src/huey.js';
import { host } from '../../src/runtime.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

function setup(options: ConsumerOptions = {}, storage?: Storage) {
  const runtime = manualRuntime(START, storage === undefined ? '' : 'other-');
  const { clock, logs } = runtime;
  const recording = recordingStorage(storage === undefined ? {} : { inner: storage });
  const huey = new Huey({ storage: recording.storage, runtime });
  const log: string[] = [];
  huey.signal((signal, { name }) => {
    if (signal !== 'enqueued') log.push(`${signal} ${name} +${clock.now() - START}`);
  });
  const consumer = huey.createConsumer(options);
  return {
    huey,
    clock,
    logs,
    log,
    recording,
    consumer,
    work: huey.task('work', (n: number) => 2 * n),
    nap: huey.task('nap', { context: true }, async (ctx, duration: string) => {
      await ctx.sleep(duration);
      return duration;
    }),
    /** Stops, with time for what still runs. */
    async stop() {
      const stopping = consumer.stop();
      for (let minute = 0; minute < 10; minute += 1) await clock.advance(60_000);
      await stopping;
    },
  };
}

describe('at work', () => {
  it('runs what is queued at the start, and what comes later, without delay', async () => {
    const { clock, log, work, consumer, stop } = setup();
    await work(1);
    await consumer.start();
    await clock.advance(3_600_000);
    await work(2);
    await clock.advance(0);
    expect(log).toEqual([
      'executing work +0',
      'complete work +0',
      'executing work +3600000',
      'complete work +3600000',
    ]);
    await stop();
    expect(clock.timers).toBe(0);
  });

  it('runs as many tasks at once as it has workers', async () => {
    const { clock, nap, consumer, stop, huey } = setup({ workers: 2 });
    await nap.map([['10s'], ['10s'], ['10s']]);
    await consumer.start();
    await clock.advance(5000);
    expect(engineOf(huey).executing.size).toBe(2);
    await clock.advance(10_000);
    expect(engineOf(huey).executing.size).toBe(1);
    await stop();
  });

  it('runs what is scheduled in the first round after it is due, and retries after their delay', async () => {
    const { huey, clock, log, work, consumer, stop } = setup();
    const flaky = huey.task('flaky', { retries: 2, retryDelay: '1m', retryBackoff: 2 }, () => {
      throw new Error('no');
    });
    await consumer.start();
    await work.schedule([1], { delay: '90500ms' });
    await flaky();
    await clock.advance(3_600_000);
    const executed = log.filter((line) => line.startsWith('executing'));
    expect(executed).toEqual([
      'executing flaky +0',
      'executing flaky +60000',
      'executing work +91000',
      'executing flaky +180000',
    ]);
    await stop();
  });

  it('runs periodic tasks by the calendar, also one that is declared meanwhile', async () => {
    const { huey, clock, log, consumer, stop } = setup();
    huey.periodicTask('quarter', crontab({ minute: '*/15' }), () => 1);
    await consumer.start();
    await clock.advance(20 * 60_000);
    huey.periodicTask('late', crontab({ minute: '21' }), () => 1);
    await clock.advance(20 * 60_000);
    expect(log.filter((line) => line.startsWith('executing'))).toEqual([
      'executing quarter +0',
      'executing quarter +900000',
      'executing late +1260000',
      'executing quarter +1800000',
    ]);
    await stop();
  });

  it('does without them if told so', async () => {
    const { huey, clock, log, consumer, stop } = setup({ periodic: false });
    huey.periodicTask('each', crontab(), () => 1);
    await consumer.start();
    await clock.advance(600_000);
    expect(log).toEqual([]);
    await stop();
  });

  it('replaces a worker that is spent, its hooks around it', async () => {
    const { huey, clock, log, work, consumer, stop } = setup({ maxTasks: 2 });
    huey.onStartup(() => log.push('startup'));
    huey.onShutdown(() => log.push('shutdown'));
    await work.map([[1], [2], [3]]);
    await consumer.start();
    await clock.advance(1000);
    expect(log.filter((line) => !line.startsWith('executing')).map((line) => line.split(' ')[0])).toEqual([
      'startup',
      'complete',
      'complete',
      'shutdown',
      'startup',
      'complete',
    ]);
    await stop();
    expect(log.at(-1)).toBe('shutdown');
  });

  it('makes one call of the storage for each task when there are many', async () => {
    const { clock, work, consumer, recording, stop } = setup();
    await work.map(Array.from({ length: 100 }, (_, n) => [n]));
    recording.takeCalls();
    await consumer.start();
    await clock.advance(0);
    expect(recording.takeCalls().filter((name) => name === 'turn')).toHaveLength(101);
    await stop();
  });

  it('keeps nothing else in the process waiting', async () => {
    // On the real clock: a task that enqueues itself for ever must not keep a timer from being heard.
    const huey = new MemoryHuey();
    let runs = 0;
    const again = huey.task('again', async () => {
      runs += 1;
      await again();
    });
    await using consumer = huey.createConsumer();
    await again();
    await consumer.start();
    await host.turn();
    expect(runs).toBeGreaterThan(0);
    again.unregister();
  });
});

describe('a storage that does not say when there is work', () => {
  function polling(options: ConsumerOptions = {}) {
    const { storage } = new MemoryHuey();
    const quiet: Storage = Object.assign(Object.create(storage) as Storage, {
      capabilities: { ...storage.capabilities, notifies: false },
      subscribe: () => () => {},
    });
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(storage)) as (keyof Storage)[]) {
      const member: unknown = storage[name];
      if (typeof member === 'function' && name !== 'subscribe')
        Object.assign(quiet, {
          [name]: (...args: unknown[]): unknown => Reflect.apply(member, storage, args),
        });
    }
    return setup(options, quiet);
  }

  it('is asked again and again, less often the longer it is empty', async () => {
    const { clock, consumer, recording, work, log, stop } = polling({
      initialDelay: '1s',
      backoff: 2,
      maxDelay: '10s',
    });
    await consumer.start();
    await clock.advance(60_000);
    const turns = recording.calls
      .filter(({ name }) => name === 'turn')
      .map(({ args }) => (args[0] as { now: number }).now);
    expect(turns.map((now) => now - START)).toEqual([
      0, 1000, 3000, 7000, 15_000, 25_000, 35_000, 45_000, 55_000,
    ]);
    await work(1);
    await clock.advance(10_000);
    expect(log).toEqual(['executing work +65000', 'complete work +65000']);
    await stop();
    expect(clock.timers).toBe(0);
  });

  it('is looked at for due items every second', async () => {
    const { clock, consumer, work, log, stop } = polling({ maxDelay: '1s' });
    await consumer.start();
    await work.schedule([1], { delay: '10s' });
    await clock.advance(20_000);
    const [executing] = log.filter((line) => line.startsWith('executing'));
    expect(Number(executing!.split('+')[1])).toBeGreaterThanOrEqual(10_000);
    expect(Number(executing!.split('+')[1])).toBeLessThanOrEqual(12_000);
    await stop();
  });
});

describe('several consumers', () => {
  it('do not take a task from one that is still at it, however long that takes', async () => {
    const { huey, clock, nap, log, consumer, stop } = setup({ leaseTtl: '30s' });
    const second = huey.createConsumer({ leaseTtl: '30s' });
    await consumer.start();
    await second.start();
    await nap('10m');
    await clock.advance(20 * 60_000);
    expect(log).toEqual(['executing nap +0', 'complete nap +600000']);
    await second.stop();
    await stop();
  });

  it('take over from one that dies, in order, and the dead one can do no more harm', async () => {
    const dying = setup({ leaseTtl: '30s', workers: 2 });
    const { logs: suspicions } = dying;
    const heir = setup({ leaseTtl: '30s' }, dying.huey.storage);
    await dying.nap.map([['1m'], ['1m'], ['1m']]);
    await dying.consumer.start();
    await dying.clock.advance(5000);
    expect(dying.log).toHaveLength(2);
    // From here on nobody moves the clock of the first: its process hangs.
    await heir.consumer.start();
    await heir.clock.advance(10 * 60_000);
    const lines = heir.log.filter((line) => line.startsWith('complete'));
    expect(lines).toHaveLength(3);
    expect(await heir.huey.pendingCount()).toBe(0);
    // It wakes up, and finds that its deliveries are somebody else's.
    await dying.clock.advance(20 * 60_000);
    expect(dying.log.filter((line) => line.startsWith('complete'))).toEqual([]);
    expect(suspicions.map(({ message }) => message)).toEqual([
      'a settlement was refused: its delivery had been taken over',
      'a settlement was refused: its delivery had been taken over',
    ]);
    await heir.stop();
    await dying.stop();
  });
});

describe('a storage that is away for a while', () => {
  it.each<[string, (name: keyof Storage) => boolean]>([
    ['entirely', () => true],
    ['for turns', (name) => name === 'turn'],
    ['for locks', (name) => name === 'acquire'],
    ['for the schedule', (name) => name === 'handOver'],
    ['for leases', (name) => name === 'recover' || name === 'keepLease'],
  ])('%s: everything is run in the end, and once', async (_, failing) => {
    const { huey, clock, recording, consumer, stop } = setup({ workers: 2, leaseTtl: '30s' });
    const runs: number[] = [];
    const guarded = huey.task('guarded', { lock: 'db', retries: 20, retryDelay: '1s' }, async (n: number) => {
      runs.push(n);
      return n;
    });
    await consumer.start();
    const results = await guarded.map(Array.from({ length: 10 }, (_, n) => [n]));
    const later = await guarded.schedule([10], { delay: '20s' });
    recording.failing = failing;
    await clock.advance(60_000);
    recording.failing = () => false;
    await clock.advance(120_000);
    expect([...runs].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await results.get()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await later.get()).toBe(10);
    await stop();
    expect(clock.timers).toBe(0);
  });

  it('is not stormed: the pauses grow', async () => {
    const { clock, recording, consumer, stop, logs } = setup();
    await consumer.start();
    await clock.advance(1000);
    recording.failing = () => true;
    recording.calls.length = 0;
    await clock.advance(60_000);
    expect(recording.calls.length).toBeLessThan(50);
    expect(logs.every(({ message }) => message === 'tick failed')).toBe(true);
    await stop();
  });

  it('lets it stop all the same', async () => {
    const { huey, clock, work, recording, consumer, logs } = setup();
    const hooks: string[] = [];
    huey.onShutdown(() => hooks.push('shutdown'));
    await consumer.start();
    await clock.advance(1000);
    await work(1);
    recording.failing = () => true;
    await clock.advance(0);
    await consumer.stop();
    expect([consumer.state, clock.timers, engineOf(huey).leases.size]).toEqual(['stopped', 0, 0]);
    expect(logs.some(({ message }) => message === 'stop failed')).toBe(true);
  });

  it.each([
    [2000, 'complete', 0],
    [20_000, 'executing', 1],
  ])('for %d ms at the stop: the last task is %s', async (awayMs, last, held) => {
    const { huey, clock, nap, recording, consumer, log } = setup();
    await consumer.start();
    await nap('1s');
    await clock.advance(0);
    const stopping = consumer.stop();
    recording.failing = () => clock.now() < START + 1000 + awayMs;
    await clock.advance(30_000);
    await stopping;
    expect(log.at(-1)).toMatch(last);
    expect([(await huey.running()).length, clock.timers]).toEqual([held, 0]);
  });

  it('refuses the start, which may be tried again', async () => {
    const { huey, clock, recording, consumer, work, stop } = setup();
    recording.failing = () => true;
    await expect(consumer.start()).rejects.toThrow('the storage is away');
    expect([consumer.state, clock.timers, engineOf(huey).leases.size]).toEqual(['idle', 0, 0]);
    recording.failing = () => false;
    const result = await work(1);
    await consumer.start();
    await clock.advance(0);
    expect(await result.get()).toBe(2);
    await stop();
  });
});

describe('coming and going', () => {
  const calls: Record<string, (consumer: Consumer) => Promise<void>> = {
    start: (consumer) => consumer.start(),
    stop: (consumer) => consumer.stop(),
    dispose: (consumer) => consumer[Symbol.asyncDispose](),
  };

  it.each<[string, string]>([
    ['', 'idle'],
    ['start', 'running'],
    ['start start', 'running'],
    ['stop', 'stopped'],
    ['stop stop', 'stopped'],
    ['start stop', 'stopped'],
    ['start stop stop', 'stopped'],
    ['stop start', 'stopped'],
    ['start dispose', 'stopped'],
    ['start stop start', 'stopped'],
  ])('after "%s" it is %s', async (words, state) => {
    const { consumer, clock } = setup();
    for (const word of words.split(' ').filter((word) => word !== '')) await calls[word]!(consumer);
    expect(consumer.state).toBe(state);
    await consumer.stop();
    expect(clock.timers).toBe(0);
  });

  it('in any order, many calls at once, leaves nothing behind', async () => {
    const step = fc.record({
      call: fc.constantFrom('start', 'stop', 'dispose', 'task', 'wait'),
      awaited: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, workers) => {
          const { huey, clock, consumer, work, nap, log } = setup({ workers });
          const hooks: string[] = [];
          huey.onStartup(() => hooks.push('startup'));
          huey.onShutdown(() => hooks.push('shutdown'));
          const pending: Promise<unknown>[] = [];
          for (const { call, awaited } of steps) {
            if (call === 'task') pending.push(work(1), nap('1s'));
            else if (call === 'wait') await clock.advance(500);
            else pending.push(calls[call]!(consumer));
            if (awaited) await Promise.resolve();
          }
          pending.push(consumer.stop());
          for (let second = 0; second < 10; second += 1) await clock.advance(1000);
          await Promise.all(pending);
          const { length } = log;
          expect([consumer.state, clock.timers, engineOf(huey).leases.size]).toEqual(['stopped', 0, 0]);
          expect(engineOf(huey).executing.size).toBe(0);
          expect(hooks.filter((hook) => hook === 'startup')).toHaveLength(
            hooks.filter((hook) => hook === 'shutdown').length,
          );
          await work(2);
          await clock.advance(60_000);
          expect(log).toHaveLength(length);
          const { requeued } = await huey.storage.recover('next', 3, clock.now());
          expect(requeued).toEqual([]);
        },
      ),
      { seed: 20260101, numRuns: 100 },
    );
  });

  it('lets what runs end, and settles it', async () => {
    const { clock, nap, consumer, log, huey } = setup();
    const result = await nap('5m');
    await nap('5m');
    await consumer.start();
    await clock.advance(60_000);
    let stopped = false;
    const stopping = consumer.stop().then(() => (stopped = true));
    await clock.advance(239_999);
    expect(stopped).toBe(false);
    await clock.advance(1);
    await stopping;
    expect(await result.get()).toBe('5m');
    expect(log).toHaveLength(2);
    expect(await huey.pendingCount()).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('on the real clock leaves no timer either', async () => {
    vi.useFakeTimers();
    try {
      const huey = new MemoryHuey();
      huey.periodicTask('each', crontab(), () => 1);
      const consumer = huey.createConsumer({ workers: 3 });
      await consumer.start();
      await vi.advanceTimersByTimeAsync(90_000);
      await consumer.stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

it.each<[object, string]>([
  [{ worker: 2 }, 'Consumer: unknown option `worker`, did you mean `workers`?'],
  [{ workers: 0 }, 'expected `workers` to be an integer of at least 1, got 0 (number)'],
  [{ workers: '4' }, 'got "4" (string)'],
  [{ maxTasks: -1 }, 'expected `maxTasks`'],
  [{ leaseTtl: 0 }, 'expected `leaseTtl`'],
  [{ schedulerInterval: '10ms' }, 'expected `schedulerInterval` to be a duration of at least 1s'],
  [{ initialDelay: 'soon' }, 'expected `initialDelay`'],
  [{ backoff: 0 }, 'expected `backoff`'],
  [{ maxDelay: -1 }, 'expected `maxDelay`'],
])('refuses %o when it is made', (options, words) => {
  expect(() => setup(options)).toThrow(words);
});
