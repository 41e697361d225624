// Matchers for `expect.extend(hueyMatchers)` of vitest and of jest. Both let their matchers be told of through jest's
// global namespace, so neither package is needed here.
import { AssertionError } from 'node:assert/strict';
import type { Huey } from '../huey.js';
import type { Signal } from '../model/signals.js';
import { assertEnqueued, type AssertEnqueuedOptions, refuteEnqueued, type TaskWithArgs } from './enqueued.js';
import { type FiredOptions, type Verdict, VERDICTS } from './verdict.js';

/** The matchers as `expect(…)` offers them; for jest's `expect` package: `interface Matchers<R> extends HueyMatchers<R> {}`. */
export interface HueyMatchers<R = void> {
  /** Of a Huey: a task was enqueued, as asked and as often as asked. Await it. */
  toHaveEnqueued<A extends readonly unknown[]>(
    task: TaskWithArgs<A> | string,
    options?: AssertEnqueuedOptions<A>,
  ): Promise<R>;
  /** Of a task or a handle: exactly these signals were sent, in this order, since a journal is kept. */
  toHaveSignals(signals: readonly Signal[]): R;
  /** Of a task or a handle: it was tried again since a journal is kept; so many times, if given. */
  toHaveRetried(times?: number): R;
  /** Of a periodic task: it was enqueued by its schedule since a journal is kept. */
  toHaveFired(options?: number | FiredOptions): R;
  /** Of a task or a handle: it is revoked. Await it. */
  toBeRevoked(): Promise<R>;
  /** Of a Huey: nothing is queued, scheduled or running. Await it. */
  toBeIdle(): Promise<R>;
}

declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends HueyMatchers<R> {}
  }
}

/** Hand them to `expect.extend`. */
export const hueyMatchers = {
  toHaveEnqueued: enqueuedVerdict,
  toHaveSignals: VERDICTS.signals,
  toHaveRetried: VERDICTS.retried,
  toHaveFired: VERDICTS.fired,
  toBeRevoked: VERDICTS.revoked,
  toBeIdle: VERDICTS.idle,
};

async function enqueuedVerdict(
  received: Huey,
  task: TaskWithArgs<readonly unknown[]> | string,
  options: AssertEnqueuedOptions = {},
): Promise<Verdict> {
  const failure = await failureOf(() => assertEnqueued(received, task, options));
  if (failure !== undefined) return { pass: false, message: () => failure };
  // What `.not` says is what refuting it says: which there were.
  const {
    times: _times,
    atLeast: _atLeast,
    atMost: _atMost,
    never: _never,
    timeout: _timeout,
    ...match
  } = options;
  const refuted = await failureOf(() => refuteEnqueued(received, task, match));
  const name = typeof task === 'string' ? task : task.taskName;
  return { pass: true, message: () => refuted ?? `expected \`${name}\` to be enqueued, got none` };
}

/** The message of the assertion that fails; undefined if it holds. */
async function failureOf(assertion: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await assertion();
    return undefined;
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
}
