// A rate limit: so many uses in each fixed window of time, counted atomically by the storage. As in huey, refused
// uses are counted too, and the count of an old window is shown until the next use.
import { callable } from '../check.js';
import { RateLimitExceeded } from '../errors.js';
import { type RateLimitOption, type ResolvedRateLimit, resolveRateLimit } from '../model/task-options.js';
import type { Engine } from './engine.js';

/** A rate limit for use in bodies; make one with `huey.rateLimit(options)`. */
export class RateLimit {
  readonly #engine: Engine;
  readonly #limit: ResolvedRateLimit;

  constructor(engine: Engine, options: RateLimitOption) {
    this.#engine = engine;
    this.#limit = resolveRateLimit(options);
  }

  get name(): string {
    return this.#limit.name;
  }

  /** Counts one use. @throws RateLimitExceeded if the window is used up; in a task, that makes it wait for the next. */
  async acquire(): Promise<void> {
    const exceeded = await countUse(this.#engine, this.#limit);
    if (exceeded !== undefined) throw exceeded;
  }

  /** Uses counted in the window that was last used, refused ones included. */
  async usage(): Promise<number> {
    return this.#engine.storage.rateUsage(this.name);
  }

  /** Forgets the count; false if there was none. */
  async reset(): Promise<boolean> {
    return this.#engine.storage.resetRate(this.name);
  }

  /** The same function, counted whenever it runs. */
  wrap<A extends unknown[], R>(body: (...args: A) => R | Promise<R>): (...args: A) => Promise<R> {
    callable('the function to wrap', body);
    return async (...args) => {
      await this.acquire();
      return body(...args);
    };
  }
}

/** Counts one use; returns the refusal if the window is used up. */
export async function countUse(
  engine: Engine,
  { name, limit, perMs, retry }: ResolvedRateLimit,
): Promise<RateLimitExceeded | undefined> {
  const now = engine.now();
  const count = await engine.storage.rate({ name, limit, windowMs: perMs, now });
  return count <= limit ? undefined : new RateLimitExceeded(name, perMs - (now % perMs), retry);
}
