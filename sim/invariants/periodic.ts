// Periodic tasks: at most one tick for a minute whatever happens, and one at least for each minute that some scheduler
// went through undisturbed. Which minutes match is asked of the schedule; who was disturbed is on record.
import { SLOT_MS } from '../../src/engine/periodic.js';
import type { Invariant } from './invariant.js';

/** A tick may be on its way for so long after its minute. */
const GRACE_MS = 60_000;

/** Counts the ticks of each minute. */
export const periodicOnce: Invariant = {
  number: 12,
  name: 'periodic-once',
  describe:
    'A periodic task is enqueued exactly once in each minute of its schedule in which a scheduler is undisturbed, and never twice.',
  watch({ engine, complain, cover }) {
    const ticked = new Set<string>();
    /** Since when each scheduler works without a disturbance. */
    const healthySince = new Map<string, number>();
    /** By task: the matching minute that is looked at next. */
    const nextMinute = new Map<string, number | undefined>();
    let looked = -Infinity;
    const check = (at: number): void => {
      if (at - looked < SLOT_MS) return;
      looked = at;
      const since = Math.min(Infinity, ...healthySince.values());
      for (const { name, schedule } of engine.registry.periodic()) {
        let minute = nextMinute.has(name) ? nextMinute.get(name) : schedule.next(at - 1);
        for (; minute !== undefined && minute + SLOT_MS + GRACE_MS <= at; minute = schedule.next(minute)) {
          const slot = `${name} ${minute / SLOT_MS}`;
          if (!ticked.delete(slot) && since <= minute)
            complain(`${name} has no tick for ${new Date(minute).toISOString()}`);
        }
        nextMinute.set(name, minute);
      }
    };
    return {
      on: {
        called({ op, node, at }) {
          if (op === 'handOver' && !healthySince.has(node)) healthySince.set(node, at);
          check(at);
        },
        ticked({ ticker, slot, isFirst }) {
          if (!isFirst) return cover('tick of another');
          const name = `${ticker} ${slot}`;
          if (ticked.has(name))
            complain(`${ticker} is enqueued twice in ${new Date(slot * SLOT_MS).toISOString()}`);
          ticked.add(name);
        },
        disturbed: ({ node }) => void healthySince.delete(node),
        flushed: () => healthySince.clear(),
      },
    };
  },
};
