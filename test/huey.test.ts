// The facade: what each method gives back, and that it does to the storage what its name says.
import { describe, expect, it } from 'vitest';
import {
  BlackHoleHuey,
  Consumer,
  crontab,
  hourly,
  Huey,
  MemoryHuey,
  MemoryStorage,
  type HueyOptions,
  type Storage,
  UnknownTaskError,
} from 'huey-ts';
import { HandWorker } from './hand-worker.js';
import { engineOf } from '../src/huey.js';
import { manualRuntime, START } from './manual-runtime.js';

function setup(options: HueyOptions = {}) {
  const runtime = manualRuntime();
  const { clock } = runtime;
  const huey = new MemoryHuey({ runtime, ...options });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  return {
    huey,
    clock,
    add: huey.task('add', (a: number, b: number) => a + b),
    async run(count = 1) {
      for (let task = 0; task < count; task += 1) await worker.tick(clock.now());
      await worker.flush();
    },
  };
}

describe('a Huey', () => {
  it('has a name, a storage and a way to consume', () => {
    const storage = new MemoryStorage();
    const huey = new Huey({ name: 'mail', storage });
    expect([huey.name, huey.storage]).toEqual(['mail', storage]);
    expect(huey.createConsumer()).toBeInstanceOf(Consumer);
    expect(new MemoryHuey().name).toBe('huey');
  });

  it('may be given how to make its storage', () => {
    const made: Storage[] = [];
    const make = (): Storage => made[made.push(new MemoryStorage()) - 1]!;
    const huey = new Huey({ storage: make });
    expect(made).toEqual([huey.storage]);
    const immediate = new Huey({ storage: make, immediate: true });
    expect(made).toHaveLength(1);
    immediate.immediate = false;
    expect(immediate.storage).toBe(made[1]);
  });

  it('is of no account to another', async () => {
    const [one, two] = [setup(), setup()];
    await one.add(1, 2);
    expect(await two.huey.pendingCount()).toBe(0);
  });

  it('may forget everything', async () => {
    const huey = new BlackHoleHuey();
    const task = huey.task('task', () => 1);
    const result = await task();
    expect([await huey.pendingCount(), await result.get()]).toEqual([0, undefined]);
  });
});

describe('task', () => {
  it('returns a function that says what it is', () => {
    const { add } = setup();
    expect([add.taskName, add.name]).toEqual(['add', 'add']);
  });

  it('can be called as the plain function it is', async () => {
    const { huey, add } = setup();
    const who = huey.task('who', { context: true, priority: 3 }, (ctx, greeting: string) => [
      greeting,
      ctx.name,
      ctx.priority,
    ]);
    expect(await add.callLocal(1, 2)).toBe(3);
    expect(await who.callLocal('hello')).toEqual(['hello', 'who', 3]);
    const fail = huey.task('fail', () => {
      throw new RangeError('no');
    });
    await expect(fail.callLocal()).rejects.toThrow(RangeError);
    expect(await huey.pendingCount()).toBe(0);
  });

  it('takes a name once, until it is unregistered', async () => {
    const { huey, add } = setup();
    expect(() => huey.task('add', () => 1)).toThrow('a task is registered as "add" already');
    expect([add.unregister(), add.unregister()]).toEqual([true, false]);
    await expect(add(1, 2)).rejects.toThrow(UnknownTaskError);
    const again = huey.task('add', (n: number) => n);
    expect(again.taskName).toBe('add');
  });

  it('gives the options of its declaration to every call, and those of a call to it alone', async () => {
    const { huey } = setup();
    const work = huey.task('work', { retries: 3, priority: 1 }, (_n: number) => null);
    await work(1);
    await work.with({ priority: 9, id: 'mine' })(2);
    await work.schedule([3], { delay: '1m', retries: 0 });
    expect(await huey.pending()).toMatchObject([
      { id: 'mine', priority: 9, retries: 3, args: [2] },
      { priority: 1, retries: 3, args: [1] },
      { priority: 1, retries: 0, args: [3], eta: START + 60_000 },
    ]);
  });
});

describe('periodicTask', () => {
  it('is like any other, and has a schedule', async () => {
    const { huey, run } = setup({ storeNone: true });
    const ticks: string[] = [];
    const hour = huey.periodicTask('hour', hourly(), () => ticks.push('hour'));
    huey.periodicTask('each', crontab(), { priority: 5, context: true }, (ctx) => ticks.push(ctx.name));
    expect(huey.readPeriodic()).toEqual(['hour', 'each']);
    expect(huey.readPeriodic(START + 60_000)).toEqual(['each']);
    await hour();
    await run();
    expect(ticks).toEqual(['hour']);
  });
});

describe('looking', () => {
  it('at the queue and the schedule shows tasks in the order of their turn', async () => {
    const { huey, add, run } = setup();
    await add.schedule([1, 2], { delay: '2m' });
    await add.schedule([3, 4], { delay: '1m' });
    await run(2);
    await add(5, 6);
    await add.with({ priority: 1 })(7, 8);
    expect((await huey.pending()).map(({ args }) => args)).toEqual([
      [7, 8],
      [5, 6],
    ]);
    expect((await huey.pending(1)).map(({ args }) => args)).toEqual([[7, 8]]);
    expect((await huey.scheduled()).map(({ args }) => args)).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect((await huey.scheduled(1)).map(({ args }) => args)).toEqual([[3, 4]]);
    expect([await huey.pendingCount(), await huey.scheduledCount()]).toEqual([2, 2]);
  });

  it('at a result by its id is like looking through its handle', async () => {
    const { huey, add, run, clock } = setup();
    const { id } = await add(1, 2);
    expect(await huey.result(id)).toBeUndefined();
    const blocking = huey.result(id, { blocking: true, timeout: '5s' });
    await run();
    await clock.advance(1000);
    expect(await blocking).toBe(3);
    expect(await huey.result(id)).toBeUndefined();
  });
});

describe('settings', () => {
  it('may change while it works', async () => {
    const { huey, run } = setup();
    const none = huey.task('none', () => null);
    const one = huey.task('one', () => 1);
    const results = [];
    for (const [results_, storeNone] of [
      [true, false],
      [true, true],
      [false, true],
    ] as const) {
      huey.results = results_;
      huey.storeNone = storeNone;
      for (const task of [none, one]) {
        const result = await task();
        await run();
        results.push(await result.get());
      }
    }
    expect(results).toEqual([undefined, 1, null, 1, undefined, undefined]);
    expect([huey.results, huey.storeNone, huey.storeIntermediateErrors]).toEqual([false, true, true]);
  });
});

describe('data of one’s own', () => {
  it('is kept under keys, as any value', async () => {
    const { huey } = setup();
    await huey.data.put('seen', new Set([1]));
    expect(await huey.data.putIfEmpty('seen', 2)).toBe(false);
    expect(await huey.data.putIfEmpty('free', null)).toBe(true);
    expect(await huey.data.peek('seen')).toEqual(new Set([1]));
    expect(await huey.data.keys()).toEqual(['free', 'seen']);
    expect([await huey.data.pop('seen'), await huey.data.pop('seen')]).toEqual([new Set([1]), undefined]);
    expect([await huey.data.delete('free'), await huey.data.delete('free')]).toEqual([true, false]);
  });
});

describe('flush', () => {
  it.each([
    ['queue', [0, 1, 1, 1]],
    ['schedule', [1, 0, 1, 1]],
    ['results', [1, 1, 0, 0]],
    [undefined, [0, 0, 0, 0]],
  ] as const)('empties %s', async (target, left) => {
    const { huey, add, run } = setup();
    await add.schedule([1, 2], { delay: '1h' });
    await add(1, 2);
    await run(2);
    await add(3, 4);
    await huey.lockTask('db').acquire();
    await huey.flush(target);
    const { storage } = huey;
    const counts = [
      await huey.pendingCount(),
      await huey.scheduledCount(),
      (await huey.data.keys()).length,
      (await storage.locks(START)).length,
    ];
    expect(counts).toEqual(left);
  });
});

describe('close', () => {
  it('lets go of the storage, twice without harm; further calls say so', async () => {
    const { huey, add } = setup();
    await huey.close();
    await huey.close();
    await expect(add(1, 2)).rejects.toThrow('expected an open storage, got one that was closed');
  });
});

it('engineOf refuses what is no Huey', () => {
  expect(() => engineOf({})).toThrow('expected `huey` to be a Huey, got an instance of Object');
});
