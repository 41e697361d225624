// What must hold in every run. An invariant is a name and a number for a way to watch: it is told the facts of one run,
// each in constant time, and complains of what must not be.
import type { Engine } from '../../src/engine/engine.js';
import type { DeadItem, Delivery, QueueItem, ScheduledItem } from '../../src/storage/storage.js';
import type { ObservationKind, ObservationOf } from '../observation/observation.js';

/** What is told by kind; facts that it does not name are not told. */
export type Handlers = { readonly [K in ObservationKind]?: (fact: ObservationOf<K>) => void };

/** The storage at the end of a run. */
export interface Rest {
  readonly pending: readonly QueueItem[];
  readonly scheduled: readonly ScheduledItem[];
  readonly held: readonly Delivery[];
  readonly dead: readonly DeadItem[];
  readonly keys: readonly string[];
  readonly locks: readonly string[];
  readonly reports: ReadonlyArray<readonly [chord: string, index: number]>;
  /** Whether the run was healed and given the time to end everything. */
  readonly isDrained: boolean;
  /** If not: who waits for what. */
  readonly stuck?: string;
}

/** One run, watched. */
export interface Watch {
  readonly on: Handlers;
  /** Looks at what is left; only called if the run came to its end. */
  atEnd?(rest: Rest): void;
}

/** What a watch works with. */
export interface WatchedRun {
  /** Reads messages, knows the declarations. */
  readonly engine: Engine;
  /** How many bodies a node may run at once; undefined if not known. */
  readonly workersOf: (node: string) => number | undefined;
  /** Says what is wrong. */
  readonly complain: (message: string) => void;
  /** Says that a rare path was reached. */
  readonly cover: (mark: string) => void;
}

/** Something that must hold. */
export interface Invariant {
  readonly number: number;
  /** In kebab-case; it selects the invariant. */
  readonly name: string;
  /** One sentence that says what must hold. */
  readonly describe: string;
  /** Begins to watch one run. */
  watch(run: WatchedRun): Watch;
}
