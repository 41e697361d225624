// When a failed task runs again: what each kind of failure makes of the retries, and by how much the delay grows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CancelExecution,
  DeliveriesExhausted,
  RateLimitExceeded,
  RetryTask,
  TaskLockedException,
  TaskTimeout,
} from '../../src/errors.js';
import type { Failure } from '../../src/model/outcome.js';
import { nextAttempt, retryPlan } from '../../src/model/retry.js';
import type { Task } from '../../src/model/task.js';
import { LAST_INSTANT_MS } from '../../src/time.js';

const NOW = Date.UTC(2026, 0, 1);
const SEED = { seed: 20260101, numRuns: 300 };

function setup(values: Partial<Task> = {}): Task {
  return {
    id: 'a',
    name: 'work',
    args: [],
    retries: 0,
    retryDelayMs: 0,
    retryBackoff: 1,
    attempt: 0,
    ...values,
  };
}

const raised: Failure = { kind: 'raised', error: new Error('no') };
const timedOut: Failure = { kind: 'timed-out', error: new TaskTimeout(1000) };
const locked: Failure = { kind: 'locked', error: new TaskLockedException('db') };
const exhausted: Failure = { kind: 'exhausted', error: new DeliveriesExhausted(3) };
const limited = (retry: boolean): Failure => ({
  kind: 'rate-limited',
  error: new RateLimitExceeded('api', 7000, retry),
});
const canceled = (retry?: boolean): Failure => ({
  kind: 'canceled',
  error: new CancelExecution(retry === undefined ? {} : { retry }),
});
const asked = (options: { delay?: number | string; eta?: Date } = {}): Failure => ({
  kind: 'retry-asked',
  error: new RetryTask('again', options),
});

describe('retryPlan', () => {
  it.each<[string, Partial<Task>, Failure, number, number?]>([
    ['an error takes what is left', { retries: 2 }, raised, 2],
    ['an error without retries is the end', {}, raised, 0],
    ['a timeout is like an error', { retries: 1 }, timedOut, 1],
    ['a held lock is like an error', { retries: 1 }, locked, 1],
    ['exhausted deliveries are the end, whatever is left', { retries: 5 }, exhausted, 0],
    ['a cancellation takes what is left', { retries: 2 }, canceled(), 2],
    ['a cancellation without retries is the end', {}, canceled(), 0],
    ['a cancellation that wants a retry gets one', {}, canceled(true), 1],
    ['a cancellation that wants a retry takes no more than what is left', { retries: 2 }, canceled(true), 2],
    ['a cancellation that wants none drops all', { retries: 2 }, canceled(false), 0],
    ['a rate limit waits for the next window at no cost', {}, limited(true), 1, NOW + 7000],
    ['a rate limit adds to what is left', { retries: 2 }, limited(true), 3, NOW + 7000],
    ["a rate limit prefers the task's own delay", { retryDelayMs: 500 }, limited(true), 1, NOW + 500],
    ['a rate limit that does not wait is like an error', {}, limited(false), 0],
    ['a rate limit that does not wait uses up a retry', { retries: 2 }, limited(false), 2, NOW + 7000],
    ['a request adds a retry', {}, asked(), 1],
    ['a request adds to what is left', { retries: 2 }, asked(), 3],
    ['a request may name a delay', { retryDelayMs: 500 }, asked({ delay: '1m' }), 1, NOW + 60_000],
    ['a request may name a delay of zero', { retryDelayMs: 500 }, asked({ delay: 0 }), 1, NOW],
    ['a request may name an instant', {}, asked({ eta: new Date(NOW + 5) }), 1, NOW + 5],
    ['infinitely many stay infinitely many', { retries: Infinity }, asked(), Infinity],
  ])('%s', (_, values, failure, retries, at?) => {
    expect(retryPlan(setup(values), failure, NOW)).toEqual({ retries, at });
  });
});

describe('nextAttempt', () => {
  it.each<[string, Partial<Task>, { retries: number; at?: number }, Partial<Task>, number | undefined]>([
    ['runs at once without a delay', {}, { retries: 1 }, { retries: 0, attempt: 1 }, undefined],
    [
      'waits for the delay, which then grows',
      { retryDelayMs: 1000, retryBackoff: 3 },
      { retries: 2 },
      { retries: 1, attempt: 1, eta: NOW + 1000, retryDelayMs: 3000 },
      NOW + 1000,
    ],
    [
      'waits for the instant asked for, and the delay stays',
      { retryDelayMs: 1000, retryBackoff: 3, attempt: 4 },
      { retries: 1, at: NOW + 5 },
      { retries: 0, attempt: 5, eta: NOW + 5 },
      NOW + 5,
    ],
    [
      'does not wait for an instant in the past, but goes by the schedule',
      {},
      { retries: 1, at: NOW - 5 },
      { retries: 0, attempt: 1, eta: NOW - 5 },
      NOW - 5,
    ],
    [
      'is due in whole milliseconds, while the delay keeps its fraction',
      { retryDelayMs: 0.6, retryBackoff: 1.5 },
      { retries: 1 },
      { retries: 0, attempt: 1, eta: NOW + 1, retryDelayMs: 0.6 * 1.5 },
      NOW + 1,
    ],
    [
      'never leaves the calendar',
      { retryDelayMs: LAST_INSTANT_MS, retryBackoff: 1e300 },
      { retries: 1 },
      { retries: 0, attempt: 1, eta: LAST_INSTANT_MS, retryDelayMs: LAST_INSTANT_MS },
      LAST_INSTANT_MS,
    ],
  ])('%s', (_, values, { retries, at }, changed, dueAt) => {
    const task = setup(values);
    expect(nextAttempt(task, { retries, at }, NOW)).toEqual({ task: { ...task, ...changed }, dueAt });
  });
});

describe('a chain of failures', () => {
  /** Lets a task fail until nothing is left; says how long each wait was. */
  function waitsOf(task: Task, failures: (attempt: number) => Failure, atMost = 50): number[] {
    const waits: number[] = [];
    let now = NOW;
    for (let current = task; waits.length < atMost;) {
      const plan = retryPlan(current, failures(waits.length), now);
      expect(plan.retries).toBeGreaterThanOrEqual(0);
      if (plan.retries === 0) break;
      const { task: again, dueAt } = nextAttempt(current, plan, now);
      expect(again.retries).toBeGreaterThanOrEqual(0);
      expect(again.attempt).toBe(current.attempt + 1);
      waits.push(dueAt === undefined ? 0 : dueAt - now);
      now = dueAt ?? now;
      current = again;
    }
    return waits;
  }

  it('waits exactly delay x backoff^k', () => {
    const whole = fc.record({
      retries: fc.integer({ min: 0, max: 12 }),
      retryDelayMs: fc.integer({ min: 0, max: 60_000 }),
      retryBackoff: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(whole, (values) => {
        const { retries, retryDelayMs, retryBackoff } = values;
        const expected = Array.from({ length: retries }, (_, k) => retryDelayMs * retryBackoff ** k);
        expect(waitsOf(setup(values), () => raised)).toEqual(expected);
      }),
      SEED,
    );
  });

  it('never leaves the calendar, however fast the delay grows', () => {
    const any = fc.record({
      retries: fc.integer({ min: 0, max: 40 }),
      retryDelayMs: fc.double({ min: 0, max: LAST_INSTANT_MS, noNaN: true }),
      retryBackoff: fc.double({ min: 1, max: 1e12, noNaN: true }),
    });
    fc.assert(
      fc.property(any, (values) => {
        const waits = waitsOf(setup(values), () => raised);
        expect(waits.every((wait) => Number.isSafeInteger(wait) && wait >= 0)).toBe(true);
        expect(waits.reduce((sum, wait) => sum + wait, NOW)).toBeLessThanOrEqual(LAST_INSTANT_MS);
      }),
      SEED,
    );
  });

  it('makes at most 1 + retries + asked executions', () => {
    const failure = fc.constantFrom(
      raised,
      timedOut,
      locked,
      canceled(),
      canceled(false),
      asked(),
      limited(true),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.array(failure, { maxLength: 12 }),
        (retries, failures) => {
          const happening = (attempt: number): Failure => failures[attempt] ?? raised;
          const executions = 1 + waitsOf(setup({ retries }), happening).length;
          const free = failures
            .slice(0, executions)
            .filter(({ kind }) => kind === 'retry-asked' || kind === 'rate-limited').length;
          expect(executions).toBeLessThanOrEqual(1 + retries + free);
          if (failures.every(({ kind }) => kind !== 'canceled')) expect(executions).toBe(1 + retries + free);
        },
      ),
      SEED,
    );
  });

  it('goes on for ever with infinitely many retries', () => {
    expect(waitsOf(setup({ retries: Infinity }), () => raised, 1000)).toHaveLength(1000);
  });
});
