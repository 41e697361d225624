// What a body learns of its own execution, and how it waits.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, MemoryHuey, TaskContext, TaskTimeout } from 'huey-ts';
import type { Task } from 'huey-ts';
import { systemClock } from '../../src/runtime.js';

const TASK: Task = {
  id: 'a',
  name: 'nap',
  args: [],
  retries: 0,
  retryDelayMs: 0,
  retryBackoff: 1,
  attempt: 0,
};

function setup(values: Partial<Task> = {}) {
  const stop = new AbortController();
  const context = new TaskContext({ ...TASK, ...values }, systemClock, stop.signal);
  return { context, stop };
}

/** Follows a sleep: how it ended, if it has. */
function follow(sleep: Promise<void>): { end: unknown } {
  const followed: { end: unknown } = { end: 'none yet' };
  sleep.then(
    () => (followed.end = 'woke up'),
    (error: unknown) => (followed.end = error),
  );
  return followed;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('sleep', () => {
  it.each([
    ['90s', 90_000],
    [0.25, 250],
    [0, 0],
  ])('waits %j on the clock', async (duration, ms) => {
    const { context } = setup();
    const sleep = follow(context.sleep(duration));
    if (ms > 0) await vi.advanceTimersByTimeAsync(ms - 1);
    if (ms > 0) expect(sleep.end).toBe('none yet');
    await vi.advanceTimersByTimeAsync(1);
    expect(sleep.end).toBe('woke up');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the timeout of the task, as soon as it is reached', async () => {
    const { context } = setup({ timeoutMs: 1000 });
    const sleep = follow(context.sleep('1h'));
    await vi.advanceTimersByTimeAsync(999);
    expect(sleep.end).toBe('none yet');
    await vi.advanceTimersByTimeAsync(1);
    expect(sleep.end).toBeInstanceOf(TaskTimeout);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the worker is told to stop, with the reason given', async () => {
    const { context, stop } = setup();
    const sleep = follow(context.sleep('1h'));
    const reason = new Error('the worker stops');
    stop.abort(reason);
    await vi.advanceTimersByTimeAsync(0);
    expect(sleep.end).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['told to stop', { timeoutMs: 10_000 }, true],
    ['timed out', { timeoutMs: 1000 }, false],
  ])('does not begin once the task was %s', async (_, values, stopped) => {
    const { context, stop } = setup(values);
    await vi.advanceTimersByTimeAsync(1000);
    if (stopped) stop.abort(new Error('the worker stops'));
    await expect(context.sleep('1ms')).rejects.toThrow(stopped ? 'the worker stops' : TaskTimeout);
    context.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses what is no duration', async () => {
    const { context } = setup();
    await expect(context.sleep('soon')).rejects.toThrow(ConfigurationError);
    await expect(context.sleep(-1)).rejects.toThrow(
      'expected `duration` to be a duration that is not negative',
    );
  });
});

describe('a body called here and now', () => {
  it('waits like any other, and leaves no timer behind', async () => {
    const huey = new MemoryHuey();
    const nap = huey.task('nap', { context: true, timeout: '1h' }, async (ctx, duration: string) => {
      await ctx.sleep(duration);
      return ctx.timeRemaining;
    });
    const called = nap.callLocal('10m');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(await called).toBe(50 * 60);
    expect(vi.getTimerCount()).toBe(0);
  });
});
