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

describe('what it knows', () => {
  it('is the task, and the time that is left', async () => {
    const values = { kwargs: { to: 'a' }, retries: 2, attempt: 1, priority: 5, timeoutMs: 90_000 };
    const { context } = setup(values);
    expect(context).toMatchObject({
      id: 'a',
      name: 'nap',
      kwargs: { to: 'a' },
      retries: 2,
      attempt: 1,
      priority: 5,
    });
    expect([context.timeout, context.timeRemaining, context.isTimedOut]).toEqual([90, 90, false]);
    await vi.advanceTimersByTimeAsync(89_999);
    expect([context.timeRemaining, context.isTimedOut]).toEqual([0.001, false]);
    context.checkTimeout();
    await vi.advanceTimersByTimeAsync(1);
    expect([context.timeRemaining, context.isTimedOut]).toEqual([0, true]);
    expect(() => context.checkTimeout()).toThrow(TaskTimeout);
    await vi.advanceTimersByTimeAsync(1000);
    expect(context.timeRemaining).toBe(0);
  });

  it.each([[{}], [{ timeoutMs: 0 }]])('is that there is no limit with %o', async (values) => {
    const { context } = setup(values);
    await vi.advanceTimersByTimeAsync(1e9);
    expect([context.timeRemaining, context.isTimedOut]).toEqual([undefined, false]);
    expect(context.signal.aborted).toBe(false);
    context.checkTimeout();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not depend on the wall clock being set', async () => {
    const { context } = setup({ timeoutMs: 1000 });
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(context.isTimedOut).toBe(false);
  });
});

describe('signal', () => {
  it('aborts at the limit with a TaskTimeout, and leaves no timer behind', async () => {
    const { context } = setup({ timeoutMs: 1000 });
    const { signal } = context;
    expect(context.signal).toBe(signal);
    await vi.advanceTimersByTimeAsync(999);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signal.reason).toBeInstanceOf(TaskTimeout);
    expect(signal.reason).toMatchObject({ timeoutMs: 1000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has aborted if it is asked for after the limit', async () => {
    const { context } = setup({ timeoutMs: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(context.signal.reason).toBeInstanceOf(TaskTimeout);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('aborts when the worker is told to stop, with its reason', () => {
    const { context, stop } = setup({ timeoutMs: 1000 });
    const { signal } = context;
    stop.abort('stop');
    expect(signal.reason).toBe('stop');
    context.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps no timer once the body has ended', () => {
    const { context } = setup({ timeoutMs: 1000 });
    expect(context.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(1);
    context.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a task that hands it on as timed out, and is retried', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const signals: string[] = [];
    huey.signal((signal) => signals.push(signal));
    const wait = huey.task(
      'wait',
      { context: true, timeout: '2s', retries: 1 },
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const called = wait();
    await vi.advanceTimersByTimeAsync(4000);
    const result = await called;
    await expect(result.get()).rejects.toMatchObject({
      metadata: { error: { name: 'TaskTimeout', timeoutMs: 2000 } },
    });
    const attempt = ['enqueued', 'executing', 'timeout'];
    expect(signals).toEqual([...attempt, 'retrying', ...attempt]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may abort a body that has its own way to end', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const work = huey.task('work', { context: true, timeout: '2s' }, async (ctx) => {
      await ctx.sleep('10s').catch(() => undefined);
      return ctx.isTimedOut ? 'half' : 'all';
    });
    const called = work();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await (await called).get()).toBe('half');
  });
});
