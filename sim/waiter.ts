// Who waits for a turn, and for whom: all that the kernel knows of actors and of the processes they live in.

/** Somebody who waits for a turn. */
export interface Waiter {
  /** undefined: it was cancelled. */
  callback: (() => void) | undefined;
  /** undefined: code of the test. */
  readonly actor: Owner | undefined;
  /** For what it waits: `timer`, `turn`, `sleep`, `start`, or the way of a call of the storage. */
  readonly what: string;
  /** Whether it is among those that are ready. */
  isReady: boolean;
}

/** On whose behalf somebody waits. */
export interface Owner {
  readonly name: string;
  readonly isDead: boolean;
  /** Looks after the queue and would go on doing so for ever: such waits do not keep a run from being stuck. */
  readonly isKeeper: boolean;
  readonly process: Household;
}

/** What stops and goes on as a whole. */
export interface Household {
  state: 'running' | 'paused' | 'dead';
  /** What became ready while it was paused. */
  held: Waiter[];
}
