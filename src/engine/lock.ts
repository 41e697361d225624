// Locks and semaphores: a named thing that at most so many owners hold at once. Only its owner releases a hold; a
// hold ends with the lease of the consumer that took it, so a crash leaves nothing stuck.
import { callable, checkOptionNames, integer, nonEmptyString } from '../check.js';
import { isHueyError, TaskLockedException } from '../errors.js';
import { type Duration, durationMs } from '../time.js';
import type { Engine } from './engine.js';

/** What `huey.lockTask` takes beside the name. */
export interface LockOptions {
  /** Give the hold up by itself after this long. Default: never. */
  readonly expires?: Duration;
}

/** What `huey.semaphore` takes beside the name. */
export interface SemaphoreOptions extends LockOptions {
  /** How many may hold it at once; at least 1. */
  readonly limit: number;
}

/** What `lock.acquire` takes. */
export interface AcquireOptions {
  /** Wait this long for a place. Default 0: refuse at once. */
  readonly wait?: Duration;
}

/** How often a waiting acquisition looks again. */
const LOOK_EVERY_MS = 100;

/** A hold: give it back with `release`, or let `await using` do so. */
export class LockHold implements AsyncDisposable {
  readonly #release: () => Promise<boolean>;

  constructor(release: () => Promise<boolean>) {
    this.#release = release;
  }

  /** Gives the place back; false if it was not held any more. */
  async release(): Promise<boolean> {
    return this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** A lock, or a semaphore if it has more than one place. States: each hold is free -> held -> released | expired. */
export class TaskLock {
  readonly name: string;
  readonly #engine: Engine;
  readonly #places: number;
  readonly #expiresMs: number | undefined;
  /** The holds taken through this object and not given back yet, oldest first, with what lets go of their lease. */
  readonly #holds = new Map<string, (() => void) | undefined>();

  constructor(engine: Engine, name: string, places: number, expiresMs: number | undefined) {
    this.#engine = engine;
    this.name = name;
    this.#places = places;
    this.#expiresMs = expiresMs;
    engine.lockNames.add(name);
  }

  /** Takes a place. @throws TaskLockedException if none is free, or none became free in time. */
  async acquire(options: AcquireOptions = {}): Promise<LockHold> {
    checkOptionNames(options, ['wait'], 'lock.acquire');
    const waitMs = options.wait === undefined ? 0 : durationMs('wait', options.wait);
    const owner = this.#engine.runtime.ids.next('lock');
    const lease = [...this.#engine.leases].at(-1);
    const letGo = await lease?.hold();
    try {
      await this.#takeWithin(waitMs, owner, lease?.name);
    } catch (error) {
      letGo?.();
      if (isHueyError(error, 'StorageError') && error.mayHaveApplied) await this.#abandon(owner);
      throw error;
    }
    this.#holds.set(owner, letGo);
    return new LockHold(() => this.#giveBack(owner));
  }

  /** Gives back the place that was taken first through this object; false if it holds none. */
  async release(): Promise<boolean> {
    const [owner] = this.#holds.keys();
    return owner !== undefined && this.#giveBack(owner);
  }

  /** Whether all places are held, by whomever. */
  async isLocked(): Promise<boolean> {
    return (await this.#engine.storage.holders(this.name, this.#engine.now())) >= this.#places;
  }

  /** Runs the function while holding a place. @throws TaskLockedException if none is free. */
  async run<R>(body: () => R | Promise<R>): Promise<R> {
    callable('the function to run', body);
    const hold = await this.acquire();
    try {
      return await body();
    } finally {
      await hold.release();
    }
  }

  /** The same function, holding a place whenever it runs. */
  wrap<A extends unknown[], R>(body: (...args: A) => R | Promise<R>): (...args: A) => Promise<R> {
    callable('the function to wrap', body);
    return (...args) => this.run(() => body(...args));
  }

  async #takeWithin(waitMs: number, owner: string, lease: string | undefined): Promise<void> {
    let waitedMs = 0;
    while (!(await this.#take(owner, lease))) {
      if (waitedMs >= waitMs) throw new TaskLockedException(this.name);
      const pauseMs = Math.min(LOOK_EVERY_MS, waitMs - waitedMs);
      await this.#engine.runtime.clock.sleep(pauseMs);
      waitedMs += pauseMs;
    }
  }

  async #take(owner: string, lease: string | undefined): Promise<boolean> {
    const now = this.#engine.now();
    return this.#engine.storage.acquire({
      name: this.name,
      owner,
      places: this.#places,
      now,
      ...(lease !== undefined && { lease }),
      ...(this.#expiresMs !== undefined && { expiresAt: now + this.#expiresMs }),
    });
  }

  /** Gives back what may have been taken though the answer was lost: nobody else would, as nobody knows the owner. */
  async #abandon(owner: string): Promise<void> {
    try {
      await this.#engine.storage.release(this.name, owner, this.#engine.now());
    } catch (error) {
      this.#engine.runtime.logger.warn('a lock may be held by nobody', { lock: this.name, error });
    }
  }

  async #giveBack(owner: string): Promise<boolean> {
    const letGo = this.#holds.get(owner);
    this.#holds.delete(owner);
    try {
      return await this.#engine.storage.release(this.name, owner, this.#engine.now());
    } finally {
      letGo?.();
    }
  }
}

/** A lock of that name. */
export function lockTask(engine: Engine, name: string, options: LockOptions): TaskLock {
  checkOptionNames(options, ['expires'], 'lockTask');
  return new TaskLock(engine, nonEmptyString('name', name), 1, expiresMsOf(options));
}

/** A semaphore of that name. */
export function semaphore(engine: Engine, name: string, options: SemaphoreOptions): TaskLock {
  checkOptionNames(options, ['limit', 'expires'], 'semaphore');
  return new TaskLock(
    engine,
    nonEmptyString('name', name),
    integer('limit', options.limit, undefined, 1),
    expiresMsOf(options),
  );
}

function expiresMsOf({ expires }: LockOptions): number | undefined {
  return expires === undefined ? undefined : durationMs('expires', expires, { least: 1 });
}
