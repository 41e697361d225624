// Hooks: when each runs, with what, in which order; that one that fails changes nothing, but for a cancellation.
import { describe, expect, it } from 'vitest';
import { CancelExecution, MemoryHuey, RetryTask } from 'huey-ts';
import { manualRuntime } from '../manual-runtime.js';

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ immediate: true, runtime });
  const log: string[] = [];
  const work = huey.task('work', (n: number) => {
    log.push(`work ${n}`);
    if (n < 0) throw new RangeError('negative');
    return 2 * n;
  });
  return { huey, work, log, logs: runtime.logs };
}

describe('around a body', () => {
  it('run before and after it, in the order in which they were added', async () => {
    const { huey, work, log } = setup();
    huey.preExecute(({ name, args }) => log.push(`before ${name} ${String(args)}`));
    huey.preExecute(() => log.push('before, too'));
    huey.postExecute((task, value, error) =>
      log.push(`after ${task.name} ${String(value)} ${String(error)}`),
    );
    await work(1);
    await work(-1);
    expect(log).toEqual([
      'before work 1',
      'before, too',
      'work 1',
      'after work 2 undefined',
      'before work -1',
      'before, too',
      'work -1',
      'after work undefined RangeError: negative',
    ]);
  });

  it('may cancel before it: the other hooks are not asked, nothing runs, nothing is kept', async () => {
    const { huey, work, log } = setup();
    huey.signal((signal) => log.push(signal));
    huey.preExecute(() => {
      throw new CancelExecution();
    });
    huey.preExecute(() => log.push('not asked'));
    huey.postExecute(() => log.push('not told'));
    const result = await work(1);
    expect(log).toEqual(['enqueued', 'executing', 'canceled']);
    expect(await result.get()).toBeUndefined();
  });

  it.each([
    [
      'throw',
      () => {
        throw new Error('broken');
      },
    ],
    ['reject', () => Promise.reject(new Error('broken'))],
    [
      'ask for a retry',
      () => {
        throw new RetryTask();
      },
    ],
  ])('that %s change nothing, and are logged', async (_, broken) => {
    const { huey, work, log, logs } = setup();
    huey.preExecute(broken, 'first');
    huey.preExecute(() => log.push('before'));
    huey.postExecute(broken, 'last');
    huey.postExecute(() => log.push('after'));
    expect(await (await work(1)).get()).toBe(2);
    expect(log).toEqual(['before', 'work 1', 'after']);
    expect(logs.map(({ message, fields }) => [message, fields?.['hook'], fields?.['kind']])).toEqual([
      ['hook failed', 'first', 'preExecute'],
      ['hook failed', 'last', 'postExecute'],
    ]);
  });

  it('are waited for', async () => {
    const { huey, work, log } = setup();
    huey.preExecute(async () => {
      await Promise.resolve();
      log.push('before');
    });
    await work(1);
    expect(log).toEqual(['before', 'work 1']);
  });

  it('can see the result after it', async () => {
    const { huey, work, log } = setup();
    huey.postExecute(async ({ id }) => log.push(String(await huey.result(id, { preserve: true }))));
    await work(2);
    expect(log).toEqual(['work 2', '4']);
  });
});

describe('names', () => {
  it('are the functions’ own by default, and serve to remove', async () => {
    const { huey, work, log } = setup();
    huey.preExecute(function audit() {
      log.push('audit');
    });
    expect([huey.removeHook('preExecute', 'audit'), huey.removeHook('preExecute', 'audit')]).toEqual([
      true,
      false,
    ]);
    await work(1);
    expect(log).toEqual(['work 1']);
  });

  it('replace a hook in its place', async () => {
    const { huey, work, log } = setup();
    huey.preExecute(() => log.push('old'), 'one');
    huey.preExecute(() => log.push('two'), 'two');
    const remove = huey.preExecute(() => log.push('new'), 'one');
    await work(1);
    remove();
    await work(2);
    expect(log).toEqual(['new', 'two', 'work 1', 'two', 'work 2']);
  });

  it('that were taken over are not removed by their former owner', async () => {
    const { huey, work, log } = setup();
    const remove = huey.preExecute(() => log.push('old'), 'one');
    huey.preExecute(() => log.push('new'), 'one');
    remove();
    await work(1);
    expect(log).toEqual(['new', 'work 1']);
  });

  it('that nobody gave do not make hooks replace each other', async () => {
    const { huey, work, log } = setup();
    const twice = () => log.push('twice');
    for (const hook of [twice, twice, () => log.push('a'), () => log.push('b')]) huey.preExecute(hook);
    await work(1);
    expect(log).toEqual(['twice', 'twice', 'a', 'b', 'work 1']);
  });
});
