// No worker dies of a task: an end that cannot be stored is told in less detail, and if even that does not fit, the
// message goes to the dead letters, its chord is told, and its handlers still hear of it.
import { describe, expect, it } from 'vitest';
import { chord, MemoryHuey, RetryTask, type TaskException } from 'huey-ts';
import { HandWorker } from '../hand-worker.js';
import { engineOf } from '../../src/huey.js';
import { manualRuntime, START } from '../manual-runtime.js';

const LONG = 'x'.repeat(100_000);

function setup(maxMessageBytes: number) {
  const huey = new MemoryHuey({ runtime: manualRuntime(), maxMessageBytes });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  const signals: string[] = [];
  huey.signal((signal, task) => signals.push(`${signal} ${task.name}`));
  return {
    huey,
    signals,
    async run(count = 1) {
      for (let task = 0; task < count; task += 1) await worker.tick(START);
      await worker.flush();
    },
  };
}

async function failureOf(reading: Promise<unknown>): Promise<TaskException> {
  return (await reading.then(
    () => undefined,
    (error: unknown) => error,
  )) as TaskException;
}

describe('a value that cannot be stored', () => {
  it.each<[string, () => unknown, object]>([
    ['cannot travel', () => ({ list: [Symbol('x')] }), { fault: 'unserializable', path: 'value.list[0]' }],
    ['is too large', () => LONG, { fault: 'too-large' }],
  ])('fails the task: it %s', async (_, body, error) => {
    const { huey, run, signals } = setup(10_000);
    const result = await huey.task('work', body)();
    await run();
    expect((await failureOf(result.get())).metadata).toMatchObject({ error, retries: 0 });
    expect(signals).toEqual(['enqueued work', 'executing work', 'error work']);
  });

  it('is tried again, with the arguments of the message', async () => {
    const { huey, run } = setup(10_000);
    const seen: number[] = [];
    const work = huey.task('work', { retries: 1 }, (items: unknown[]) => {
      seen.push(items.length);
      items.push(() => 1);
      return seen.length === 1 ? LONG : 'short';
    });
    const result = await work([1]);
    await run(2);
    expect(seen).toEqual([1, 1]);
    expect(await result.get()).toBe('short');
  });
});

describe('an error that is too large', () => {
  it('keeps its name, the beginning of its message, and its short fields', async () => {
    const { huey, run } = setup(2000);
    const result = await huey.task('work', () => {
      throw Object.assign(new RangeError(LONG, { cause: new Error(LONG) }), { code: 'E1', detail: LONG });
    })();
    await run();
    const { error } = (await failureOf(result.get())).metadata as {
      error: Error & { code?: string; detail?: string };
    };
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe(`${'x'.repeat(200)}…`);
    expect([error.code, error.detail, error.cause]).toEqual(['E1', undefined, undefined]);
  });

  it('is still a request to try again when it says', async () => {
    const { huey, run } = setup(2000);
    const work = huey.task('work', () => {
      throw new RetryTask(LONG, { delay: '1m' });
    });
    await work();
    await run();
    const [scheduled] = await huey.scheduled();
    expect(scheduled?.eta).toBe(START + 60_000);
  });

  it('is replaced if it is none, and cannot travel', async () => {
    const { huey, run } = setup(2000);
    const result = await huey.task('work', () => {
      throw () => 1;
    })();
    await run();
    expect((await failureOf(result.get())).message).toContain(
      'a value was thrown that is no error and cannot travel',
    );
  });
});

describe('an end that fits in no way', () => {
  it('buries the message, tells why, and frees the chord', async () => {
    const { huey, run, signals } = setup(200);
    const fail = huey.task('fail', (): null => {
      throw new Error(LONG);
    });
    const count = huey.task('count', (values: unknown[]) => values.length);
    const total = await huey.enqueue(chord([fail.s()], count));
    await run(2);
    expect(signals).toEqual([
      'enqueued fail',
      'executing fail',
      'error fail',
      'enqueued count',
      'executing count',
      'complete count',
    ]);
    expect(await total.get()).toBe(1);
    const [dead] = await huey.storage.dead();
    expect(dead).toMatchObject({ item: { task: 'fail' }, diedAt: START });
    expect(dead!.reason).toMatch(
      /^its end could not be stored: expected the value to take at most 200 bytes/,
    );
  });

  it('leaves the worker at work', async () => {
    const { huey, run } = setup(200);
    await huey.task('fail', () => {
      throw new Error(LONG);
    })();
    const next = await huey.task('next', () => 1)();
    await run(2);
    expect(await next.get()).toBe(1);
  });
});
