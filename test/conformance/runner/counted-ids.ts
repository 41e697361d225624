// Identities in the order in which they are asked for: t1, t2, … for tasks, c1, c2, … for chords.
import type { IdKind, Ids } from '../../../src/runtime.js';

/** The id of a task that is called without being enqueued: the original makes no instance for it. */
export const LOCAL_ID = 'local';

const PREFIXES: Readonly<Record<IdKind, string>> = { task: 't', chord: 'c', lock: 'lock', lease: 'lease' };

export class CountedIds implements Ids {
  readonly #counts = new Map<IdKind, number>();
  #localNext = false;

  /** The next task gets no number. */
  nextTaskIsLocal(): void {
    this.#localNext = true;
  }

  next(kind: IdKind): string {
    if (kind === 'task' && this.#localNext) {
      this.#localNext = false;
      return LOCAL_ID;
    }
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `${PREFIXES[kind]}${count}`;
  }
}
