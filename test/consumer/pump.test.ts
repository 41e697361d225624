// A worker, tick by tick: what one turn of the storage does, when the next tick is wanted, and that nothing is lost
// when the storage fails.
import { describe, expect, it } from 'vitest';
import { Huey, type HueyOptions } from 'huey-ts';
import { HandWorker, type HandWorkerOptions } from '../hand-worker.js';
import { LocalRunner } from '../../src/consumer/local-runner.js';
import { Pump } from '../../src/consumer/pump.js';
import type { Runner } from '../../src/consumer/runner.js';
import { StorageError } from '../../src/errors.js';
import { engineOf } from '../../src/huey.js';
import type { QueueItem, Storage, Turn } from '../../src/storage/storage.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

function setup(options: Partial<HandWorkerOptions> = {}, hueyOptions: HueyOptions = {}) {
  const runtime = manualRuntime();
  const { clock, logs } = runtime;
  const recording = recordingStorage();
  const huey = new Huey({ storage: recording.storage, runtime, ...hueyOptions });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease', ...options });
  const log: string[] = [];
  return {
    huey,
    engine: engineOf(huey),
    clock,
    logs,
    recording,
    worker,
    log,
    work: huey.task('work', (n: number) => {
      log.push(`run ${n}`);
      return n;
    }),
    tick: () => worker.tick(clock.now()),
    async enqueueRaw(data: string) {
      const item: QueueItem = { id: 'raw', task: 'work', priority: 0, data, enqueuedAt: START };
      await huey.storage.turn({
        settled: [{ effects: [{ kind: 'enqueue', item }] }],
        take: 0,
        lease: '',
        now: START,
      });
    },
  };
}

describe('a tick', () => {
  it.each<[Partial<HandWorkerOptions>, number[]]>([
    [{}, [100, 115, 132.25]],
    [{ initialDelay: '1s', backoff: 2, maxDelay: '5s' }, [1000, 2000, 4000, 5000, 5000]],
    [{ initialDelay: '1s', backoff: 1, maxDelay: '5s' }, [1000, 1000, 1000]],
    [{ initialDelay: '10s', maxDelay: '1s' }, [1000, 1000]],
  ])('that finds nothing asks for the next later and later: %o', async (options, pauses) => {
    const { worker, tick } = setup(options);
    for (const pauseMs of pauses) expect((await tick()) - START).toBeCloseTo(pauseMs, 6);
    expect(worker.isIdle).toBe(true);
  });

  it('that finds work asks for the next at once, and for short pauses again', async () => {
    const { worker, work, tick } = setup();
    await tick();
    await tick();
    await work(1);
    expect(await tick()).toBe(START);
    expect(worker.isIdle).toBe(false);
    expect(await tick()).toBe(START + 100);
  });

  it('reads the clock anew after the body', async () => {
    const { huey, clock, tick } = setup();
    await huey.task('slow', () => clock.set(START + 5000))();
    expect(await tick()).toBe(START + 5000);
  });

  it('settles what the one before has run and takes the next, in one call', async () => {
    const { work, recording, tick } = setup();
    await work.map([[1], [2], [3]]);
    recording.takeCalls();
    for (let count = 0; count < 4; count += 1) await tick();
    expect(recording.calls.map(({ name }) => name)).toEqual(['turn', 'turn', 'turn', 'turn']);
    const turns = recording.calls.map(({ args }) => args[0] as Turn);
    expect(turns.map(({ settled, take }) => [settled.length, take])).toEqual([
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(turns[0]).toMatchObject({ lease: 'lease', leaseUntil: START + 30_000, now: START });
  });

  it('takes one, and leaves the rest to others', async () => {
    const { huey, work, tick } = setup();
    await work.map([[1], [2], [3]]);
    await tick();
    expect(await huey.pendingCount()).toBe(2);
  });

  it('announces nothing before it is stored', async () => {
    const { huey, worker, work, log, tick } = setup();
    huey.signal('complete', async (_, { id }) =>
      log.push(`complete, result ${String(await huey.result(id))}`),
    );
    await work(1);
    await tick();
    expect(log).toEqual(['run 1']);
    await worker.flush();
    expect(log).toEqual(['run 1', 'complete, result 1']);
  });

  it('postpones a task whose time has not come', async () => {
    const { huey, worker, work, log, tick } = setup();
    await work.schedule([1], { delay: '10s' });
    await tick();
    await worker.flush();
    expect([log, await huey.scheduledCount()]).toEqual([[], 1]);
  });

  it('goes by the instant that it is given, not by its own clock', async () => {
    const { worker, work, log } = setup();
    await work.schedule([1], { delay: '10s' });
    await worker.tick(START, { now: START + 10_000 });
    expect(log).toEqual(['run 1']);
  });
});

describe('a message that cannot be read', () => {
  it.each<[string, string]>([
    ['', 'expected JSON'],
    ['{"v":9,"id":"raw","task":"work","args":[]}', 'upgrade huey-ts'],
    ['{"v":1,"id":"raw","task":"stranger","args":[]}', 'no task is registered as "stranger"'],
  ])('goes to the dead letters, with the reason, and the worker goes on: %j', async (data, reason) => {
    const { huey, worker, work, log, logs, enqueueRaw, tick } = setup();
    await enqueueRaw(data);
    await work(1);
    expect(await tick()).toBe(START + 100);
    await tick();
    await worker.flush();
    expect(log).toEqual(['run 1']);
    const dead = await huey.storage.dead();
    expect(dead).toMatchObject([{ item: { id: 'raw', data }, diedAt: START }]);
    expect(dead[0]!.reason).toContain(reason);
    expect(logs).toMatchObject([{ level: 'error', message: 'unreadable message moved to the dead letters' }]);
  });
});

describe('the end of a worker', () => {
  it('comes after maxTasks', async () => {
    const { worker, work, tick } = setup({ maxTasks: 2 });
    await work.map([[1], [2]]);
    await tick();
    expect(worker.isSpent).toBe(false);
    await tick();
    expect(worker.isSpent).toBe(true);
  });

  it('settles what has run, and runs the hooks around it all', async () => {
    const { huey, worker, work, log, tick } = setup();
    huey.onStartup(() => log.push('startup'));
    huey.onShutdown(() => {
      log.push('shutdown');
      throw new Error('broken');
    });
    huey.signal('complete', () => log.push('complete'));
    await worker.start();
    await work(1);
    await tick();
    await worker.stop();
    await worker.stop();
    expect(log.slice(0, 4)).toEqual(['startup', 'run 1', 'complete', 'shutdown']);
    expect(await huey.result('task-1')).toBe(1);
  });

  it('tells who wants to know of each execution that is settled', async () => {
    const settled: unknown[] = [];
    const { worker, work, tick } = setup({
      onSettled: ({ task, outcome }) => settled.push([task?.id, outcome.kind]),
    });
    await work(1);
    await tick();
    expect(settled).toEqual([]);
    await worker.flush();
    expect(settled).toEqual([['task-1', 'returned']]);
  });
});

describe('a storage that fails', () => {
  it('when an end is to be stored is asked again, and nothing runs twice', async () => {
    const { huey, work, log, recording, tick } = setup();
    huey.signal('complete', (_, { id }) => log.push(`complete ${id}`));
    await work.map([[1], [2]]);
    await tick();
    recording.failing = () => true;
    await expect(tick()).rejects.toThrow('the storage is away');
    await expect(tick()).rejects.toThrow('the storage is away');
    recording.failing = () => false;
    await tick();
    await tick();
    expect(log).toEqual(['run 1', 'complete task-1', 'run 2', 'complete task-2']);
  });

  it('before the body runs has the delivery put back in its place', async () => {
    const { huey, log, recording, tick } = setup();
    const guarded = huey.task('guarded', { lock: 'db' }, (n: number) => log.push(`guarded ${n}`));
    await guarded.map([[1], [2]]);
    recording.failing = (name) => name === 'acquire';
    await expect(tick()).rejects.toThrow('acquire: the storage is away');
    await expect(tick()).rejects.toThrow('acquire: the storage is away');
    recording.failing = () => false;
    await tick();
    await tick();
    expect(log).toEqual(['guarded 1', 'guarded 2']);
  });

  it('when it stops leaves the task to the next consumer', async () => {
    const { huey, clock, worker, work, recording, log, tick } = setup();
    huey.onShutdown(() => log.push('shutdown'));
    await work(1);
    await tick();
    recording.failing = (name) => name === 'turn';
    const stopped = expect(worker.stop()).rejects.toThrow('the storage is away');
    await clock.advance(4000);
    await stopped;
    recording.failing = () => false;
    const { requeued } = await huey.storage.recover('other', 3, START + 30_000);
    expect(requeued.map(({ id }) => id)).toEqual(['task-1']);
  });
});

describe('a pump with several places', () => {
  it('settles and takes for all of them in one call', async () => {
    const { huey, engine, recording, clock } = setup();
    const settle: (() => void)[] = [];
    const wait = huey.task('wait', () => new Promise<void>((resolve) => settle.push(resolve)));
    await wait.map([[], [], [], [], []]);
    const pump = new Pump(engine, { lease: 'many', workers: 3, hire: () => new LocalRunner(engine, 'many') });
    await pump.start();
    recording.takeCalls();
    const turns = () =>
      recording.calls
        .splice(0)
        .map(({ args }) => args[0] as Turn)
        .map(({ settled, take }) => [settled.length, take]);
    expect(await pump.tick(clock.now())).toBe(Infinity);
    expect([turns(), settle.length]).toEqual([[[0, 3]], 3]);
    expect([await pump.tick(clock.now()), turns()]).toEqual([Infinity, []]);
    settle[0]!();
    settle[2]!();
    await clock.advance(0);
    expect(await pump.tick(clock.now())).toBe(Infinity);
    expect([turns(), settle.length]).toEqual([[[2, 2]], 5]);
    for (const end of settle) end();
    await pump.stop();
    expect(turns()).toEqual([[3, 0]]);
    expect([await huey.pendingCount(), pump.isHolding]).toEqual([0, false]);
  });

  it('lets a slow listener hold up its own place only', async () => {
    const { huey, engine, work, log, clock } = setup();
    let release = (): void => {};
    huey.signal('complete', (_, { id }) =>
      id === 'task-1' ? new Promise<void>((resolve) => (release = resolve)) : undefined,
    );
    await work.map([[1], [2]]);
    const pump = new Pump(engine, { lease: 'many', workers: 2, hire: () => new LocalRunner(engine, 'many') });
    await pump.start();
    await pump.tick(clock.now());
    await pump.rest();
    await work.map([[3], [4]]);
    await pump.tick(clock.now());
    await clock.advance(0);
    expect(log).toEqual(['run 1', 'run 2', 'run 3']);
    release();
    await clock.advance(0);
    expect(log).toEqual(['run 1', 'run 2', 'run 3', 'run 4']);
    await pump.stop();
  });

  it('interrupts what runs: it goes back at once and is told of', async () => {
    const { huey, engine, log, clock } = setup();
    huey.signal('interrupted', (_, { id }) => log.push(`interrupted ${id}`));
    const deaf = huey.task('deaf', () => new Promise(() => {}));
    await deaf.map([[], []]);
    const pump = new Pump(engine, { lease: 'many', workers: 2, hire: () => new LocalRunner(engine, 'many') });
    await pump.start();
    await pump.tick(clock.now());
    pump.interrupt();
    await pump.stop();
    expect(log).toEqual(['interrupted task-2', 'interrupted task-1']);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-1', 'task-2']);
  });
});

it('interrupts what is off the books: it is told of and lost, never run twice', async () => {
  const { huey, engine, log, clock } = setup({}, { delivery: 'at-most-once' });
  huey.signal('interrupted', (_, { id }) => log.push(`interrupted ${id}`));
  const deaf = huey.task('deaf', () => new Promise(() => {}));
  await deaf();
  const pump = new Pump(engine, { lease: 'many', workers: 1, hire: () => new LocalRunner(engine, 'many') });
  await pump.start();
  await pump.tick(clock.now());
  await clock.advance(0);
  pump.interrupt();
  await pump.stop();
  expect(log).toEqual(['interrupted task-1']);
  expect([await huey.pendingCount(), await huey.storage.held(START)]).toEqual([0, []]);
});

describe('a turn whose answer was lost', () => {
  function losing(options: HueyOptions = {}) {
    const world = setup({}, options);
    const { recording, engine } = world;
    let loses: (() => Promise<void>) | undefined;
    const inner = recording.storage;
    const storage = new Proxy(inner, {
      get(target, name: keyof Storage) {
        if (name !== 'turn') return target[name];
        return async (turn: Turn) => {
          const answer = await target.turn(turn);
          if (loses === undefined) return answer;
          await loses();
          loses = undefined;
          throw new StorageError('the connection broke', { mayHaveApplied: true });
        };
      },
    });
    engine.home.storage = storage;
    return { ...world, lose: (meanwhile = async (): Promise<void> => {}) => void (loses = meanwhile) };
  }

  it('is made up for: what it took is run, and nothing twice', async () => {
    const { work, log, tick, lose, huey } = losing();
    await work.map([[1], [2]]);
    lose();
    await expect(tick()).rejects.toThrow('the connection broke');
    expect(await huey.pendingCount()).toBe(1);
    await tick();
    await tick();
    await tick();
    expect(log).toEqual(['run 1', 'run 2']);
    expect(await huey.storage.held(START)).toEqual([]);
  });

  it('adopts nothing that may be in the hands of another part of the consumer, and asks until that is known', async () => {
    const { huey, engine, work, log, clock, lose } = losing();
    await work.map([[1], [2]]);
    const others = new Set(['task-1']);
    const pump = new Pump(engine, {
      lease: 'pump',
      workers: 2,
      hire: () => new LocalRunner(engine, 'pump'),
      isOthers: ({ item }) => others.has(item.id),
    });
    await pump.start();
    lose();
    await expect(pump.tick(clock.now())).rejects.toThrow('the connection broke');
    expect(await pump.tick(clock.now())).toBe(START + 100);
    expect([log, pump.isHolding]).toEqual([['run 2'], true]);
    expect(pump.known?.size).toBe(1);
    others.clear();
    await pump.tick(clock.now());
    await pump.tick(clock.now());
    expect(log).toEqual(['run 2', 'run 1']);
    expect([pump.isHolding, await huey.storage.held(START)]).toEqual([false, []]);
  });

  it('is told of, as it was applied', async () => {
    const { huey, work, log, tick, lose } = losing();
    huey.signal('complete', (_, { id }) => log.push(`complete ${id}`));
    await work.map([[1], [2]]);
    await tick();
    lose();
    await expect(tick()).rejects.toThrow('the connection broke');
    expect(log).toEqual(['run 1']);
    await tick();
    expect(log).toEqual(['run 1', 'complete task-1', 'run 2']);
  });

  it('says nothing of what ended after it was sent', async () => {
    const { huey, engine, clock, lose, log } = losing({ delivery: 'at-most-once' });
    huey.signal('complete', (_, { id }) => log.push(`complete ${id}`));
    let end = (): void => {};
    const wait = huey.task('wait', () => new Promise<string>((resolve) => (end = () => resolve('done'))));
    const pump = new Pump(engine, {
      lease: 'pump',
      workers: 2,
      hire: () => new LocalRunner(engine, 'pump'),
      onWanted: () => {},
    });
    await pump.start();
    const result = await wait();
    await pump.tick(clock.now());
    await clock.advance(0);
    lose(async () => {
      end();
      await clock.advance(0);
    });
    await expect(pump.tick(clock.now())).rejects.toThrow('the connection broke');
    expect(pump.hasEnded).toBe(true);
    await pump.tick(clock.now());
    expect([log, await result.get()]).toEqual([['complete task-1'], 'done']);
  });

  it('is not believed to be applied if others may have taken over before, though the lease was renewed since', async () => {
    const { huey, engine, clock, lose, log } = losing();
    huey.signal('complete', (_, { id }) => log.push(`complete ${id}`));
    let end = (): void => {};
    const wait = huey.task('wait', () => new Promise<void>((resolve) => (end = resolve)));
    const hire = (): Runner => new LocalRunner(engine, 'pump');
    const pump = new Pump(engine, { lease: 'pump', workers: 2, hire, onWanted: () => {} });
    await pump.start();
    await wait();
    await pump.tick(clock.now());
    await clock.advance(0);
    const now = START + 40_000;
    clock.set(now);
    await huey.storage.recover('other', 3, now);
    await huey.storage.turn({ settled: [], take: 1, lease: 'other', leaseUntil: now + 60_000, now });
    await pump.tick(now);
    end();
    await clock.advance(0);
    lose();
    await expect(pump.tick(now)).rejects.toThrow('the connection broke');
    await pump.tick(now);
    expect(log).toEqual([]);
  });

  it('is not believed to be applied once others may have taken over', async () => {
    const { huey, work, log, clock, tick, lose, logs } = losing();
    huey.signal('complete', (_, { id }) => log.push(`complete ${id}`));
    await work(1);
    await tick();
    lose();
    await expect(tick()).rejects.toThrow('the connection broke');
    clock.set(START + 30_000);
    await tick();
    expect(log).toEqual(['run 1']);
    expect(logs).toMatchObject([{ level: 'warn' }]);
  });
});

describe('a runner that dies', () => {
  function dying(maxDeliveries?: number) {
    const world = setup({}, maxDeliveries === undefined ? {} : { maxDeliveries });
    const { engine } = world;
    let hired = 0;
    const hire = (): Runner => {
      hired += 1;
      const local = new LocalRunner(engine, 'dying');
      const runner = {
        isAlive: true,
        start: () => local.start(),
        run: async () => {
          runner.isAlive = false;
          throw new Error('exited with code 137');
        },
        tell: () => undefined,
        stop: () => local.stop(),
      };
      return runner;
    };
    return { ...world, hired: () => hired, pump: new Pump(engine, { lease: 'dying', hire }) };
  }

  it('is replaced, and its delivery goes back at once, in its place', async () => {
    const { huey, clock, work, pump, hired } = dying();
    await work.map([[1], [2]]);
    await pump.start();
    await pump.tick(clock.now());
    await pump.rest();
    expect(await pump.tick(clock.now())).toBe(START);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-1', 'task-2']);
    await pump.tick(clock.now());
    await clock.advance(0);
    expect(hired()).toBe(2);
    await pump.stop();
  });

  it('for the last time that a task may be delivered leaves a dead letter and an error', async () => {
    const { huey, clock, work, pump } = dying(1);
    const result = await work(1);
    await pump.start();
    await pump.tick(clock.now());
    await pump.rest();
    await pump.flush();
    expect((await huey.storage.dead()).map(({ item }) => item.id)).toEqual([result.id]);
    await expect(result.get()).rejects.toMatchObject({
      metadata: { error: { name: 'DeliveriesExhausted' } },
    });
    await pump.stop();
  });
});

it.each<[object, string]>([
  [{ initialDelay: 0 }, 'expected `initialDelay` to be a duration of at least 1ms'],
  [{ backoff: 0.9 }, 'expected `backoff` to be a number of at least 1, got 0.9 (number)'],
  [{ backoff: Infinity }, 'expected `backoff`'],
  [{ maxDelay: 'never' }, 'expected `maxDelay`'],
  [{ maxTasks: 0 }, 'expected `maxTasks` to be an integer of at least 1'],
  [{ leaseTtl: -1 }, 'expected `leaseTtl`'],
])('refuses %o', (options, words) => {
  expect(() => setup(options)).toThrow(words);
});
