// When a failed attempt is tried again: computed anew from what the task said in the beginning.
import type { Failure } from '../../src/model/outcome.js';
import type { Task } from '../../src/model/task.js';
import { durationMs, instantMs, LAST_INSTANT_MS } from '../../src/time.js';
import type { ObservationOf } from '../observation/observation.js';
import type { Invariant, WatchedRun } from './invariant.js';

/** What a task said when it was first seen, and how often its own delay was used since. */
interface Pace {
  readonly delayMs: number;
  readonly backoff: number;
  used: number;
  /** How often it had been used at the end of each attempt: a delivery that was taken over ends twice. */
  readonly usedAt: Map<number, number>;
}

/** Looks at the settlement of each failure. */
export const retryDelay: Invariant = {
  number: 11,
  name: 'retry-delay',
  describe:
    'A retry waits exactly its delay, multiplied by the backoff for each retry before; or as long as was asked for.',
  watch(run) {
    const paces = new Map<string, Pace>();
    return {
      on: {
        executing({ task }) {
          if (!paces.has(task.id))
            paces.set(task.id, {
              delayMs: task.retryDelayMs,
              backoff: task.retryBackoff,
              used: 0,
              usedAt: new Map(),
            });
        },
        ended: (fact) => checkRetry(run, paces, fact),
      },
    };
  },
};

function checkRetry(
  { complain, cover }: WatchedRun,
  paces: Map<string, Pace>,
  { execution, clock }: ObservationOf<'ended'>,
): void {
  if (execution?.task === undefined || !('error' in execution.outcome)) return;
  const { task, outcome, settlement } = execution;
  const pace = paces.get(task.id);
  const next = settlement.effects.find(
    (effect) => (effect.kind === 'enqueue' || effect.kind === 'schedule') && effect.item.id === task.id,
  );
  if (pace === undefined || next === undefined || !isFailure(outcome)) return;
  const wanted = dueAt(task, outcome, pace, clock);
  const got = next.kind === 'schedule' ? next.dueAt : undefined;
  cover('retried');
  if (wanted !== got)
    complain(
      `the retry of ${task.id} of ${task.name} is due ${tell(got, clock)}, not ${tell(wanted, clock)}`,
    );
}

function isFailure(outcome: { readonly kind: string }): outcome is Failure {
  return outcome.kind !== 'unreadable' && outcome.kind !== 'undone';
}

/** undefined: at once. */
function dueAt(task: Task, failure: Failure, pace: Pace, now: number): number | undefined {
  if (failure.kind === 'rate-limited') return now + (task.retryDelayMs || failure.error.delayMs);
  if (failure.kind === 'retry-asked') {
    const { eta, delay } = failure.error;
    if (eta !== undefined) return instantMs('eta', eta);
    if (delay !== undefined) return now + durationMs('delay', delay);
  }
  if (pace.delayMs <= 0) return undefined;
  const used = pace.usedAt.get(task.attempt) ?? pace.used;
  let delayMs = pace.delayMs;
  for (let use = 0; use < used; use += 1) delayMs = Math.min(delayMs * pace.backoff, LAST_INSTANT_MS);
  pace.usedAt.set(task.attempt, used);
  // A zombie may end an earlier attempt after a later one.
  pace.used = Math.max(pace.used, used + 1);
  return Math.min(now + Math.round(delayMs), LAST_INSTANT_MS);
}

function tell(dueAt: number | undefined, now: number): string {
  return dueAt === undefined ? 'at once' : `in ${dueAt - now}ms`;
}
