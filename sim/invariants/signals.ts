// What is told: only what was stored, and in an order that makes sense.
import type { Signal } from '../../src/model/signals.js';
import { isAcknowledgement } from './acknowledged.js';
import type { Invariant } from './invariant.js';
import { Tally } from './tally.js';

/** Each telling needs a change of the storage of its own before it. */
export const signalAfterWrite: Invariant = {
  number: 14,
  name: 'signal-after-write',
  describe:
    'No signal is sent before the change that it reports is stored, and none more often than the change was made.',
  watch({ complain }) {
    const writes = new Tally();
    const told = new Tally();
    /** Taken off the books, to be executed at most once: if the worker dies then, there is nothing to be stored. */
    const acknowledged = new Set<string>();
    const wrote = (kind: string, id: string): void => void writes.add(`${kind} ${id}`);
    return {
      on: {
        enqueued: ({ item }) => wrote('enqueued', item.id),
        scheduled: ({ item }) => wrote('scheduled', item.id),
        resolved: ({ id }) => wrote('enqueued', id),
        settled(fact) {
          if (fact.task === undefined) return;
          if (isAcknowledgement(fact)) acknowledged.add(fact.task);
          else wrote('end', fact.task);
        },
        signalled({ signal, task }) {
          if (signal === 'executing' || (signal === 'interrupted' && acknowledged.has(task.id))) return;
          const kind = signal === 'enqueued' || signal === 'scheduled' ? signal : 'end';
          const count = told.add(`${signal} ${task.id}`);
          const stored = writes.of(`${kind} ${task.id}`);
          if (count > stored)
            complain(`${signal} of ${task.id} is told ${count} times, and stored ${stored} times`);
        },
      },
    };
  },
};

/** How an attempt can end by a signal of its own. */
const ENDS: readonly Signal[] = ['complete', 'error', 'timeout', 'locked', 'rate-limited', 'canceled'];
const SKIPS: readonly Signal[] = ['revoked', 'expired', 'interrupted'];

/**
 * For each signal about the execution of a task, which may have come before it on the same node; '' stands for none. What
 * starts an attempt, or skips one, may follow anything: tasks are delivered again.
 */
const BEFORE: Readonly<Partial<Record<Signal, readonly string[]>>> = {
  complete: ['executing'],
  timeout: ['executing'],
  locked: ['executing'],
  'rate-limited': ['executing'],
  canceled: ['executing'],
  retrying: ['executing', ...ENDS.filter((signal) => signal !== 'complete')],
};

/** Follows the signals of each task on each node. */
export const signalOrder: Invariant = {
  number: 18,
  name: 'signal-order',
  describe:
    'On a node an attempt is told of as executing, then by one end, then, if it failed, as retrying; the next attempt begins anew.',
  watch({ complain, cover }) {
    const last = new Map<string, Signal>();
    const buried = new Set<string>();
    return {
      on: {
        buried: ({ item }) => void buried.add(item.id),
        signalled({ signal, task, node }) {
          cover(`told ${signal}`);
          if (!isOfExecution(signal)) return;
          const key = `${node} ${task.id}`;
          const before = last.get(key) ?? '';
          last.set(key, signal);
          // Delivered too often: it ends without another execution.
          if (signal === 'error' && before !== 'executing' && buried.has(task.id)) return;
          const allowed = signal === 'error' ? ['executing'] : BEFORE[signal];
          if (allowed !== undefined && !allowed.includes(before))
            complain(
              `${node} tells of ${task.id} of ${task.name} that it is ${signal}, after ${before || 'nothing'}`,
            );
        },
      },
    };
  },
};

function isOfExecution(signal: Signal): boolean {
  return signal === 'executing' || signal === 'retrying' || ENDS.includes(signal) || SKIPS.includes(signal);
}
