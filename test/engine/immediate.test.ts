// Immediate mode: a task runs inside the call that enqueues it, on the same engine and through the same messages as
// in production. What is shown here: nothing leaks around the message, nothing recurses, nothing that a body throws
// escapes from the call, and the mode may change at any time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CancelExecution,
  chord,
  type HueyOptions,
  MemoryHuey,
  Huey,
  MemoryStorage,
  RetryTask,
  SerializationError,
  type Signature,
  type TaskFunction,
  TaskException,
  TaskLockedException,
} from 'huey-ts';

const MANY = 100_000;

function setup(options: HueyOptions = {}) {
  const huey = new MemoryHuey({ immediate: true, ...options });
  const add = huey.task('add', (a: number, b: number) => a + b);
  const log: string[] = [];
  return { huey, add, log };
}

describe('the call', () => {
  it('has run the task when it resolves', async () => {
    const { huey, add } = setup();
    const result = await add(1, 2);
    expect(await huey.pendingCount()).toBe(0);
    expect(await result.get()).toBe(3);
  });

  it('runs a nested call where it is made, before the caller goes on', async () => {
    const { huey, log } = setup();
    const child = huey.task('child', async (name: string) => {
      log.push(`${name} runs`);
      return name.toUpperCase();
    });
    const parent = huey.task('parent', async () => {
      log.push('parent starts');
      const first = await child('a');
      log.push(`parent has ${await first.get()}`);
      const second = await child('b');
      log.push(`parent has ${await second.get()}`);
    });
    await parent();
    expect(log).toEqual(['parent starts', 'a runs', 'parent has A', 'b runs', 'parent has B']);
  });

  it('runs the calls that a body makes and does not await, too', async () => {
    const { huey, log } = setup();
    const child = huey.task('child', () => void log.push('child'));
    const parent = huey.task('parent', async () => {
      const pending = child();
      log.push('parent');
      await pending;
    });
    await parent();
    expect([...log].sort()).toEqual(['child', 'parent']);
  });

  it.each<[string, () => unknown, string[]]>([
    ['raises', () => Promise.reject(new Error('boom')), ['enqueued', 'executing', 'error']],
    [
      'raises at once',
      () => {
        throw new TypeError('boom');
      },
      ['enqueued', 'executing', 'error'],
    ],
    [
      'throws what is no error',
      () => {
        throw 'boom';
      },
      ['enqueued', 'executing', 'error'],
    ],
    [
      'cancels itself',
      () => {
        throw new CancelExecution();
      },
      ['enqueued', 'executing', 'canceled'],
    ],
    [
      'finds a lock held',
      () => {
        throw new TaskLockedException('db');
      },
      ['enqueued', 'executing', 'locked'],
    ],
    ['returns what cannot travel', () => () => 1, ['enqueued', 'executing', 'error']],
  ])('does not reject when the body %s', async (_, body, signals) => {
    const { huey, log } = setup();
    huey.signal((signal) => log.push(signal));
    const task = huey.task('task', body);
    const result = await task();
    expect(log).toEqual(signals);
    await expect(result.get()).rejects.toThrow(TaskException);
  });

  it('leaves what is scheduled for later alone', async () => {
    const { huey, add } = setup();
    await add.schedule([1, 2], { delay: '1h' });
    expect(await huey.scheduledCount()).toBe(1);
  });

  it('runs retries without a delay at once, and leaves those with one in the schedule', async () => {
    const { huey, log } = setup();
    const atOnce = huey.task('at-once', { retries: 2 }, () => {
      log.push('attempt');
      throw new Error('no');
    });
    const later = huey.task('later', { retries: 2, retryDelay: '1m' }, () => {
      log.push('once');
      throw new Error('no');
    });
    await atOnce();
    await later();
    expect(log).toEqual(['attempt', 'attempt', 'attempt', 'once']);
    expect(await huey.scheduledCount()).toBe(1);
  });

  it('runs pipelines, handlers and chords to their end', async () => {
    const { huey, add, log } = setup();
    const fail = huey.task('fail', (): number => {
      throw new Error('broken');
    });
    const handle = huey.task(
      'handle',
      (label: string, error: Error) => void log.push(`${label}: ${error.message}`),
    );
    const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
    const pipeline = await huey.enqueue(add.s(1, 2).pipe(add, 10).pipe(add, 100));
    expect(await pipeline.get()).toEqual([3, 13, 113]);
    await huey.enqueue(fail.s().error(handle, 'handled'));
    expect(log).toEqual(['handled: broken']);
    const total = await huey.enqueue(chord([add.s(1, 2), add.s(3, 4).pipe(add, 5)], sum));
    expect(await total.get()).toBe(15);
  });
});

describe('arguments', () => {
  it('are a copy: what the body does to them stays there', async () => {
    const { huey } = setup();
    const change = huey.task('change', (box: { items: number[] }) => {
      box.items.push(2);
      return box;
    });
    const box = { items: [1] };
    const result = await change(box);
    expect(box).toEqual({ items: [1] });
    expect(await result.get()).toEqual({ items: [1, 2] });
  });

  it('arrive as they were sent, rich values included', async () => {
    const { huey } = setup();
    let seen: unknown;
    const look = huey.task('look', (value: unknown) => void (seen = value));
    const sent = { at: new Date(0), tags: new Set(['a']), byId: new Map([[1, 2n]]), nothing: undefined };
    await look(sent);
    expect(seen).toStrictEqual(sent);
    expect(seen).not.toBe(sent);
  });

  it('that cannot travel are refused before anything happens', async () => {
    const { huey, log } = setup();
    huey.signal((signal) => log.push(signal));
    const look = huey.task('look', (_value: unknown) => log.push('ran'));
    const refused = expect(look({ callback: () => 1 })).rejects;
    await refused.toThrow(SerializationError);
    await refused.toMatchObject({ fault: 'unserializable', path: 'args[0].callback' });
    expect(log).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    [
      'asks for a retry',
      () => {
        throw new RetryTask();
      },
    ],
    ['returns what cannot travel', () => () => 1],
  ])('are fresh on every attempt, although the body changes them and %s', async (_, end) => {
    const { huey } = setup();
    const seen: string[] = [];
    const change = huey.task('change', { retries: 2 }, (box: { items: unknown[] }, options?: object) => {
      seen.push(JSON.stringify([box, options]));
      box.items.push(() => 1);
      Object.assign(options ?? {}, { changed: true });
      if (seen.length < 3) return end();
      return undefined;
    });
    await change({ items: [1] }, { a: 1 });
    expect(seen).toEqual(Array.from({ length: 3 }, () => '[{"items":[1]},{"a":1}]'));
  });

  it('that a result shares with the body are copied as well', async () => {
    const { huey } = setup();
    const kept: number[] = [1];
    const keep = huey.task('keep', () => kept);
    const result = await keep();
    kept.push(2);
    expect(await result.get()).toEqual([1]);
  });
});

describe('switching', () => {
  it('is possible at any time, and each mode has a storage of its own', async () => {
    const { huey, add } = setup({ immediate: false });
    await add(1, 2);
    expect(await huey.pendingCount()).toBe(1);
    huey.immediate = true;
    expect(await huey.pendingCount()).toBe(0);
    expect(await (await add(3, 4)).get()).toBe(7);
    huey.immediate = false;
    await add(5, 6);
    expect((await huey.pending()).at(-1)?.args).toEqual([5, 6]);
  });

  it('gives the given storage back, with what was in it', async () => {
    const storage = new MemoryStorage();
    const huey = new Huey({ storage });
    const one = huey.task('one', () => 1);
    await one();
    huey.immediate = true;
    expect(huey.storage).not.toBe(storage);
    huey.immediate = false;
    expect(huey.storage).toBe(storage);
    expect(await huey.pendingCount()).toBe(1);
  });

  it('starts from an empty memory each time', async () => {
    const { huey, add } = setup();
    const result = await add(1, 2);
    huey.immediate = false;
    huey.immediate = true;
    expect(await result.get()).toBeUndefined();
  });

  it('inside a body counts for what the body enqueues from then on', async () => {
    const { huey, add } = setup();
    const switching = huey.task('switching', async () => {
      huey.immediate = false;
      await add(1, 2);
    });
    await switching();
    expect(await huey.pendingCount()).toBe(1);
  });

  it('keeps the storage with immediateUseMemory: false', async () => {
    const storage = new MemoryStorage();
    const huey = new Huey({ storage, immediate: true, immediateUseMemory: false });
    const one = huey.task('one', () => 1);
    expect(huey.storage).toBe(storage);
    const result = await one();
    huey.immediate = false;
    expect(huey.storage).toBe(storage);
    expect(await result.get()).toBe(1);
  });
});

describe('a hundred thousand', () => {
  const { stackTraceLimit } = Error;

  // Nearly all of a failure's cost is the formatting of its stack through source maps, which is not what is shown here.
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it('stages make no recursion', async () => {
    const { huey } = setup();
    const next = huey.task('next', (n?: number) => (n ?? 0) + 1);
    const pipeline: Signature = next.s(0);
    for (let stage = 1; stage < MANY; stage += 1) pipeline.pipe(next.s());
    const results = await huey.enqueue(pipeline);
    expect(await results.at(-1)!.get()).toBe(MANY);
  });

  it.each([
    ['retries', { retries: MANY }, () => new Error('not yet')],
    ['retries that the body asks for', {}, () => new RetryTask('not yet')],
  ])('%s make no recursion', async (_, options, failure) => {
    const { huey } = setup();
    let attempts = 0;
    const again = huey.task('again', options, () => {
      attempts += 1;
      if (attempts < MANY) throw failure();
      return attempts;
    });
    const result = await again();
    expect(await result.get()).toBe(MANY);
  });

  it('children, each inside the body of its parent, make no recursion', async () => {
    const { huey } = setup();
    let depth = 0;
    const child: TaskFunction<[], void> = huey.task('child', async () => {
      depth += 1;
      if (depth < MANY) await child();
    });
    await child();
    expect(depth).toBe(MANY);
  });
});
