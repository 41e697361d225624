// One delivery, from its message to its settlement: the only place where tasks run, whatever drives it.
import { isHueyError, TaskLockedException } from '../errors.js';
import type { Outcome } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import type { Awaitable, Delivery, Effect, QueueItem, Settlement } from '../storage/storage.js';
import { isTold, runBody } from './body.js';
import type { Decoded } from './codec.js';
import type { Engine } from './engine.js';
import { runPreExecute } from './hooks.js';
import { countUse } from './rate-limit.js';
import type { Definition } from './registry.js';
import { claimRevocation } from './revoke.js';
import type { Announcement, Ending, SettleSettings } from './settle.js';
import { settleSafely } from './settle-safely.js';

export interface ExecuteOptions {
  /** The instant by which the task is judged ready, revoked or expired. Default: the clock's. */
  readonly now?: number;
  /** Aborts when the worker is told to stop at once. */
  readonly stop?: AbortSignal;
  /** The lease of the consumer: locks that the task takes end with it. */
  readonly lease?: string;
  /** Called right before the body: its time runs from now on; and it may be off the books, at most once, already. */
  readonly onBody?: (timeoutMs: number, isAcknowledged: boolean) => void;
}

/** What `endAs` may be told beside the outcome. */
export interface EndOptions {
  /** The delivery was taken off the books before its body began. Default false. */
  readonly isAcknowledged?: boolean;
}

/** Why a delivery ended without an outcome: its message is unreadable, or the storage failed and it goes back. */
export interface Misfortune {
  readonly kind: 'unreadable' | 'undone';
  readonly error: unknown;
}

/** An execution whose end is decided but not yet stored. */
export interface Execution {
  readonly delivery: Delivery;
  /** Absent if the message could not be read. */
  readonly task: Task | undefined;
  readonly outcome: Outcome | Misfortune;
  readonly settlement: Settlement;
  readonly announcements: readonly Announcement[];
}

/** A task as the worker finds it. */
interface Job {
  readonly engine: Engine;
  readonly delivery: Delivery;
  readonly decoded: Decoded;
  readonly definition: Definition;
  readonly options: ExecuteOptions;
  /** Under which the delivery is settled; undefined once it is acknowledged. */
  receipt: string | undefined;
  /** What has to be undone with the settlement: locks that were taken. */
  readonly undo: Effect[];
}

/**
 * Runs a delivery to its end; answers at once if the body does and nothing has to be asked before it. Never rejects:
 * whatever happens becomes the settlement.
 */
export function execute(
  engine: Engine,
  delivery: Delivery,
  options: ExecuteOptions = {},
): Awaitable<Execution> {
  let decoded: Decoded;
  let definition: Definition;
  try {
    decoded = engine.codec.decode(delivery.item);
    definition = engine.registry.get(decoded.task.name);
  } catch (error) {
    return unreadable(engine, delivery, error);
  }
  const { receipt } = delivery;
  return carryOut({ engine, delivery, decoded, definition, options, receipt, undo: [] });
}

/** Checks in huey's order, not ready, revoked, expired, then runs the task. What needs no storage costs no await. */
function carryOut(job: Job): Awaitable<Execution> {
  const { engine, delivery, decoded, options } = job;
  if (isTold(options.stop)) return end(job, { kind: 'interrupted' });
  if (isTimeless(job)) return carryOutUnasked(job);
  const now = options.now ?? engine.now();
  const early = notReady(decoded.task, now);
  if (early !== undefined) return end(job, early);
  return delivery.revoked ? carryOutUnlessRevoked(job, now) : carryOutUnlessExpired(job, now);
}

async function carryOutUnlessRevoked(job: Job, now: number): Promise<Execution> {
  try {
    const skipped = await revoked(job, now);
    if (skipped !== undefined) return end(job, skipped);
  } catch (error) {
    return failed(job, error);
  }
  return await carryOutUnlessExpired(job, now);
}

function carryOutUnlessExpired(job: Job, now: number): Awaitable<Execution> {
  const late = expired(job.decoded.task, job.delivery.item, now);
  return late === undefined ? carryOutUnasked(job) : end(job, late);
}

function carryOutUnasked(job: Job): Awaitable<Execution> {
  const { engine, decoded } = job;
  const { signals, runtime } = engine;
  const telling = signals.hears('executing')
    ? signals.emit('executing', decoded.task, undefined, runtime.logger)
    : undefined;
  return telling === undefined && isPlain(job) ? carryOutNow(job) : carryOutPrepared(job, telling);
}

async function carryOutPrepared(job: Job, telling: Promise<void> | undefined): Promise<Execution> {
  try {
    await telling;
    const refused = await refusal(job);
    if (refused !== undefined) return end(job, refused);
  } catch (error) {
    return failed(job, error);
  }
  return await carryOutNow(job);
}

function carryOutNow(job: Job): Awaitable<Execution> {
  const { engine, definition, decoded, options, receipt } = job;
  if (isTold(options.stop)) return end(job, { kind: 'interrupted' });
  options.onBody?.(decoded.task.timeoutMs ?? 0, receipt === undefined);
  return runBody(engine, definition, decoded.task, options.stop, (outcome) => end(job, outcome));
}

/** The end of a delivery that did not come from its body: whoever ran it died, was killed, or died too often. */
export function endAs(
  engine: Engine,
  delivery: Delivery,
  outcome: Outcome,
  { isAcknowledged = false }: EndOptions = {},
): Execution {
  try {
    const decoded = engine.codec.decode(delivery.item);
    const definition = engine.registry.get(decoded.task.name);
    const { lock } = definition.options;
    // Its own lock may be held under its receipt still.
    const undo: Effect[] =
      lock === undefined ? [] : [{ kind: 'unlock', name: lock, owner: delivery.receipt }];
    const receipt = isAcknowledged ? undefined : delivery.receipt;
    return conclude({ engine, delivery, decoded, definition, options: {}, receipt, undo }, outcome);
  } catch (failure) {
    return unreadable(engine, delivery, failure);
  }
}

/** When the task stops being worth running; undefined: never. As in huey, a relative limit of zero is none. */
export function expiresAt(task: Task, item: QueueItem): number | undefined {
  const { expires } = task;
  if (expires === undefined) return undefined;
  if ('at' in expires) return expires.at;
  return expires.afterMs === 0 ? undefined : item.enqueuedAt + expires.afterMs;
}

/** A message that cannot become a task is kept among the dead letters; no worker dies of it. */
export function unreadable(engine: Engine, delivery: Delivery, error: unknown): Execution {
  const { item, receipt } = delivery;
  engine.runtime.logger.error('unreadable message moved to the dead letters', {
    id: item.id,
    task: item.task,
    error,
  });
  const reason = error instanceof Error ? error.message : String(error);
  return {
    delivery,
    task: undefined,
    outcome: { kind: 'unreadable', error },
    settlement: { receipt, effects: [{ kind: 'bury', item, reason }] },
    announcements: [],
  };
}

/** The storage failed before the body ran: the delivery goes back as it was, for whoever comes first. */
function undone({ delivery, decoded, undo, receipt }: Job, error: unknown): Execution {
  return {
    delivery,
    task: decoded.task,
    outcome: { kind: 'undone', error },
    settlement: { ...(receipt !== undefined && { receipt }), effects: [...undo, { kind: 'release' }] },
    announcements: [],
  };
}

/** Whether it is as good now as at any time: most tasks are, and need not ask a clock. */
function isTimeless({ delivery, decoded }: Job): boolean {
  const { eta, expires } = decoded.task;
  return eta === undefined && expires === undefined && !delivery.revoked;
}

function notReady({ eta }: Task, now: number): Outcome | undefined {
  return eta !== undefined && eta > now ? { kind: 'postponed', eta } : undefined;
}

async function revoked({ engine, decoded }: Job, now: number): Promise<Outcome | undefined> {
  const revocation = await claimRevocation(engine, decoded.task, now);
  return revocation === undefined ? undefined : { kind: 'revoked', once: revocation.once };
}

function expired(task: Task, item: QueueItem, now: number): Outcome | undefined {
  const limit = expiresAt(task, item);
  return limit !== undefined && now > limit ? { kind: 'expired' } : undefined;
}

function isAtMostOnce({ engine, definition }: Job): boolean {
  return (definition.options.delivery ?? engine.options.delivery) === 'at-most-once';
}

/** At most once means: off the books before the body runs. false if another worker has taken over. */
async function acknowledge(job: Job): Promise<boolean> {
  const { engine, delivery } = job;
  const settled = [{ receipt: delivery.receipt, effects: [] }];
  try {
    const turn = await engine.storage.turn({ settled, take: 0, lease: '', now: engine.now() });
    const { applied } = turn.settled[0]!;
    if (applied) job.receipt = undefined;
    return applied;
  } catch (error) {
    // It may be off the books, or another's by now: run here, it might run twice.
    if (isHueyError(error, 'StorageError') && error.mayHaveApplied) {
      engine.runtime.logger.warn('a task to be delivered at most once may be lost', {
        id: delivery.item.id,
        task: delivery.item.task,
        error,
      });
      await unlock(job);
    }
    throw error;
  }
}

/** Lets go of locks that the settlement may not let go of, since it is refused if the delivery is off the books. */
async function unlock({ engine, undo }: Job): Promise<void> {
  for (const effect of undo)
    if (effect.kind === 'unlock')
      try {
        await engine.storage.release(effect.name, effect.owner, engine.now());
      } catch {
        // The lease under which it is held ends it.
      }
}

/** Whether there is nothing to ask before the body runs: most tasks are like that, and need not wait for it. */
function isPlain(job: Job): boolean {
  const { engine, definition } = job;
  const { lock, rateLimit } = definition.options;
  return (
    !isAtMostOnce(job) && lock === undefined && rateLimit === undefined && engine.hooks.preExecute.size === 0
  );
}

/** Asks the hooks, and takes what the body needs; why it must not run, if so. */
async function refusal(job: Job): Promise<Outcome | undefined> {
  const { engine, definition, decoded } = job;
  const { hooks, runtime } = engine;
  if (hooks.preExecute.size > 0 && !(await runPreExecute(hooks, decoded.task, runtime.logger)))
    return { kind: 'prevented' };
  const { lock, rateLimit } = definition.options;
  const locked = lock === undefined ? undefined : await lockRefusal(job, lock);
  if (locked !== undefined) return locked;
  const exceeded = rateLimit === undefined ? undefined : await countUse(engine, rateLimit);
  if (exceeded !== undefined) return { kind: 'rate-limited', error: exceeded };
  // Taken over meanwhile: the settlement will be refused, whatever it says.
  if (isAtMostOnce(job) && !(await acknowledge(job))) return { kind: 'interrupted' };
  return undefined;
}

async function lockRefusal(
  { engine, delivery, options, undo }: Job,
  name: string,
): Promise<Outcome | undefined> {
  const owner = delivery.receipt;
  const lease = options.lease === undefined ? {} : { lease: options.lease };
  // It may be held though the answer is lost: then the task would wait for itself.
  undo.push({ kind: 'unlock', name, owner });
  if (await engine.storage.acquire({ name, owner, places: 1, now: engine.now(), ...lease })) return undefined;
  undo.pop();
  return { kind: 'locked', error: new TaskLockedException(name) };
}

/** Concludes, or gives the delivery back. */
function end(job: Job, outcome: Outcome): Execution {
  try {
    return conclude(job, outcome);
  } catch (error) {
    return undone(job, error);
  }
}

/** Before the body something that cannot be read fails the task; otherwise the storage failed. */
function failed(job: Job, error: unknown): Execution {
  return isHueyError(error, 'SerializationError') ? end(job, { kind: 'raised', error }) : undone(job, error);
}

function conclude(job: Job, outcome: Outcome): Execution {
  const { engine, delivery, definition, undo, receipt } = job;
  // A body may have changed its arguments; what goes on from a failure starts from the message again.
  const { task, rest } = 'error' in outcome ? engine.codec.decode(delivery.item) : job.decoded;
  const ending: Ending = { item: delivery.item, task, rest, outcome, now: engine.now() };
  const conclusion = settleSafely(ending, settingsFor(engine, definition));
  const { settled } = conclusion;
  const effects = undo.length === 0 ? settled.effects : [...undo, ...settled.effects];
  return {
    delivery,
    task: conclusion.task,
    outcome: conclusion.outcome,
    settlement: receipt === undefined ? { effects } : { receipt, effects },
    announcements:
      undo.length === 0
        ? settled.announcements
        : settled.announcements.map((one) => shifted(one, undo.length)),
  };
}

function shifted(announcement: Announcement, by: number): Announcement {
  if (announcement.kind === 'post-execute' || announcement.effect === undefined) return announcement;
  return { ...announcement, effect: announcement.effect + by };
}

function settingsFor(engine: Engine, definition: Definition): SettleSettings {
  const { settings, codec, options } = engine;
  return {
    codec,
    // As in huey, periodic tasks leave no results: nobody holds a handle to them.
    results: settings.results && definition.schedule === undefined,
    storeNone: settings.storeNone,
    storeIntermediateErrors: settings.storeIntermediateErrors,
    resultExpiresMs: options.resultExpiresMs,
  };
}
