// One real execution of one task: the arguments travel through the serializer, hooks, locks, rate limits and the
// timeout apply, signals are sent, and what follows is enqueued, for the test to look at.
import { checkOptionNames, expected, integer } from '../check.js';
import type { Engine } from '../engine/engine.js';
import type { Execution } from '../engine/execute.js';
import { originOf, type TaskFunction } from '../engine/task-function.js';
import { nextAttempt } from '../model/retry.js';
import type { Signal } from '../model/signals.js';
import type { Task } from '../model/task.js';
import type { LogFields, Logger } from '../runtime.js';
import type { Delivery } from '../storage/storage.js';
import { Hand, handEnvironment, isAssertionError } from './hand.js';
import { Journal } from './journal.js';
import { runWithin } from './scope.js';

/** What `perform` takes beside the task and its arguments. */
export interface PerformOptions {
  /** So many attempts have failed before: retries and retry delay are what they would be by then. Default 0. */
  readonly attempt?: number;
  /** Retries left. Default: what the attempt leaves of them. */
  readonly retries?: number;
  /** The id of the task. Default: a fresh one. */
  readonly id?: string;
}

/** A line that the engine logged. */
export interface LogRecord {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** How an execution can end; 'crashed' only by a fault. */
export type PerformOutcome = Execution['outcome']['kind'] | 'crashed';

/** What one execution came to. */
export interface Performed<R> {
  readonly outcome: PerformOutcome;
  /** What the body returned. */
  readonly value: R | undefined;
  /** What the body threw, or why it did not run. */
  readonly error: unknown;
  /** When it will be tried again; undefined: not at all. */
  readonly retryAt: Date | undefined;
  /** The signals that were sent for this task, in order. */
  readonly signals: readonly Signal[];
  readonly logs: readonly LogRecord[];
  /** The task as the body saw it. */
  readonly task: Task;
}

/**
 * Runs a task once. Sleeps on the task's clock take no time; the time until its timeout does. What it enqueues, its
 * retry included, waits in the queue or in the schedule afterwards; its own result is not kept.
 * @throws the assertion error, if the body ran into one; then nothing follows from the execution.
 */
export async function perform<A extends readonly unknown[], R>(
  task: TaskFunction<A, R> | ((...args: A) => unknown),
  args: A,
  options: PerformOptions = {},
): Promise<Performed<R>> {
  checkOptionNames(options, ['attempt', 'retries', 'id'], 'perform');
  const { engine } = originOf(task);
  if (!Array.isArray(args)) throw expected('args', 'an array', args, 'write perform(task, [first, second])');
  const logs: LogRecord[] = [];
  const environment = handEnvironment(engine, { logger: recording(engine.runtime.logger, logs) });
  return runWithin(new Map([[engine, environment]]), async () => {
    const journal = new Journal(engine);
    const hand = new Hand(engine, environment);
    try {
      const delivery = await deliver(
        engine,
        hand,
        attemptOf(engine, task as TaskFunction<A, R>, args, options),
      );
      const ended = await hand.run(delivery);
      if (ended === 'crashed') await hand.die();
      else await conclude(engine, hand, ended);
      return report<R>(engine, delivery, ended, journal, logs);
    } finally {
      journal.close();
      await hand.close();
    }
  });
}

/** The task as its declaration, and that many failed attempts, make it. */
function attemptOf<A extends readonly unknown[]>(
  engine: Engine,
  task: TaskFunction<A>,
  args: A,
  options: PerformOptions,
): Task {
  let described = task.s(...args).stages[0]!;
  const attempts = integer('attempt', options.attempt, 0, 0);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { retries } = described;
    const { eta: _due, ...next } = nextAttempt(described, { retries, at: undefined }, engine.now()).task;
    described = { ...next, retries: Math.max(0, retries - 1) };
  }
  const { id, retries } = options;
  return {
    ...described,
    ...(id !== undefined && { id }),
    ...(retries !== undefined && { retries: integer('retries', retries, undefined, 0) }),
  };
}

/** Enqueues the task and takes it in one step, so that no worker comes between. */
async function deliver(engine: Engine, { lease }: Hand, head: Task): Promise<Delivery> {
  const now = engine.now();
  const item = engine.codec.encode({ head, next: [] }, now);
  const { settled } = await engine.storage.turn({
    settled: [{ effects: [{ kind: 'enqueue', item }] }],
    take: 0,
    lease,
    leaseUntil: now + 60 * 60 * 1000,
    now,
    deliver: true,
  });
  const delivery = settled[0]!.enqueued[0]?.delivery;
  if (delivery === undefined)
    throw expected('huey', 'a Huey on a storage that keeps what it is given', engine.storage);
  return delivery;
}

async function conclude(engine: Engine, hand: Hand, execution: Execution): Promise<void> {
  const { outcome, settlement, delivery } = execution;
  if ('error' in outcome && isAssertionError(outcome.error)) {
    const effects = settlement.effects.filter(({ kind }) => kind === 'unlock');
    await hand.settle({ ...execution, settlement: { ...settlement, effects }, announcements: [] });
    throw outcome.error;
  }
  await hand.settle(execution);
  await engine.storage.delete(delivery.item.id, engine.now());
}

function report<R>(
  engine: Engine,
  { item }: Delivery,
  ended: Execution | 'crashed',
  journal: Journal,
  logs: readonly LogRecord[],
): Performed<R> {
  const events = journal.events({ id: item.id });
  const again = events.findLast(({ signal }) => signal === 'scheduled' || signal === 'enqueued');
  const outcome = ended === 'crashed' ? undefined : ended.outcome;
  return {
    outcome: outcome?.kind ?? 'crashed',
    value: outcome?.kind === 'returned' ? (outcome.value as R) : undefined,
    error: outcome !== undefined && 'error' in outcome ? outcome.error : undefined,
    retryAt: again === undefined ? undefined : new Date(again.task.eta ?? again.at),
    signals: events.map(({ signal }) => signal),
    logs,
    task: ended === 'crashed' || ended.task === undefined ? engine.codec.decode(item).task : ended.task,
  };
}

/** Logs what it is told, and writes it down. */
function recording(logger: Logger, records: LogRecord[]): Logger {
  const log =
    (level: keyof Logger) =>
    (message: string, fields: LogFields = {}): void => {
      records.push({ level, message, fields });
      logger[level](message, fields);
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
