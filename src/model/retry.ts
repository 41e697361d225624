// When a failed task runs again. The rules and their order are huey's (recorded in fixtures/conformance).
import { durationMs, instantMs, LAST_INSTANT_MS } from '../time.js';
import type { Failure } from './outcome.js';
import type { Task } from './task.js';

export interface RetryPlan {
  /** Retries left, the coming one included; 0 means that this was the last attempt. */
  readonly retries: number;
  /** The instant asked for; undefined lets the task's own retry delay decide. */
  readonly at: number | undefined;
}

/** What a failure makes of the retries: a request or a rate limit adds one of its own, a cancellation may drop them all. */
export function retryPlan(task: Task, failure: Failure, now: number): RetryPlan {
  const { retries } = task;
  switch (failure.kind) {
    case 'raised':
    case 'timed-out':
    case 'locked':
      return { retries, at: undefined };
    case 'exhausted':
      return { retries: 0, at: undefined };
    case 'canceled': {
      const again = failure.error.retry ?? retries > 0;
      return { retries: again ? Math.max(retries, 1) : 0, at: undefined };
    }
    case 'rate-limited': {
      const { retry, delayMs } = failure.error;
      if (!retry && retries === 0) return { retries, at: undefined };
      return { retries: retry ? retries + 1 : retries, at: now + (task.retryDelayMs || delayMs) };
    }
    case 'retry-asked': {
      const { eta, delay } = failure.error;
      if (eta !== undefined) return { retries: retries + 1, at: instantMs('eta', eta) };
      return { retries: retries + 1, at: delay === undefined ? undefined : now + durationMs('delay', delay) };
    }
  }
}

/** The task as it is tried again: one retry less, and, if it has to wait, its `eta`. The delay grows after each use. */
export function nextAttempt(
  task: Task,
  plan: RetryPlan,
  now: number,
): { readonly task: Task; readonly dueAt: number | undefined } {
  const again: Task = { ...task, retries: plan.retries - 1, attempt: task.attempt + 1 };
  if (plan.at !== undefined) return { task: { ...again, eta: plan.at }, dueAt: plan.at };
  if (task.retryDelayMs <= 0) return { task: again, dueAt: undefined };
  // A delay that doubles for ever would leave the calendar, then the numbers.
  const dueAt = Math.min(now + Math.round(task.retryDelayMs), LAST_INSTANT_MS);
  const retryDelayMs = Math.min(task.retryDelayMs * task.retryBackoff, LAST_INSTANT_MS);
  return { task: { ...again, eta: dueAt, retryDelayMs }, dueAt };
}
