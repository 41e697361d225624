// Assertions for any test runner, node:test for one: each throws an AssertionError that tells what was found.
import { AssertionError } from 'node:assert/strict';
import type { Huey } from '../huey.js';
import type { Signal } from '../model/signals.js';
import type { TaskReference } from './matching/enqueued-match.js';
import { type FiredOptions, type Observed, type Revocable, type Verdict, VERDICTS } from './verdict.js';

/** Asserts that exactly these signals were sent for a task, or for one instance, since a journal is kept. */
export function assertSignals(observed: Observed, signals: readonly Signal[]): void {
  pass(VERDICTS.signals(observed, signals), assertSignals);
}

/** Asserts that a task, or one instance, was tried again since a journal is kept; so many times, if given. */
export function assertRetried(observed: Observed, times?: number): void {
  pass(VERDICTS.retried(observed, times), assertRetried);
}

/** Asserts that a periodic task was enqueued by its schedule since a journal is kept. */
export function assertFired(task: TaskReference, options: FiredOptions = {}): void {
  pass(VERDICTS.fired(task, options), assertFired);
}

/** Asserts that a task, or one instance, is revoked. */
export async function assertRevoked(observed: Revocable & Observed): Promise<void> {
  pass(await VERDICTS.revoked(observed), assertRevoked);
}

/** Asserts that nothing is queued, scheduled or running. */
export async function assertIdle(huey: Huey): Promise<void> {
  pass(await VERDICTS.idle(huey), assertIdle);
}

function pass(verdict: Verdict, caller: (...args: never[]) => unknown): void {
  if (!verdict.pass) throw new AssertionError({ message: verdict.message(), stackStartFn: caller });
}
