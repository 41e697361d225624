// Matchers for `expect.extend(hueyMatchers)` of vitest and of jest. Both let their matchers be told of through jest's
// global namespace, so neither package is needed here.
import { AssertionError } from 'node:assert/strict';
import type { Huey } from '../huey.js';
import type { Signal } from '../model/signals.js';
import { assertEnqueued, type AssertEnqueuedOptions, type TaskWithArgs } from './enqueued.js';
import type { TaskReference } from './matching/enqueued-match.js';
import {
  firedVerdict,
  type FiredOptions,
  idleVerdict,
  type Observed,
  retriedVerdict,
  type Revocable,
  revokedVerdict,
  signalsVerdict,
  type Verdict,
} from './verdict.js';

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
  async toHaveEnqueued(
    received: Huey,
    task: TaskWithArgs<readonly unknown[]> | string,
    options: AssertEnqueuedOptions = {},
  ): Promise<Verdict> {
    try {
      const tasks = await assertEnqueued(received, task, options);
      const name = typeof task === 'string' ? task : task.taskName;
      return { pass: true, message: () => `expected \`${name}\` not to be enqueued so, got ${tasks.length}` };
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return { pass: false, message: () => error.message };
    }
  },
  toHaveSignals: (received: Observed, signals: readonly Signal[]): Verdict =>
    signalsVerdict(received, signals),
  toHaveRetried: (received: Observed, times?: number): Verdict => retriedVerdict(received, times),
  toHaveFired: (received: TaskReference, options: number | FiredOptions = {}): Verdict =>
    firedVerdict(received, typeof options === 'number' ? { times: options } : options),
  toBeRevoked: (received: Revocable & Observed): Promise<Verdict> => revokedVerdict(received),
  toBeIdle: (received: Huey): Promise<Verdict> => idleVerdict(received),
};
