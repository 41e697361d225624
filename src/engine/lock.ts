// Locks and semaphores: a named thing that at most so many owners hold at once. Only its owner releases a hold; a
// hold ends with the lease of the consumer that took it, so a crash leaves nothing stuck.
import { checkOptionNames, integer, nonEmptyString } from '../check.js';
import { TaskLockedException } from '../errors.js';
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
  /** The holds taken through this object and not given back yet, oldest first. */
  readonly #owners: string[] = [];

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
    for (let waitedMs = 0; !(await this.#take(owner)); waitedMs += LOOK_EVERY_MS) {
      if (waitedMs >= waitMs) throw new TaskLockedException(this.name);
      await this.#engine.runtime.clock.sleep(LOOK_EVERY_MS);
    }
    this.#owners.push(owner);
    return new LockHold(() => this.#giveBack(owner));
  }

  /** Gives back the place that was taken first through this object; false if it holds none. */
  async release(): Promise<boolean> {
    const owner = this.#owners[0];
    return owner !== undefined && this.#giveBack(owner);
  }

  /** Whether all places are held, by whomever. */
  async isLocked(): Promise<boolean> {
    return (await this.#engine.storage.holders(this.name, this.#engine.now())) >= this.#places;
  }

  /** Runs the function while holding a place. @throws TaskLockedException if none is free. */
  async run<R>(body: () => R | Promise<R>): Promise<R> {
    const hold = await this.acquire();
    try {
      return await body();
    } finally {
      await hold.release();
    }
  }

  /** The same function, holding a place whenever it runs. */
  wrap<A extends unknown[], R>(body: (...args: A) => R | Promise<R>): (...args: A) => Promise<R> {
    return (...args) => this.run(() => body(...args));
  }

  async #take(owner: string): Promise<boolean> {
    const { storage, lease } = this.#engine;
    const now = this.#engine.now();
    return storage.acquire({
      name: this.name,
      owner,
      places: this.#places,
      now,
      ...(lease !== undefined && { lease }),
      ...(this.#expiresMs !== undefined && { expiresAt: now + this.#expiresMs }),
    });
  }

  async #giveBack(owner: string): Promise<boolean> {
    const index = this.#owners.indexOf(owner);
    if (index !== -1) this.#owners.splice(index, 1);
    return this.#engine.storage.release(this.name, owner, this.#engine.now());
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
    integer('limit', options.limit, 1, 1),
    expiresMsOf(options),
  );
}

function expiresMsOf({ expires }: LockOptions): number | undefined {
  return expires === undefined ? undefined : durationMs('expires', expires, { least: 1 });
}
