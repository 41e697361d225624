// One event of a run, and one line of the file: what happened, when, where, to whom. Time is the simulation's own, in
// whole milliseconds, and never goes back; what a node's clock showed, if it differs, belongs in the detail.

/**
 * What happened.
 * - `turn`: the actor went on; `op` says what it had waited for.
 * - `begin`, `end`: a stretch of time of that actor; `op` names it: `execution`, `lock-wait`, `pause`, `partition`, `down`.
 * - `request`, `apply`, `response`: a call of the storage left the node, took effect, was answered; `op` is the method.
 * - `signal`: `op` is the signal.
 * - `command`: the scenario or the test did something; `op` names it.
 * - `fault`: something went wrong on purpose; `op` names it: `crash`, `lost-response`, `refused`, `skew`.
 * - `note`: anything worth telling that is none of these.
 */
export const TRACE_KINDS = [
  'turn',
  'begin',
  'end',
  'request',
  'apply',
  'response',
  'signal',
  'command',
  'fault',
  'note',
] as const;

/** One of `TRACE_KINDS`. */
export type TraceKind = (typeof TRACE_KINDS)[number];

/** One event. Fields that do not apply are undefined, and absent from its line. */
export interface TraceEvent {
  /** Counted from 0 through the run. */
  readonly index: number;
  /** Virtual time, in epoch milliseconds. */
  readonly at: number;
  readonly kind: TraceKind;
  /** A consumer, a producer, the test: what crashes and is cut off as a whole. */
  readonly node?: string | undefined;
  /** A worker, a scheduler: what waits and goes on. */
  readonly actor?: string | undefined;
  readonly op?: string | undefined;
  /** The id of the task. */
  readonly task?: string | undefined;
  /** The name of the task. */
  readonly name?: string | undefined;
  /** For people: what else there is to know, as an error's message. */
  readonly detail?: string | undefined;
  /** The rolling hash of the run up to this event, itself included: see rolling-hash.ts. */
  readonly hash: string;
}

/** The fields of an event, in the order in which they are written. */
export const EVENT_FIELDS = [
  'index',
  'at',
  'kind',
  'node',
  'actor',
  'op',
  'task',
  'name',
  'detail',
  'hash',
] as const satisfies readonly (keyof TraceEvent)[];

/** Writes an event as its line, without the line's end. The same event gives the same bytes. */
export function eventLine(event: TraceEvent): string {
  const { index, at, kind, node, actor, op, task, name, detail, hash } = event;
  return JSON.stringify({ index, at, kind, node, actor, op, task, name, detail, hash });
}
