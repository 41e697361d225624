// How often, and how many at once: every execution has its reason, and its bounds.
import type { Outcome } from '../../src/model/outcome.js';
import type { Misfortune } from '../../src/engine/execute.js';
import type { Invariant } from './invariant.js';
import { Tally } from './tally.js';

/** A body that is stopped by the clock is stopped in the step in which the clock gets there. */
const TIMEOUT_SLACK_MS = 1;

/** Two executions of one attempt need two deliveries, and one of these must have been taken from its worker. */
export const singleExecution: Invariant = {
  number: 1,
  name: 'single-execution',
  describe: 'An attempt of a task is executed once, unless a recorded cause explains another.',
  watch({ complain, cover }) {
    /** By attempt: the receipts under which it was executed. */
    const executed = new Map<string, string[]>();
    /** The receipts of what was put back, taken over, or given up. */
    const lost = new Set<string>();
    /** How often an id was enqueued anew: an error handler is for each failure. */
    const lives = new Tally();
    return {
      on: {
        released: ({ flight }) => void lost.add(flight.delivery.receipt),
        recovered: ({ flight }) => void lost.add(flight?.delivery.receipt ?? ''),
        exhausted: ({ before }) => void lost.add(before?.delivery.receipt ?? ''),
        buried: ({ flight }) => void lost.add(flight?.delivery.receipt ?? ''),
        enqueued({ item, origin, flight }) {
          if (origin === 'call' || (origin === 'end' && item.id !== flight?.delivery.item.id))
            lives.add(item.id);
        },
        scheduled({ item, flight }) {
          if (flight === undefined) lives.add(item.id);
        },
        executing({ task, delivery }) {
          const attempt = `${task.id} attempt ${task.attempt}`;
          const receipt = delivery?.receipt ?? '';
          const before = executed.get(attempt);
          if (before === undefined) return void executed.set(attempt, [receipt]);
          const living = before.filter((other) => !lost.has(other)).length;
          const isExcused = lost.has(receipt) || living < Math.max(1, lives.of(task.id));
          if (isExcused && !before.includes(receipt)) cover('executed again');
          else complain(`${attempt} of ${task.name} is executed again, and nothing on record explains it`);
          before.push(receipt);
        },
      },
    };
  },
};

/** Counts what a task may still use up. */
export const executionBound: Invariant = {
  number: 10,
  name: 'execution-bound',
  describe:
    'A task is executed at most 1 + retries + asked retries times, and once more for each redelivery.',
  watch({ engine, complain }) {
    const allowed = new Tally();
    const executed = new Tally();
    const isKnown = new Set<string>();
    return {
      on: {
        released: ({ flight }) => void allowed.add(flight.delivery.item.id),
        recovered: ({ item }) => void allowed.add(item.id),
        resolved({ id, action }) {
          if (action === 'retry') allowed.add(id);
        },
        scheduled({ item, flight }) {
          if (flight === undefined) allowed.add(item.id);
        },
        enqueued({ item, origin, flight }) {
          if (origin === 'end' && item.id === flight?.delivery.item.id) return;
          // The same id enqueued anew brings retries of its own.
          allowed.add(item.id, isKnown.has(item.id) ? 1 + engine.codec.decode(item).task.retries : 1);
        },
        executing({ task: { id, name, retries } }) {
          if (!isKnown.has(id)) allowed.add(id, retries);
          isKnown.add(id);
          const count = executed.add(id);
          if (count > allowed.of(id))
            complain(
              `${id} of ${name} is executed ${count} times, more than the ${allowed.of(id)} it may be`,
            );
        },
        ended({ delivery, execution }) {
          if (execution !== undefined && isAsked(execution.outcome)) allowed.add(delivery.item.id);
        },
      },
    };
  },
};

/** Whether the outcome brings a retry that does not come out of the task's own. */
function isAsked(outcome: Outcome | Misfortune): boolean {
  switch (outcome.kind) {
    case 'retry-asked':
      return true;
    case 'rate-limited':
      return outcome.error.retry;
    case 'canceled':
      return outcome.error.retry === true;
    default:
      return false;
  }
}

/** Counts bodies by node. */
export const concurrency: Invariant = {
  number: 21,
  name: 'concurrency',
  describe:
    'A node runs no more tasks at once than it has workers, and takes none after it was told to stop.',
  watch({ workersOf, complain }) {
    const running = new Tally();
    /** Turns since it was told to stop: one may have been under way. */
    const turnsAfterStop = new Map<string, number>();
    return {
      on: {
        began({ node }) {
          const most = workersOf(node);
          const count = running.add(node);
          if (most !== undefined && count > most)
            complain(`${node} runs ${count} tasks at once, more than its ${most} workers`);
        },
        ended({ node }) {
          if (running.of(node) > 0) running.add(node, -1);
        },
        disturbed({ what, node }) {
          if (what === 'crash' || what === 'restart') {
            running.set(node, 0);
            turnsAfterStop.delete(node);
          }
          if (what === 'shutdown') turnsAfterStop.set(node, 0);
        },
        called({ op, args, node }) {
          const turns = turnsAfterStop.get(node);
          if (turns === undefined || op !== 'turn' || (args[0] as { take: number }).take === 0) return;
          turnsAfterStop.set(node, turns + 1);
          if (turns > 0) complain(`${node} asks for more tasks though it was told to stop`);
        },
      },
    };
  },
};

/** Measures executions of tasks that have a timeout. */
export const timeoutBound: Invariant = {
  number: 22,
  name: 'timeout-bound',
  describe:
    'An execution ends within its timeout by the clock of its node, unless that was held still or its clock was set.',
  watch({ complain, cover }) {
    /** What the clock of the node showed when the body began. */
    const since = new Map<string, { readonly clock: number; readonly timeoutMs: number }>();
    const disturbed = new Set<string>();
    return {
      on: {
        began: ({ actor }) => void since.delete(actor),
        executing({ task, clock, actor, node, delivery }) {
          if (task.timeoutMs === undefined || delivery === undefined || disturbed.has(node)) return;
          since.set(actor, { clock, timeoutMs: task.timeoutMs });
        },
        ended({ actor, node, clock, execution, delivery }) {
          const begun = since.get(actor);
          since.delete(actor);
          if (begun === undefined || execution === undefined || disturbed.has(node)) return;
          if (execution.outcome.kind === 'timed-out') cover('timed out');
          // What comes before the body, a lock or a rate limit, waits for the storage and is not timed.
          if (!isTimed(execution.outcome.kind)) return;
          if (begun.timeoutMs > 0 && clock - begun.clock > begun.timeoutMs + TIMEOUT_SLACK_MS)
            complain(
              `${delivery.item.id} of ${delivery.item.task} ends ${clock - begun.clock}ms after it began, its timeout is ${begun.timeoutMs}ms`,
            );
        },
        disturbed({ what, node }) {
          if (what === 'pause' || what === 'skew') disturbed.add(node);
        },
        acquired: ({ actor, clock }) => restart(since, actor, clock),
        counted: ({ actor, clock }) => restart(since, actor, clock),
        called({ op, actor, clock, args }) {
          if (op === 'turn' && (args[0] as { take: number }).take === 0) restart(since, actor, clock);
        },
      },
    };
  },
};

function isTimed(kind: string): boolean {
  return kind === 'returned' || kind === 'raised' || kind === 'timed-out';
}

/** The body begins after its lock, its rate limit and its acknowledgement. */
function restart(
  since: Map<string, { readonly clock: number; readonly timeoutMs: number }>,
  actor: string,
  clock: number,
): void {
  const begun = since.get(actor);
  if (begun !== undefined) since.set(actor, { ...begun, clock });
}
