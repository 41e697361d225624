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
  /** The call of the storage that is under way. */
  readonly call?: PendingCall | undefined;
}

/** A call of the storage, on the way there or back. */
export interface PendingCall {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly isAnswer: boolean;
}

/** For what somebody waits, by its name, or the call. */
export type Wanted = string | PendingCall;

/** Somebody who is not ready yet. */
export function waiterFor(callback: () => void, actor: Owner | undefined, wanted: Wanted): Waiter {
  const call = typeof wanted === 'string' ? undefined : wanted;
  return { callback, actor, what: call?.op ?? (wanted as string), isReady: false, call };
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
  readonly name: string;
  state: 'running' | 'paused' | 'dead';
  /** What became ready while it was paused. */
  held: Waiter[];
}
