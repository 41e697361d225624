// What follows from the end of a task: a pure function from an outcome to the changes that the storage makes as one
// step, and to what is announced once it has. Every rule about results, pipelines, chords and retries is here.
import { isHueyError } from '../errors.js';
import type { Failure, Outcome } from '../model/outcome.js';
import { Args, Kwargs } from '../model/pass-on.js';
import { nextAttempt, retryPlan, type RetryPlan } from '../model/retry.js';
import type { Signal } from '../model/signals.js';
import type { Rest, Task } from '../model/task.js';
import type { Effect, QueueItem } from '../storage/storage.js';
import type { Codec } from './codec.js';

/** What is told, in order, once the changes are stored. `effect` points at the change that puts an item into the queue. */
export type Announcement =
  | {
      readonly kind: 'signal';
      readonly signal: Signal;
      readonly task: Task;
      readonly error?: unknown;
      readonly effect?: number;
    }
  | { readonly kind: 'post-execute'; readonly task: Task; readonly value: unknown; readonly error: unknown }
  /** The callback of a chord was enqueued, if this report was the last. */
  | { readonly kind: 'callback'; readonly effect: number };

export interface SettleSettings {
  readonly codec: Codec;
  /** Whether this task's results are kept. */
  readonly results: boolean;
  readonly storeNone: boolean;
  readonly storeIntermediateErrors: boolean;
  readonly resultExpiresMs: number | undefined;
}

/** One execution that has come to its end. */
export interface Ending {
  readonly item: QueueItem;
  readonly task: Task;
  readonly rest: Rest | undefined;
  readonly outcome: Outcome;
  readonly now: number;
}

export interface Settled {
  readonly effects: Effect[];
  readonly announcements: Announcement[];
}

/** Decides what follows. @throws SerializationError if the value that the task returned cannot travel. */
export function settle(ending: Ending, settings: SettleSettings): Settled {
  const { task, outcome, item } = ending;
  if (outcome.kind === 'returned') return success(ending, outcome.value, settings);
  const settled: Settled = { effects: [], announcements: [] };
  switch (outcome.kind) {
    case 'postponed':
      settled.effects.push({ kind: 'schedule', item, dueAt: outcome.eta });
      announce(settled, 'scheduled', task);
      break;
    case 'interrupted':
      settled.effects.push({ kind: 'release' });
      announce(settled, 'interrupted', task);
      break;
    case 'revoked':
      if (outcome.once) settled.effects.push({ kind: 'unrevoke', id: task.id });
      skip(settled, 'revoked', task, settings);
      break;
    case 'expired':
      skip(settled, 'expired', task, settings);
      break;
    case 'prevented':
      skip(settled, 'canceled', task, settings);
      break;
    default:
      fail(settled, ending, outcome, settings);
  }
  return settled;
}

/** The end of a task whose own end cannot be stored, however it is told: a dead letter says why. */
export function bury({ task, item, outcome }: Ending, reason: string, settings: SettleSettings): Settled {
  const error = 'error' in outcome ? outcome.error : undefined;
  const settled: Settled = {
    effects: [
      { kind: 'unrevoke', id: task.id },
      { kind: 'bury', item, reason },
    ],
    announcements: [
      { kind: 'signal', signal: 'error', task, error },
      { kind: 'post-execute', task, value: undefined, error },
    ],
  };
  report(settled, task, null, settings);
  return settled;
}

function announce(settled: Settled, signal: Signal, task: Task): void {
  settled.announcements.push({ kind: 'signal', signal, task });
}

/** The task does not run: it leaves no result, and its chord sees null in its place. */
function skip(settled: Settled, signal: Signal, task: Task, settings: SettleSettings): void {
  announce(settled, signal, task);
  report(settled, task, null, settings);
}

function success(ending: Ending, value: unknown, settings: SettleSettings): Settled {
  const { task, rest } = ending;
  const isNone = value === undefined || value === null;
  const isStored = settings.results && (!isNone || settings.storeNone);
  // A revocation that arrived while the task ran came too late, and must not hit a later run of the same id.
  const unrevoke: Effect = { kind: 'unrevoke', id: task.id };
  const settled: Settled = {
    effects: isStored
      ? [unrevoke, stored(ending, settings.codec.encodeValue(value ?? null), settings)]
      : [unrevoke],
    announcements: [
      { kind: 'post-execute', task, value, error: undefined },
      { kind: 'signal', signal: 'complete', task },
    ],
  };
  if (rest === undefined) report(settled, task, value ?? null, settings);
  else {
    const stage = settings.codec.nextStage(rest);
    enqueue(settled, passOn(stage.task, value), stage.rest, ending.now, settings);
  }
  return settled;
}

function fail(settled: Settled, ending: Ending, outcome: Failure, settings: SettleSettings): void {
  const { task, now } = ending;
  const { error } = outcome;
  const plan = retryPlan(task, outcome, now);
  // With storeIntermediateErrors off, an attempt that will be retried is not yet a failure to the outside.
  const visible = plan.retries === 0 || settings.storeIntermediateErrors;
  settled.effects.push({ kind: 'unrevoke', id: task.id });
  if (settings.results && visible)
    settled.effects.push(stored(ending, encodeFailure(task, error, plan.retries, settings.codec), settings));
  if (outcome.kind === 'exhausted')
    settled.effects.push({ kind: 'bury', item: ending.item, reason: outcome.error.message });
  const signal = signalOf(outcome);
  if (signal !== undefined)
    settled.announcements.push({ kind: 'signal', signal, task, ...(signal === 'error' && { error }) });
  settled.announcements.push({ kind: 'post-execute', task, value: undefined, error });
  if (task.onError !== undefined && visible) handle(settled, task, error, now, settings);
  if (plan.retries === 0) return report(settled, task, error, settings);
  retry(settled, ending, plan, settings);
}

/** A request for a retry is no failure to be told of; `retrying` says it. */
function signalOf(outcome: Failure): Signal | undefined {
  switch (outcome.kind) {
    case 'raised':
    case 'exhausted':
      return 'error';
    case 'timed-out':
      return 'timeout';
    case 'locked':
    case 'rate-limited':
    case 'canceled':
      return outcome.kind;
    case 'retry-asked':
      return undefined;
  }
}

function stored({ task, now }: Ending, data: string, { resultExpiresMs }: SettleSettings): Effect {
  if (resultExpiresMs === undefined) return { kind: 'put', key: task.id, data };
  return { kind: 'put', key: task.id, data, expiresAt: now + resultExpiresMs };
}

/** Marks stored data as a failure; a TAB cannot occur in what a serializer writes. */
export const FAILURE = 'error\t';

function encodeFailure(task: Task, error: unknown, retries: number, codec: Codec): string {
  // A failure that only passes on another task's failure reports the original.
  const original = isHueyError(error, 'TaskException') ? error.metadata.error : error;
  // The stack of the error itself travels with it.
  const traceback = original === error ? undefined : stackOf(error);
  return (
    FAILURE +
    codec.encodeValue({
      error: original,
      retries,
      taskId: task.id,
      ...(traceback !== undefined && { traceback }),
    })
  );
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function handle(settled: Settled, task: Task, error: unknown, now: number, settings: SettleSettings): void {
  const { head, next } = task.onError!;
  const { rest } = settings.codec.encode({ head, next }, now);
  enqueue(settled, passOn(head, error), rest, now, settings);
}

function retry(
  settled: Settled,
  { task, rest, item, now }: Ending,
  plan: RetryPlan,
  settings: SettleSettings,
): void {
  announce(settled, 'retrying', { ...task, retries: plan.retries });
  const next = nextAttempt(task, plan, now);
  if (next.dueAt === undefined) return enqueue(settled, next.task, rest, now, settings);
  settled.effects.push({
    kind: 'schedule',
    item: settings.codec.encodeHead(next.task, rest, item.enqueuedAt),
    dueAt: next.dueAt,
  });
  announce(settled, 'scheduled', next.task);
}

function enqueue(
  settled: Settled,
  task: Task,
  rest: Rest | undefined,
  now: number,
  { codec }: SettleSettings,
): void {
  const effect = settled.effects.push({ kind: 'enqueue', item: codec.encodeHead(task, rest, now) }) - 1;
  settled.announcements.push({ kind: 'signal', signal: 'enqueued', task, effect });
}

function report(settled: Settled, task: Task, value: unknown, { codec }: SettleSettings): void {
  if (task.chord === undefined) return;
  const { id, index } = task.chord;
  const effect =
    settled.effects.push({ kind: 'report', chord: id, index, data: codec.encodeValue(value) }) - 1;
  settled.announcements.push({ kind: 'callback', effect });
}

/** The task with a value of its predecessor appended: nothing for null, several for Args, names not yet given for Kwargs. */
export function passOn(task: Task, value: unknown): Task {
  if (value === undefined || value === null) return task;
  if (value instanceof Args) return { ...task, args: [...task.args, ...value.values] };
  if (value instanceof Kwargs) return withKwargs(task, { ...value.values, ...task.kwargs });
  return { ...task, args: [...task.args, value] };
}

/** Named arguments are absent if there are none. */
function withKwargs(task: Task, kwargs: Readonly<Record<string, unknown>>): Task {
  return Object.keys(kwargs).length === 0 ? task : { ...task, kwargs };
}
