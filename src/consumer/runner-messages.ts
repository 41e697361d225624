// What a remote runner and its child say to each other: plain data, that both a thread's and a process's line carry.
// Errors and tasks travel as text, as a structured clone would lose their classes.
import { describe } from '../check.js';
import { HueyError } from '../errors.js';
import type { Execution } from '../engine/execute.js';
import { jsonSerializer } from '../model/serializer.js';
import type { Signal } from '../model/signals.js';
import type { Task } from '../model/task.js';
import type { LogFields, Logger } from '../runtime.js';
import type { Delivery, Effect, QueueItem, Settlement, SettlementResult } from '../storage/storage.js';

/** From the runner to its child. */
export type ToChild =
  | {
      readonly kind: 'start';
      readonly app: string;
      /** The lease of the consumer, under which the task's declared lock is held. */
      readonly lease: string;
      /** The lease of the child itself, under which its bodies hold locks. */
      readonly ownLease: string;
      /** Whether signals are passed on. */
      readonly isObserved: boolean;
    }
  | { readonly kind: 'run'; readonly delivery: Delivery }
  /** The body is to be waited for no longer. */
  | { readonly kind: 'interrupt' }
  /** What came of the settlement of the last execution. */
  | { readonly kind: 'tell'; readonly result: SettlementResult }
  /** The child's own lease is kept from now on; or is not, and why. */
  | { readonly kind: 'kept'; readonly error?: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'stop' };

/** From the child to its runner. */
export type FromChild =
  | { readonly kind: 'started' }
  /** It cannot start, and exits. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A body begins that has a timeout, or whose delivery is off the books already. */
  | { readonly kind: 'began'; readonly timeoutMs: number; readonly isAcknowledged: boolean }
  | { readonly kind: 'ended'; readonly report: Report }
  | { readonly kind: 'told' }
  /** The child's own lease is wanted, or is not any more. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'let-go' }
  | { readonly kind: 'log'; readonly level: keyof Logger; readonly message: string; readonly fields?: string }
  | { readonly kind: 'signal'; readonly signal: Signal; readonly task: string; readonly error?: string }
  /** An error that nobody has caught ends the child. */
  | { readonly kind: 'dying'; readonly error: string }
  | { readonly kind: 'pong' };

/** How an execution ended. The value that a task returned stays behind: what is stored of it is in the settlement. */
export interface Report {
  readonly outcome: string;
  readonly settlement: Settlement;
  /** Whether anybody there wants to know what came of it. */
  readonly isHeard: boolean;
}

/** The report of an execution. */
export function reportOf(execution: Execution, isHeard: boolean): Report {
  return {
    outcome: outcomeText(execution.outcome),
    settlement: plainSettlement(execution.settlement),
    isHeard,
  };
}

const RETURNED = '{"kind":"returned"}';

function outcomeText(outcome: Execution['outcome']): string {
  if (outcome.kind === 'returned') return RETURNED;
  if (!('error' in outcome)) return jsonSerializer.serialize(outcome);
  return `{"kind":${JSON.stringify(outcome.kind)},"error":${errorText(outcome.error)}}`;
}

/** The outcome of a report. */
export function readOutcome(text: string): Execution['outcome'] {
  if (text === RETURNED) return { kind: 'returned', value: undefined };
  return jsonSerializer.deserialize(text) as Execution['outcome'];
}

/** An error as text. Anything can be thrown; what cannot travel is described. */
export function errorText(error: unknown): string {
  try {
    return jsonSerializer.serialize(error);
  } catch {
    return jsonSerializer.serialize(
      new HueyError(`something was thrown that cannot travel: ${describe(error)}`),
    );
  }
}

/** An error from its text. */
export function readError(text: string): unknown {
  return jsonSerializer.deserialize(text);
}

/** A task as text; a body may have put things into its arguments that cannot travel, and then they are left out. */
export function taskText(task: Task): string {
  try {
    return jsonSerializer.serialize(task);
  } catch {
    const { id, name, retries, retryDelayMs, retryBackoff, attempt } = task;
    return jsonSerializer.serialize({ id, name, args: [], retries, retryDelayMs, retryBackoff, attempt });
  }
}

/** A task from its text. */
export function readTaskText(text: string): Task {
  return jsonSerializer.deserialize(text) as Task;
}

/** The fields of a line of the log as text. */
export function fieldsText(fields: LogFields): string {
  try {
    return jsonSerializer.serialize(fields);
  } catch {
    const described = Object.entries(fields).map(([name, value]) => [name, fieldFor(value)]);
    return jsonSerializer.serialize(Object.fromEntries(described));
  }
}

function fieldFor(value: unknown): unknown {
  try {
    jsonSerializer.serialize(value);
    return value;
  } catch {
    return describe(value);
  }
}

/** The fields of a line of the log from their text. */
export function readFields(text: string): LogFields {
  return jsonSerializer.deserialize(text) as LogFields;
}

/** A delivery as plain data. */
export function plainDelivery({ item, receipt, count, revoked }: Delivery): Delivery {
  return { item: plainItem(item), receipt, count, revoked };
}

/** The result of a settlement as plain data. */
export function plainResult({ applied, enqueued }: SettlementResult): SettlementResult {
  if (enqueued.length === 0) return { applied, enqueued };
  return { applied, enqueued: enqueued.map(({ effect, item }) => ({ effect, item: plainItem(item) })) };
}

function plainSettlement({ receipt, effects }: Settlement): Settlement {
  return { ...(receipt !== undefined && { receipt }), effects: effects.map(plainEffect) };
}

function plainEffect(effect: Effect): Effect {
  if ('item' in effect) return { ...effect, item: plainItem(effect.item) };
  if (effect.kind !== 'chord') return effect;
  const { item, tail } = effect.callback;
  return { ...effect, callback: { item: plainItem(item), tail } };
}

/** Items of this process know the task they were made of; elsewhere their text is all there is. */
function plainItem({ id, task, priority, data, enqueuedAt }: QueueItem): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}
