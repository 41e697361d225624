// The pause after a look that found nothing, or a try that failed: longer each time, up to a limit, until one succeeds.

/** How long to wait, in milliseconds. */
export interface PauseOptions {
  readonly initialDelayMs: number;
  /** What it is multiplied by each time. */
  readonly backoff: number;
  readonly maxDelayMs: number;
}

/** After a failure: 100ms, then twice as long each time, up to 10s. */
export const AFTER_FAILURE: PauseOptions = { initialDelayMs: 100, backoff: 2, maxDelayMs: 10_000 };

export class GrowingPause {
  readonly #options: PauseOptions;
  #delayMs: number;

  constructor(options: PauseOptions) {
    this.#options = options;
    this.#delayMs = options.initialDelayMs;
  }

  /** Begins anew with the shortest. */
  reset(): void {
    this.#delayMs = this.#options.initialDelayMs;
  }

  /** The next pause, in milliseconds. */
  next(): number {
    const { backoff, maxDelayMs } = this.#options;
    const pauseMs = Math.min(this.#delayMs, maxDelayMs);
    this.#delayMs = Math.min(pauseMs * backoff, maxDelayMs);
    return pauseMs;
  }
}
