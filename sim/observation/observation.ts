// What invariants read: a run told in the words of the port. Each call of the storage that took effect becomes the few
// facts that matter in it; beside them stand signals, executions, and what was done to the nodes.
import type { Execution } from '../../src/engine/execute.js';
import type { Signal } from '../../src/model/signals.js';
import type { Task } from '../../src/model/task.js';
import type {
  Acquisition,
  ChordCallback,
  Delivery,
  FlushTarget,
  QueueItem,
  RateRequest,
  Settlement,
} from '../../src/storage/storage.js';

/** When and where something happened. */
export interface Moment {
  /** True virtual time, in epoch milliseconds. */
  readonly at: number;
  /** What the clock of the node showed. */
  readonly clock: number;
  readonly node: string;
  readonly actor: string;
}

/** A delivery that was taken, by whom and when. */
export interface Flight {
  readonly delivery: Delivery;
  readonly lease: string;
  readonly node: string;
  /** Whether it was taken from the schedule, to be put into the queue. */
  readonly isHandOver: boolean;
}

/** How an item came into the queue: by a call, at the end of an execution, as a tick, as a callback, from the dead letters. */
export type Origin = 'call' | 'end' | 'tick' | 'chord' | 'dead-letter';

/** What was done to a node, or went wrong around it. */
export type Disturbance =
  | 'crash'
  | 'restart'
  | 'shutdown'
  | 'pause'
  | 'resume'
  | 'partition'
  | 'heal'
  | 'skew'
  | 'refused'
  | 'lost-response';

/** The facts, by kind. */
export interface Facts {
  /** A call of the storage, as it took effect; the facts in it follow. */
  called: { readonly op: string; readonly args: readonly unknown[]; readonly answer: unknown };
  enqueued: { readonly item: QueueItem; readonly origin: Origin; readonly flight?: Flight | undefined };
  scheduled: { readonly item: QueueItem; readonly dueAt: number; readonly flight?: Flight | undefined };
  /** The slot of a ticker was asked for; `isFirst`: and claimed. */
  ticked: {
    readonly ticker: string;
    readonly slot: number;
    readonly isFirst: boolean;
    readonly item: QueueItem;
  };
  taken: { readonly flight: Flight };
  'handed-over': { readonly flight: Flight };
  /** A settlement that was applied; `task`: whose end it is, if it is one. Its effects follow. */
  settled: {
    readonly settlement: Settlement;
    readonly flight: Flight | undefined;
    readonly execution: Execution | undefined;
    readonly task: string | undefined;
  };
  /** A settlement of a delivery that was no longer in flight. */
  'settled-in-vain': { readonly settlement: Settlement };
  /** A delivery went back to its place. */
  released: { readonly flight: Flight };
  /** A recovery put a delivery back; `flight` is undefined if nobody is known to have held it. */
  recovered: { readonly item: QueueItem; readonly flight: Flight | undefined; readonly now: number };
  /** A recovery took over a delivery that was delivered too often. */
  exhausted: { readonly flight: Flight; readonly before: Flight | undefined; readonly most: number };
  opened: { readonly chord: string; readonly size: number; readonly callback: ChordCallback };
  reported: {
    readonly chord: string;
    readonly index: number;
    readonly data: string;
    /** The callback, if this report enqueued it. */
    readonly callback: QueueItem | undefined;
  };
  buried: { readonly item: QueueItem; readonly reason: string; readonly flight: Flight | undefined };
  /** A dead letter was retried or dropped. */
  resolved: { readonly id: string; readonly action: 'retry' | 'discard' };
  put: { readonly key: string; readonly data: string; readonly expiresAt: number | undefined };
  /** Data was removed, or would have been: `data` is what a pop returned; `isTrue`, whether the storage says it was there. */
  removed: {
    readonly key: string;
    readonly by: 'pop' | 'delete' | 'deleteIf' | 'unrevoke';
    readonly data: string | undefined;
    readonly isTrue: boolean;
    readonly now: number;
  };
  acquired: { readonly request: Acquisition; readonly isGranted: boolean };
  'let-go': { readonly name: string; readonly owner: string };
  'locks-flushed': { readonly names: readonly string[] };
  'lease-kept': { readonly lease: string; readonly until: number; readonly now: number };
  'lease-ended': { readonly lease: string };
  counted: { readonly request: RateRequest; readonly count: number };
  uncounted: { readonly name: string };
  flushed: { readonly target: FlushTarget | undefined };
  signalled: { readonly signal: Signal; readonly task: Task; readonly error: unknown };
  began: { readonly delivery: Delivery };
  /** The signal `executing`: the checks are behind it. `beganClock` is what the clock showed when the worker began. */
  executing: {
    readonly task: Task;
    readonly delivery: Delivery | undefined;
    readonly beganClock: number;
  };
  /** `execution` is undefined if it was killed. */
  ended: {
    readonly delivery: Delivery;
    readonly execution: Execution | undefined;
    readonly beganClock: number;
  };
  disturbed: { readonly what: Disturbance };
}

/** The kinds of facts. */
export type ObservationKind = keyof Facts;

/** One fact of that kind. */
export type ObservationOf<K extends ObservationKind> = Moment & { readonly kind: K } & Facts[K];

/** One fact. */
export type Observation = { [K in ObservationKind]: ObservationOf<K> }[ObservationKind];

/** Adds one fact to a stream. */
export type Tell = <K extends ObservationKind>(kind: K, facts: Facts[K]) => void;
