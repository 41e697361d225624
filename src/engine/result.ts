// The handle of one enqueued task. It reads the result once and keeps it; the storage forgets it unless told otherwise.
import { boolean, checkOptionNames, expected } from '../check.js';
import { ResultTimeout, TaskException } from '../errors.js';
import type { Task } from '../model/task.js';
import { type ExpiresOption, etaOf, resolveValues } from '../model/task-options.js';
import { type Duration, durationMs, type Instant, instantMs } from '../time.js';
import { revokedKey } from '../storage/storage.js';
import { commit } from './announce.js';
import { Bell } from './bell.js';
import type { Codec } from './codec.js';
import type { Engine } from './engine.js';
import { isRevoked, putRevocation, type Revocation } from './revoke.js';
import { FAILURE } from './settle.js';
import { enqueueChain } from './enqueue-chain.js';

/** How a reading treats the stored result. */
export interface ReadOptions {
  /** Leave the result in the storage, for other readers. Default false: reading takes it. */
  readonly preserve?: boolean;
}

/** What `result.get` takes. */
export interface GetOptions extends ReadOptions {
  /** Wait until the task has a result. Default false: undefined if there is none yet. */
  readonly blocking?: boolean;
  /** How long to wait; default for ever. */
  readonly timeout?: Duration;
  /** What the pause between two looks is multiplied by; it starts at 100ms. Default 1.15. */
  readonly backoff?: number;
  /** The longest pause between two looks. Default 1s. */
  readonly maxDelay?: Duration;
  /** Revoke the task when the timeout is reached. Default false. */
  readonly revokeOnTimeout?: boolean;
}

/** What `revoke` takes, of a result or of a task. */
export interface RevokeOptions {
  /** Skip the next execution only. */
  readonly once?: boolean;
  /** Skip every execution before that instant (a Duration counts from now). */
  readonly until?: Duration | Date | { readonly at: Instant };
}

/** What `result.reschedule` takes. */
export interface RescheduleOptions {
  readonly delay?: Duration;
  readonly eta?: Instant;
  readonly expires?: ExpiresOption;
  readonly priority?: number;
  /** Take the following stages and the error handler along. Default true. */
  readonly preservePipeline?: boolean;
}

const FIRST_LOOK_MS = 100;
const GET_OPTIONS = ['preserve', 'blocking', 'timeout', 'backoff', 'maxDelay', 'revokeOnTimeout'];

/** What a reading of the storage brought. */
type Reading = { readonly value: unknown } | { readonly failure: TaskException };

/** The handle of one enqueued task. */
export class Result<R = unknown> {
  readonly #engine: Engine;
  readonly #task: Task;
  /** The stages of a pipeline; undefined for a task of its own, as many wait at once and each keeps a list less. */
  readonly #stages: readonly Task[] | undefined;
  readonly #index: number;
  #reading: Reading | undefined;
  /** The look at the storage that is under way. */
  #looking: Promise<boolean> | undefined;
  declare readonly valueType: R;

  /** @param index Which of the stages this handle is about; those after it follow it. */
  constructor(engine: Engine, stages: readonly Task[], index = 0) {
    this.#engine = engine;
    this.#task = stages[index]!;
    this.#stages = stages.length === 1 ? undefined : stages;
    this.#index = index;
  }

  get id(): string {
    return this.task.id;
  }

  /** The task as it was enqueued. */
  get task(): Task {
    return this.#task;
  }

  /** The task with the stages that follow it. */
  get stages(): readonly Task[] {
    return this.#stages?.slice(this.#index) ?? [this.#task];
  }

  /**
   * Reads the result: undefined if there is none (yet, or because the task returned nothing).
   * @throws TaskException if the task failed; ResultTimeout if a blocking read gave up.
   */
  get(options: GetOptions & { readonly blocking: true }): Promise<R>;
  get(options?: GetOptions): Promise<R | undefined>;
  async get(options?: GetOptions): Promise<R | undefined> {
    if (options !== undefined) checkGetOptions(options);
    const found =
      options?.blocking === true && this.#isToBeTold(options) ? false : this.#look(options?.preserve);
    if (options?.blocking === true && found !== true) await this.#wait(options, found);
    else if (found !== true && found !== false) await found;
    if (this.#reading === undefined) return undefined;
    if ('failure' in this.#reading) throw this.#reading.failure;
    return this.#reading.value as R;
  }

  /** Whether there is a result; takes it from the storage into this handle. */
  async isReady(): Promise<boolean> {
    return this.#look(false);
  }

  /** Forgets what was read, so that the next read asks the storage again: after a retry, for instance. */
  reset(): void {
    this.#reading = undefined;
  }

  /** Keeps the task from running: once by default, or until an instant, or for good with `{ once: false }`. */
  async revoke(options: RevokeOptions = {}): Promise<void> {
    const revocation = resolveRevocation(options, options.until === undefined, this.#engine.now());
    await putRevocation(this.#engine, revokedKey(this.id), revocation);
  }

  /** Takes a revocation of this task back; false if there was none. */
  async restore(): Promise<boolean> {
    return this.#engine.storage.delete(revokedKey(this.id), this.#engine.now());
  }

  /** Whether this task, or its kind, is revoked. Asking changes nothing. */
  async isRevoked(): Promise<boolean> {
    return isRevoked(this.#engine, this.task, this.#engine.now());
  }

  /** Revokes this task and enqueues a copy with an id of its own, in one step. */
  async reschedule(options: RescheduleOptions = {}): Promise<Result<R>> {
    const { stages, effects, announcements } = rescheduled(this.#engine, this.stages, options);
    await commit(this.#engine, [{ settlement: { effects }, announcements }]);
    return new Result<R>(this.#engine, stages);
  }

  /** @param firstLook Made right before: whatever is stored after it is heard here. */
  async #wait(options: GetOptions, firstLook: boolean | Promise<boolean>): Promise<void> {
    const timeoutMs = options.timeout === undefined ? Infinity : durationMs('timeout', options.timeout);
    const longestMs = durationMs('maxDelay', options.maxDelay ?? 1, { least: 1 });
    const { clock } = this.#engine.runtime;
    const bell = new Bell();
    const unwatch = this.#engine.storage.watch(this.id, () => bell.ring());
    let found = firstLook;
    let delayMs = FIRST_LOOK_MS;
    let waitedMs = 0;
    try {
      // Counts its own pauses instead of reading a clock: under a virtual one, only the pauses take time.
      for (; !(await found); found = this.#look(options.preserve)) {
        if (waitedMs >= timeoutMs) {
          if (options.revokeOnTimeout === true) await this.revoke();
          throw new ResultTimeout(this.id, timeoutMs);
        }
        const pauseMs = Math.min(delayMs, longestMs, timeoutMs - waitedMs);
        if (await bell.sleep(clock, pauseMs)) continue;
        waitedMs += pauseMs;
        delayMs *= options.backoff ?? 1.15;
      }
    } finally {
      unwatch();
    }
  }

  /** Whether a look now would find nothing that the storage will not tell of. */
  #isToBeTold({ timeout }: GetOptions): boolean {
    if (this.#reading !== undefined || this.#engine.storage.tellsOf?.(this.id) !== true) return false;
    // Who does not wait has to look.
    return timeout === undefined || durationMs('timeout', timeout) > 0;
  }

  /** Whether there is a result; answers at once if the storage does. */
  #look(preserve = false): boolean | Promise<boolean> {
    if (this.#reading !== undefined) return true;
    // Two reads at once must not take the result from each other.
    if (this.#looking !== undefined) return this.#looking;
    const read = readResult(this.#engine, this.id, preserve);
    if (read instanceof Promise) return (this.#looking = this.#keep(read));
    this.#reading = read;
    return read !== undefined;
  }

  async #keep(read: Promise<Reading | undefined>): Promise<boolean> {
    try {
      this.#reading = await read;
    } finally {
      this.#looking = undefined;
    }
    return this.#reading !== undefined;
  }
}

function checkGetOptions(options: GetOptions): void {
  checkOptionNames(options, GET_OPTIONS, 'result.get');
  for (const name of ['preserve', 'blocking', 'revokeOnTimeout'] as const)
    boolean(name, options[name], false);
  const { backoff, timeout, maxDelay } = options;
  if (timeout !== undefined) durationMs('timeout', timeout);
  if (maxDelay !== undefined) durationMs('maxDelay', maxDelay, { least: 1 });
  if (backoff !== undefined && !(Number.isFinite(backoff) && backoff >= 1))
    throw expected('backoff', 'a number of at least 1', backoff);
}

/** Reads the result of an id: undefined if there is none. Answers at once if the storage does. */
export function readResult(
  engine: Engine,
  id: string,
  preserve: boolean,
): Reading | undefined | Promise<Reading | undefined> {
  const { storage, codec } = engine;
  const data = preserve ? storage.peek(id, engine.now()) : storage.pop(id, engine.now());
  if (data === undefined || typeof data === 'string') return readingOf(codec, data);
  return Promise.resolve(data).then((stored) => readingOf(codec, stored));
}

function readingOf(codec: Codec, data: string | undefined): Reading | undefined {
  if (data === undefined) return undefined;
  if (!data.startsWith(FAILURE)) return { value: codec.decodeValue(data) };
  const { error, retries, traceback, taskId } = codec.decodeValue(data.slice(FAILURE.length)) as Record<
    string,
    unknown
  >;
  const failure = new TaskException({
    error,
    retries: retries as number,
    traceback: (traceback as string | undefined) ?? (error instanceof Error ? error.stack : undefined),
    taskId: taskId as string,
  });
  return { failure };
}

/** Checks the options of a revocation. */
export function resolveRevocation(options: RevokeOptions, onceByDefault: boolean, now: number): Revocation {
  checkOptionNames(options, ['once', 'until'], 'revoke');
  const once = boolean('once', options.once, onceByDefault);
  const { until } = options;
  if (until === undefined) return { once, until };
  return {
    once,
    until:
      typeof until === 'object' && until !== null
        ? atOf(until)
        : now + durationMs('until', until, { least: -Infinity }),
  };
}

function atOf(until: Date | { readonly at: Instant }): number {
  return until instanceof Date ? instantMs('until', until) : instantMs('until.at', until.at);
}

const RESCHEDULE_OPTIONS = ['delay', 'eta', 'expires', 'priority', 'preservePipeline'];

function rescheduled(engine: Engine, [head, ...next]: readonly Task[], options: RescheduleOptions) {
  checkOptionNames(options, RESCHEDULE_OPTIONS, 'result.reschedule');
  const { eta: _eta, onError, ...kept } = head!;
  const now = engine.now();
  const eta = etaOf(options)?.(now);
  const whole = boolean('preservePipeline', options.preservePipeline, true);
  const copy: Task = {
    ...kept,
    ...resolveValues(options, kept),
    id: engine.runtime.ids.next('task'),
    attempt: 0,
    ...(eta !== undefined && { eta }),
    ...(whole && onError !== undefined && { onError }),
  };
  const stages = whole ? [copy, ...next] : [copy];
  const data = engine.codec.encodeValue({ once: true });
  const enqueued = enqueueChain(engine, stages, now, 1);
  return {
    stages,
    effects: [{ kind: 'put', key: revokedKey(head!.id), data } as const, enqueued.effect],
    announcements: [enqueued.announcement],
  };
}
