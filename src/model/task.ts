// One instance of work, as the engine, the hooks and the signal handlers see it: plain, immutable data.

/** When a task is no longer worth running: so long after it was last enqueued, or at an instant. */
export type Expiry = { readonly afterMs: number } | { readonly at: number };

/** The place of a task in a chord: it reports its value there under its index. */
export interface ChordSlot {
  readonly id: string;
  readonly index: number;
}

/** The encoded stages that follow in a pipeline: one line each, read from `offset` on, never parsed before their turn. */
export interface Rest {
  readonly text: string;
  readonly offset: number;
}

/** One instance of work: a name, arguments, and the values that decide how it runs. */
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly args: readonly unknown[];
  /** Named arguments; absent if there are none. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Higher runs first; absent means the default of 0. */
  readonly priority?: number;
  /** Retries left. */
  readonly retries: number;
  readonly retryDelayMs: number;
  /** What the retry delay is multiplied by after each use. */
  readonly retryBackoff: number;
  /** Not to be run before this instant. */
  readonly eta?: number;
  readonly expires?: Expiry;
  readonly timeoutMs?: number;
  /** Executions that have ended before this one. */
  readonly attempt: number;
  /** Receives the error, as its last argument, each time an attempt fails. */
  readonly onError?: TaskChain;
  readonly chord?: ChordSlot;
  /** Message keys that this version does not know; they travel on unchanged. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A task and, in order, the stages that follow it. */
export interface TaskChain {
  readonly head: Task;
  readonly next: readonly Task[];
}
