// When a task must not run: before its time, after its time, or once another has taken its place.
import { expiresAt } from '../../src/engine/execute.js';
import { revokedKey } from '../../src/storage/storage.js';
import type { Invariant } from './invariant.js';

/** Judged by the clock of the node that executes, as the worker does. */
export const notBeforeEta: Invariant = {
  number: 2,
  name: 'not-before-eta',
  describe: 'No task is executed before its eta, by the clock of the node that executes it.',
  watch({ complain }) {
    return {
      on: {
        executing({ task, clock, beganClock, node }) {
          const late = Math.max(clock, beganClock);
          if (task.eta !== undefined && task.eta > late)
            complain(`${node} executes ${task.id} of ${task.name} ${task.eta - late}ms before its eta`);
        },
      },
    };
  },
};

/** Judged by the clock of the node that executes, as the worker does. */
export const expiredNever: Invariant = {
  number: 9,
  name: 'expired-never-executes',
  describe: 'No task is executed after it has expired, by the clock of the node that executes it.',
  watch({ complain, cover }) {
    return {
      on: {
        executing({ task, clock, beganClock, delivery, node }) {
          if (delivery === undefined || task.expires === undefined) return;
          const limit = expiresAt(task, delivery.item);
          const early = Math.min(clock, beganClock);
          if (limit !== undefined && limit < early)
            complain(`${node} executes ${task.id} of ${task.name} ${early - limit}ms after it expired`);
        },
        ended({ execution }) {
          if (execution?.outcome.kind === 'expired') cover('expired');
        },
      },
    };
  },
};

/** The original is revoked in the step that enqueues its copy; whoever takes it after that must skip it. */
export const rescheduledOriginal: Invariant = {
  number: 23,
  name: 'rescheduled-original',
  describe: 'A task that was rescheduled is not executed in its old place, unless it was taken before.',
  watch({ complain, cover }) {
    const replaced = new Set<string>();
    /** By receipt, the revocation that must stop it. */
    const doomed = new Map<string, string>();
    return {
      on: {
        settled({ settlement, task }) {
          if (task !== undefined) return;
          const enqueued = settlement.effects.flatMap((effect) =>
            effect.kind === 'enqueue' || effect.kind === 'schedule' ? [effect.item.id] : [],
          );
          for (const effect of settlement.effects)
            if (effect.kind === 'put' && enqueued.length > 0 && isRevocationOfAnother(effect.key, enqueued))
              replaced.add(effect.key);
        },
        removed({ key, by }) {
          // Somebody has restored it: it may run again, beside its new self.
          if (by !== 'delete') return;
          replaced.delete(key);
          for (const [receipt, stop] of doomed) if (stop === key) doomed.delete(receipt);
        },
        flushed({ target }) {
          if (target === undefined || target === 'results') replaced.clear();
        },
        taken({ flight }) {
          const { item, receipt } = flight.delivery;
          const key = revokedKey(item.id);
          if (replaced.delete(key)) doomed.set(receipt, key);
        },
        executing({ task, delivery }) {
          if (delivery !== undefined && doomed.has(delivery.receipt))
            complain(`${task.id} of ${task.name} is executed though it was rescheduled before it was taken`);
        },
        ended({ delivery, execution }) {
          if (doomed.delete(delivery.receipt) && execution?.outcome.kind === 'revoked')
            cover('original skipped');
        },
      },
    };
  },
};

function isRevocationOfAnother(key: string, enqueued: readonly string[]): boolean {
  return key.startsWith(revokedKey('')) && !enqueued.some((id) => key === revokedKey(id));
}
