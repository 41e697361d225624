// Results: stored before they are told of, and gone once they were read.
import type { Invariant } from './invariant.js';

/** Follows the data under each key. */
export const resultStored: Invariant = {
  number: 19,
  name: 'result-stored',
  describe:
    'A result is stored before `complete` is sent, and is there for one reader only, unless it was preserved.',
  watch({ engine, complain, cover }) {
    /** Keys with data; the value says when it is absent again. */
    const present = new Map<string, number>();
    const stored = new Set<string>();
    const owed = new Set<string>();
    return {
      on: {
        put({ key, expiresAt = Infinity }) {
          present.set(key, expiresAt);
          stored.add(key);
        },
        removed({ key, by, data, isTrue, actor }) {
          if (by === 'pop' && data !== undefined) {
            if (!present.has(key)) complain(`${actor} reads ${key}, which has been read and removed before`);
            cover('result read');
          }
          if (by !== 'deleteIf' || isTrue) present.delete(key);
        },
        flushed({ target }) {
          if (target === undefined || target === 'results') present.clear();
        },
        settled({ execution, task }) {
          if (task === undefined || execution?.task === undefined) return;
          const { outcome } = execution;
          const { settings, registry } = engine;
          const isKept = settings.results && registry.get(execution.task.name).schedule === undefined;
          const isNone = outcome.kind === 'returned' && (outcome.value ?? null) === null;
          if (outcome.kind === 'returned' && isKept && (!isNone || settings.storeNone)) owed.add(task);
          // What counts is what this very settlement stores.
          stored.delete(task);
        },
        signalled({ signal, task }) {
          if (signal !== 'complete' || !owed.delete(task.id)) return;
          if (!stored.has(task.id))
            complain(`${task.id} of ${task.name} is complete, and its result is not stored`);
        },
      },
    };
  },
};
