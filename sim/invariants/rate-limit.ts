// Rate limits: how many uses were granted in each window, and whether who was refused went on all the same.
import type { Invariant } from './invariant.js';

interface Window {
  start: number;
  granted: number;
}

/** A use is granted if its count is within the limit. */
export const rateLimit: Invariant = {
  number: 17,
  name: 'rate-limit',
  describe:
    'No window of a rate limit sees more grants than the limit, and no task runs that was not granted its use.',
  watch({ engine, complain, cover }) {
    const windows = new Map<string, Window>();
    /** What each actor was granted since it began its task. */
    const granted = new Map<string, Set<string>>();
    return {
      on: {
        counted({ request: { name, limit, windowMs, now }, count, actor }) {
          const start = now - (now % windowMs);
          let window = windows.get(name);
          if (window === undefined) windows.set(name, (window = { start, granted: 0 }));
          // Windows never go back.
          if (start > window.start) Object.assign(window, { start, granted: 0 });
          if (count > limit) return cover('rate limit refused');
          window.granted += 1;
          granted.get(actor)?.add(name);
          if (window.granted > limit)
            complain(
              `${name} grants ${window.granted} uses in the window of ${new Date(window.start).toISOString()}, its limit is ${limit}`,
            );
        },
        uncounted: ({ name }) => void windows.delete(name),
        flushed({ target }) {
          if (target === undefined || target === 'results' || target === 'counters') windows.clear();
        },
        began: ({ actor }) => void granted.set(actor, new Set()),
        ended({ actor, execution, delivery }) {
          const mine = granted.get(actor);
          granted.delete(actor);
          if (execution?.task === undefined || mine === undefined) return;
          const { rateLimit: limit } = engine.registry.get(execution.task.name).options;
          if (limit !== undefined && execution.outcome.kind === 'returned' && !mine.has(limit.name))
            complain(`${delivery.item.id} of ${delivery.item.task} runs without a grant of ${limit.name}`);
        },
      },
    };
  },
};
