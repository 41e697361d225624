// The facade: what each of its members does, end to end, on the clock of the test.
import { describe, expect, it } from 'vitest';
import {
  BlackHoleHuey,
  BlackHoleStorage,
  crontab,
  Huey,
  type HueyOptions,
  MemoryHuey,
  MemoryStorage,
  StorageError,
  type Task,
} from 'huey-ts';
import { manualRuntime, START } from './manual-runtime.js';

function setup(options: HueyOptions = {}) {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ runtime, ...options });
  const signals: string[] = [];
  huey.signal((signal, { name }) => void signals.push(`${signal} ${name}`));
  return {
    huey,
    signals,
    clock: runtime.clock,
    add: huey.task('add', (a: number, b: number) => a + b),
    nothing: huey.task('nothing', () => null),
    /** Lets a consumer work for a while. */
    async work(forMs = 2000): Promise<void> {
      await using consumer = huey.createConsumer();
      await consumer.start();
      await runtime.clock.advance(forMs);
    },
  };
}

describe('settings', () => {
  it('start as the options say', () => {
    const { huey } = setup({ name: 'mail', results: false, storeNone: true, storeIntermediateErrors: false });
    expect([huey.name, huey.results, huey.storeNone, huey.storeIntermediateErrors, huey.immediate]).toEqual([
      'mail',
      false,
      true,
      false,
      false,
    ]);
  });

  it('decide what is kept, and may change at any time', async () => {
    const { huey, add, nothing, work } = setup();
    const kept: (readonly string[])[] = [];
    for (const [results, storeNone] of [
      [true, false],
      [true, true],
      [false, true],
    ] as const) {
      Object.assign(huey, { results, storeNone });
      await huey.flush();
      await add.with({ id: 'sum' })(1, 2);
      await nothing.with({ id: 'nothing' })();
      await work();
      kept.push(await huey.data.keys());
    }
    expect(kept).toEqual([['sum'], ['nothing', 'sum'], []]);
  });

  it('decide whether the error of an attempt that is retried is kept', async () => {
    const { huey, work } = setup({ storeIntermediateErrors: false });
    const fail = huey.task('fail', { retries: 1, retryDelay: '1h' }, () => {
      throw new Error('down');
    });
    const result = await fail();
    await work();
    expect(await result.get()).toBeUndefined();
    await work(3_700_000);
    await expect(result.get()).rejects.toThrow('down');
  });
});

describe('a task', () => {
  it('is called, scheduled, mapped, run here and now, and forgotten', async () => {
    const { add, work, signals } = setup();
    const now = await add(1, 2);
    const later = await add.schedule([3, 4], { delay: '1m' });
    const all = await add.map([
      [1, 1],
      [2, 2],
    ]);
    await work(70_000);
    expect([await now.get(), await later.get(), await all.get(), await add.callLocal(5, 6)]).toEqual([
      3,
      7,
      [2, 4],
      11,
    ]);
    expect(signals.filter((line) => line === 'complete add').length).toBe(4);
    expect([add.taskName, add.unregister(), add.unregister()]).toEqual(['add', true, false]);
  });

  it('is read and revoked by its id', async () => {
    const { huey, add, work, signals } = setup();
    await huey.revokeById('a');
    expect([await huey.isRevokedById('a'), await huey.isRevokedById('b')]).toEqual([true, false]);
    await add.with({ id: 'a' })(1, 2);
    await add.with({ id: 'b' })(3, 4);
    await work();
    expect([await huey.result('a'), await huey.result('b')]).toEqual([undefined, 7]);
    expect(signals).toContain('revoked add');
    await huey.revokeById('c');
    expect([await huey.restoreById('c'), await huey.restoreById('c')]).toEqual([true, false]);
  });
});

describe('listings', () => {
  it('show what waits, in order, and how much of it', async () => {
    const { huey, add } = setup();
    await add.with({ id: 'low' })(1, 2);
    await add.with({ id: 'high', priority: 9 })(3, 4);
    await add.schedule([5, 6], { delay: '2m', id: 'last' });
    await add.schedule([7, 8], { delay: '1m', id: 'first' });
    const ids = (tasks: readonly Task[]): string[] => tasks.map(({ id }) => id);
    expect([ids(await huey.pending()), ids(await huey.pending(1))]).toEqual([['high', 'low'], ['high']]);
    expect([ids(await huey.scheduled()), ids(await huey.scheduled(1))]).toEqual([
      ['first', 'last'],
      ['first'],
    ]);
    expect([await huey.pendingCount(), await huey.scheduledCount()]).toEqual([2, 2]);
    expect((await huey.scheduled())[0]).toMatchObject({ args: [7, 8], eta: START + 60_000 });
  });

  it('refuse to guess at a task that is not declared here', async () => {
    const { huey, add } = setup();
    await add(1, 2);
    add.unregister();
    await expect(huey.pending()).rejects.toThrow('no task is registered as "add"');
    expect(await huey.pendingCount()).toBe(1);
  });
});

describe('flush', () => {
  it.each([
    ['queue', [0, 1, ['key'], 1]],
    ['schedule', [1, 0, ['key'], 1]],
    ['results', [1, 1, [], 1]],
    ['dead', [1, 1, ['key'], 0]],
    [undefined, [0, 0, [], 0]],
  ] as const)('empties %s and nothing else', async (target, left) => {
    const { huey, add } = setup();
    await add(1, 2);
    await add.schedule([3, 4], { delay: '1m' });
    await huey.data.put('key', 1);
    const item = { id: 'dead', task: 'add', priority: 0, data: '', enqueuedAt: START };
    const settled = [{ effects: [{ kind: 'bury', item, reason: 'x' } as const] }];
    await huey.storage.turn({ settled, take: 0, lease: '', now: START });
    await huey.flush(target);
    expect([
      await huey.pendingCount(),
      await huey.scheduledCount(),
      await huey.data.keys(),
      (await huey.storage.dead()).length,
    ]).toEqual(left);
  });
});

describe('data', () => {
  it('is kept under keys of your choice', async () => {
    const { huey } = setup();
    await huey.data.put('at', { on: new Date(START) });
    expect([await huey.data.putIfEmpty('at', 1), await huey.data.putIfEmpty('n', 1)]).toEqual([false, true]);
    expect(await huey.data.keys()).toEqual(['at', 'n']);
    expect([await huey.data.peek('at'), await huey.data.pop('at'), await huey.data.pop('at')]).toEqual([
      { on: new Date(START) },
      { on: new Date(START) },
      undefined,
    ]);
    expect([await huey.data.delete('n'), await huey.data.delete('n')]).toEqual([true, false]);
  });
});

describe('hooks and handlers', () => {
  it('are added, replaced by name, and removed', async () => {
    const { huey, add, work } = setup();
    const calls: unknown[] = [];
    const log = (what: string) => (): unknown => calls.push(what);
    const removeStart = huey.onStartup(log('start'), 'start');
    huey.onShutdown(log('stop'));
    huey.preExecute(log('old'), 'before');
    huey.preExecute(log('new'), 'before');
    const removePost = huey.postExecute((task, value, error) => calls.push([task.name, value, error]));
    await add(1, 2);
    await work();
    expect(calls.splice(0)).toEqual(['start', 'new', ['add', 3, undefined], 'stop']);
    removeStart();
    removePost();
    expect([huey.removeHook('preExecute', 'before'), huey.removeHook('preExecute', 'before')]).toEqual([
      true,
      false,
    ]);
    await add(1, 2);
    await work();
    expect(calls).toEqual(['stop']);
  });

  it('hear the signals they asked for, until they are disconnected', async () => {
    const { huey, add, work } = setup();
    const heard: string[] = [];
    const handler = (signal: string): unknown => heard.push(signal);
    huey.signal('complete', 'error', handler);
    const stop = huey.signal('executing', handler);
    await add(1, 2);
    await work();
    expect(heard.splice(0)).toEqual(['executing', 'complete']);
    stop();
    huey.disconnect(handler, 'complete');
    await add(1, 2);
    await work();
    expect(heard).toEqual([]);
  });
});

describe('periodic tasks', () => {
  it('are read in the order of their declaration, and enqueued each minute of theirs', async () => {
    const { huey, signals, work } = setup();
    huey.periodicTask('each', crontab(), () => 1);
    huey.periodicTask('third', crontab({ minute: '3' }), () => 1);
    const three = START + 3 * 60_000;
    expect([huey.readPeriodic(), huey.readPeriodic(three)]).toEqual([['each'], ['each', 'third']]);
    await work(3.5 * 60_000);
    const ended = signals.filter((line) => line.startsWith('complete'));
    expect(ended.toSorted()).toEqual([...Array<string>(4).fill('complete each'), 'complete third']);
    expect(await huey.data.keys()).toEqual([]);
  });
});

describe('locks', () => {
  it('are flushed by those who named them, whoever holds them', async () => {
    const { huey } = setup();
    huey.task('report', { lock: 'reports' }, () => 1);
    await huey.storage.acquire({ name: 'reports', owner: 'dead', places: 1, now: START });
    const hold = await huey.lockTask('db').acquire();
    expect((await huey.flushLocks()).toSorted()).toEqual(['db', 'reports']);
    expect([await hold.release(), await huey.lockTask('db').isLocked()]).toEqual([false, false]);
  });
});

describe('the storage', () => {
  it('is the one given, or made by the function given', () => {
    const storage = new MemoryStorage();
    let made = 0;
    const factory = (): MemoryStorage => ((made += 1), storage);
    expect(new Huey({ storage }).storage).toBe(storage);
    expect([new Huey({ storage: factory }).storage, made]).toEqual([storage, 1]);
    expect([new Huey({ storage: factory, immediate: true }).storage === storage, made]).toEqual([false, 1]);
  });

  it('is shared by those it is given to', async () => {
    const storage = new MemoryStorage();
    const producer = new Huey({ storage });
    await producer.task('add', (a: number) => a)(1);
    expect(await new Huey({ storage }).pendingCount()).toBe(1);
  });

  it('is closed with the Huey', async () => {
    const { huey, add } = setup();
    await huey.close();
    await huey.close();
    await expect(add(1, 2)).rejects.toThrow(StorageError);
  });
});

describe('a BlackHoleHuey', () => {
  it('takes everything and keeps nothing', async () => {
    const huey = new BlackHoleHuey({ runtime: manualRuntime() });
    const result = await huey.task('add', (a: number, b: number) => a + b)(1, 2);
    expect(huey.storage).toBeInstanceOf(BlackHoleStorage);
    expect([await huey.pendingCount(), await result.get()]).toEqual([0, undefined]);
  });

  it('runs tasks while it is immediate', async () => {
    const huey = new BlackHoleHuey({ immediate: true });
    const result = await huey.task('add', (a: number, b: number) => a + b)(1, 2);
    expect(await result.get()).toBe(3);
  });
});
