// How long an execution waits for its body: until it ends, its timeout is reached, or the worker is told to stop. A body
// that is waited for no longer goes on by itself, as nothing in JavaScript can end it; what becomes of it is ignored.
import { TaskTimeout } from '../errors.js';
import type { Clock } from '../runtime.js';
import type { Place } from './executing.js';

export class Patience {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #startedAt: number;
  #cancel: (() => void) | undefined;
  #expired: TaskTimeout | undefined;

  /** @param timeoutMs Counts from now; as in huey, zero is no timeout. */
  constructor(clock: Clock, timeoutMs = 0) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#startedAt = timeoutMs > 0 ? clock.monotonic() : 0;
  }

  /** What the body was given up with, if its timeout was reached. */
  get expired(): TaskTimeout | undefined {
    return this.#expired;
  }

  /** Waits for the body. @throws TaskTimeout; the reason of the place's stop signal; whatever the body does. */
  wait(body: PromiseLike<unknown>, place: Place): PromiseLike<unknown> {
    const { stop } = place;
    if (stop === undefined && this.#timeoutMs === 0) return body;
    return new Promise((resolve, reject) => {
      body.then(resolve, reject);
      if (stop !== undefined) place.interrupt = () => reject(stop.reason as Error);
      if (this.#timeoutMs > 0)
        this.#cancel = this.#clock.timer(this.#remainingMs(), () => {
          this.#expired = new TaskTimeout(this.#timeoutMs);
          reject(this.#expired);
        });
    });
  }

  /** Lets go of the timer. */
  end(): void {
    this.#cancel?.();
  }

  #remainingMs(): number {
    return this.#startedAt + this.#timeoutMs - this.#clock.monotonic();
  }
}
