// The handle of one task: what it reads, how long it waits, and what it leaves in the storage.
import { describe, expect, it } from 'vitest';
import { type GetOptions, type HueyOptions, MemoryHuey, ResultTimeout, TaskException } from 'huey-ts';
import { HandWorker } from '../hand-worker.js';
import { engineOf } from '../../src/huey.js';
import { manualRuntime, START } from '../manual-runtime.js';

function setup(options: HueyOptions = {}) {
  const runtime = manualRuntime();
  const { clock } = runtime;
  const huey = new MemoryHuey({ runtime, ...options });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  return {
    huey,
    clock,
    double: huey.task('double', (n: number) => 2 * n),
    fail: huey.task('fail', { retries: 1 }, (message: string): number => {
      throw new RangeError(message);
    }),
    async run(count = 1) {
      for (let task = 0; task < count; task += 1) await worker.tick(clock.now());
      await worker.flush();
    },
  };
}

/** Follows a read: its value, or its error, if it has ended. */
function follow(read: Promise<unknown>): { end: unknown } {
  const followed: { end: unknown } = { end: 'waiting' };
  read.then(
    (value) => (followed.end = value),
    (error: unknown) => (followed.end = error),
  );
  return followed;
}

describe('get', () => {
  it('is undefined before the task has ended, then its value', async () => {
    const { double, run } = setup();
    const result = await double(2);
    expect(await result.get()).toBeUndefined();
    await run();
    expect(await result.get()).toBe(4);
  });

  it('takes the result from the storage, and keeps it', async () => {
    const { huey, double, run } = setup();
    const result = await double(2);
    await run();
    expect(await result.get()).toBe(4);
    expect(await huey.data.keys()).toEqual([]);
    expect(await result.get()).toBe(4);
    expect(await huey.result(result.id)).toBeUndefined();
  });

  it('leaves it for others with `preserve`', async () => {
    const { huey, double, run } = setup();
    const result = await double(2);
    await run();
    expect(await result.get({ preserve: true })).toBe(4);
    expect(await huey.result(result.id, { preserve: true })).toBe(4);
    expect(await huey.result(result.id)).toBe(4);
    expect(await huey.result(result.id)).toBeUndefined();
  });

  it('gives two reads at once the same', async () => {
    const { double, run } = setup();
    const result = await double(2);
    await run();
    expect(await Promise.all([result.get(), result.isReady(), result.get({ blocking: true })])).toEqual([
      4,
      true,
      4,
    ]);
    expect(await result.get()).toBe(4);
  });

  it('asks the storage again after a reset', async () => {
    const { double, run } = setup();
    const result = await double(2);
    await run();
    expect(await result.get()).toBe(4);
    result.reset();
    expect(await result.get()).toBeUndefined();
  });

  it('throws what the task failed with, each time it is read, until a retry has a result', async () => {
    const { fail, run } = setup();
    const result = await fail('no');
    await run();
    for (const read of [result.get(), result.get()]) {
      await expect(read).rejects.toThrow(TaskException);
      await expect(read).rejects.toThrow(`task ${result.id} failed: RangeError: no`);
      await expect(read).rejects.toMatchObject({ metadata: { retries: 1, taskId: result.id } });
      const { metadata, cause } = (await read.catch((error: unknown) => error)) as TaskException;
      expect(metadata.error).toBeInstanceOf(RangeError);
      expect(cause).toBe(metadata.error);
      expect(metadata.traceback).toContain('result.test');
    }
    await run();
    result.reset();
    await expect(result.get()).rejects.toMatchObject({ metadata: { retries: 0 } });
  });

  it.each<[HueyOptions, unknown, unknown]>([
    [{}, null, undefined],
    [{}, undefined, undefined],
    [{ storeNone: true }, null, null],
    [{ storeNone: true }, undefined, null],
    [{ results: false }, 1, undefined],
    [{}, 0, 0],
    [{}, '', ''],
    [{}, false, false],
    [{}, Number.NaN, Number.NaN],
  ])('with %o reads a task that returned %o as %o', async (options, returned, read) => {
    const { huey, run } = setup(options);
    const result = await huey.task('task', () => returned)();
    await run();
    expect(await result.get()).toEqual(read);
    expect(await result.isReady()).toBe(read !== undefined);
  });

  it('finds nothing once the result has expired', async () => {
    const { double, run, clock } = setup({ resultExpires: '1m' });
    const results = await double.map([[1], [2]]);
    await run(2);
    clock.set(START + 59_999);
    expect(await results.at(0)!.get()).toBe(2);
    clock.set(START + 60_000);
    expect(await results.at(1)!.get()).toBeUndefined();
  });

  it('of a periodic task finds nothing: nobody holds its handle', async () => {
    const { huey, run } = setup();
    const tick = huey.periodicTask(
      'tick',
      { matches: () => true, next: () => undefined, previous: () => undefined },
      () => 1,
    );
    const result = await tick();
    await run();
    expect(await result.get()).toBeUndefined();
  });
});

describe('get, blocking', () => {
  it('waits until there is a result', async () => {
    const { double, run, clock } = setup();
    const result = await double(2);
    const read = follow(result.get({ blocking: true }));
    await clock.advance(5000);
    expect(read.end).toBe('waiting');
    await run();
    await clock.advance(1000);
    expect(read.end).toBe(4);
    expect(clock.timers).toBe(0);
  });

  it('looks at once, then less and less often', async () => {
    const { huey, double, clock } = setup();
    const looks: number[] = [];
    const { storage } = huey;
    Object.assign(storage, {
      pop: () => {
        looks.push(clock.now() - START);
        return undefined;
      },
    });
    const result = await double(2);
    follow(result.get({ blocking: true, backoff: 2, maxDelay: '1s', timeout: '5s' }));
    await clock.advance(10_000);
    expect(looks).toEqual([0, 100, 300, 700, 1500, 2500, 3500, 4500, 5000]);
  });

  it.each<[string, GetOptions, number[]]>([
    ['does not look before it is told, or begins to doubt it', {}, [100]],
    ['looks at once if it does not wait', { timeout: 0 }, [0]],
    ['looks at the deadline', { timeout: '50ms' }, [50]],
  ])('%s, where the storage tells of the result', async (_, options, expected) => {
    const { huey, double, clock } = setup();
    const looks: number[] = [];
    Object.assign(huey.storage, {
      tellsOf: () => true,
      pop: () => {
        looks.push(clock.now() - START);
        return '4';
      },
    });
    const read = follow((await double(2)).get({ ...options, blocking: true }));
    await clock.advance(10_000);
    expect([read.end, looks]).toEqual([4, expected]);
  });

  it.each<[GetOptions['timeout'], number]>([
    ['250ms', 250],
    ['10s', 10_000],
    [2.5, 2500],
    [0, 0],
  ])('gives up after %j, at the deadline and not later', async (timeout, ms) => {
    const { double, clock } = setup();
    const result = await double(2);
    const read = follow(result.get({ blocking: true, timeout: timeout! }));
    await clock.advance(Math.max(0, ms - 1));
    if (ms > 0) expect(read.end).toBe('waiting');
    await clock.advance(1);
    expect(read.end).toBeInstanceOf(ResultTimeout);
    expect(read.end).toMatchObject({
      taskId: result.id,
      message: expect.stringContaining(`${ms / 1000}s`) as string,
    });
    expect(clock.timers).toBe(0);
    expect(await result.isRevoked()).toBe(false);
  });

  it('revokes the task when it gives up, if told to', async () => {
    const { huey, double, run, clock } = setup();
    const result = await double(2);
    const read = follow(result.get({ blocking: true, timeout: '1s', revokeOnTimeout: true }));
    await clock.advance(1000);
    expect(read.end).toBeInstanceOf(ResultTimeout);
    expect(await huey.isRevokedById(result.id)).toBe(true);
    await run();
    expect(await result.get()).toBeUndefined();
  });

  it('throws the failure as soon as there is one', async () => {
    const { fail, run, clock } = setup();
    const result = await fail('no');
    const read = follow(result.get({ blocking: true }));
    await run();
    await clock.advance(1000);
    expect(read.end).toBeInstanceOf(TaskException);
  });

  it('may leave the result', async () => {
    const { huey, double, run } = setup();
    const result = await double(2);
    await run();
    expect(await result.get({ blocking: true, preserve: true })).toBe(4);
    expect(await huey.result(result.id, { blocking: true })).toBe(4);
  });
});

describe('isReady', () => {
  it('takes the result into the handle', async () => {
    const { huey, double, run } = setup();
    const result = await double(2);
    expect(await result.isReady()).toBe(false);
    await run();
    expect(await result.isReady()).toBe(true);
    expect(await huey.result(result.id)).toBeUndefined();
    expect(await result.get()).toBe(4);
  });

  it('holds for a failure as well', async () => {
    const { fail, run } = setup();
    const result = await fail('no');
    await run();
    expect(await result.isReady()).toBe(true);
  });
});

describe('reschedule', () => {
  it('enqueues a copy, with the stages and the handler, and revokes the original', async () => {
    const { huey, double, fail } = setup();
    const note = huey.task('note', (_error: Error) => null);
    const results = await huey.enqueue(fail.s('no').error(note).pipe(double));
    const again = await results.at(0)!.reschedule({ delay: '1m', expires: '1h', priority: 7 });
    const copy = engineOf(huey).codec.decodeChain(
      (await huey.storage.pending()).find(({ id }) => id === again.id)!,
    );
    expect(copy.head).toMatchObject({
      args: ['no'],
      retries: 1,
      attempt: 0,
      eta: START + 60_000,
      priority: 7,
      expires: { afterMs: 3_600_000 },
      onError: { head: { name: 'note' } },
    });
    expect(copy.next.map(({ name }) => name)).toEqual(['double']);
    expect(await results.at(0)!.isRevoked()).toBe(true);
  });

  it('may leave the stages and the handler behind', async () => {
    const { huey, double, fail } = setup();
    const note = huey.task('note', (_error: Error) => null);
    const results = await huey.enqueue(fail.s('no').error(note).pipe(double));
    const again = await results.at(0)!.reschedule({ preservePipeline: false });
    expect(again.stages).toHaveLength(1);
    expect(again.task.onError).toBeUndefined();
  });

  it('forgets the instant of the original, and how often it was tried', async () => {
    const { double } = setup();
    const again = await (await double.schedule([1], { delay: '1h' })).reschedule();
    expect(again.task.eta).toBeUndefined();
  });
});

it('a blocking read is answered at the very instant at which the result is stored', async () => {
  const { huey, clock, run } = setup();
  const result = await huey.task('now', () => 'here')();
  const reading = result.get({ blocking: true, timeout: '1h' });
  await run();
  expect([await reading, clock.now()]).toEqual(['here', START]);
});
