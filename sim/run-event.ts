// What observers of a run are told: the events of its trace, but for turns, with the values that a line of text cannot hold.
import type { Execution } from '../src/engine/execute.js';
import type { Task } from '../src/model/task.js';
import type { Delivery } from '../src/storage/storage.js';
import type { TraceKind } from './trace/trace-event.js';

/** A call of the storage, at the instant at which it took effect. */
export interface AppliedCall {
  readonly args: readonly unknown[];
  /** Present unless it failed. */
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** Something that happened. The objects in it are the run's own: look, and change nothing. */
export interface RunEvent {
  /** True virtual time, in epoch milliseconds. */
  readonly at: number;
  /** What the clock of the node showed. */
  readonly clock: number;
  readonly kind: TraceKind;
  /** The node, `test` for code of the test. */
  readonly node: string;
  /** The actor within it; the node's own name where no other is known. */
  readonly actor: string;
  readonly op: string;
  /** The id and the name of the task. */
  readonly task?: string | undefined;
  readonly name?: string | undefined;
  readonly detail?: string | undefined;
  /** With `signal`: the task as it was told of, and what it failed with. */
  readonly signalled?: { readonly task: Task; readonly error: unknown };
  /** With `apply`. */
  readonly call?: AppliedCall;
  /** With `begin` and `end` of an `execution`. */
  readonly delivery?: Delivery;
  /** With the `end` of an `execution`; absent if it was killed. */
  readonly execution?: Execution;
}

/** Called with each event, within the step in which it happens; what it throws ends the run. */
export type RunListener = (event: RunEvent) => void;
