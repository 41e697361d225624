// The clock of a test's environment: another clock, set forward by the time that was skipped. While a task is run by
// hand, whoever sleeps on it is woken at once, at the instant at which the sleep would have ended, earliest first; real
// time counts as well, so that a body that hangs runs into its timeout.
import { type Clock, host, sleepBy } from '../runtime.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  /** Takes the other clock's timer away. */
  cancel: () => void;
  /** Whether somebody sleeps on it, for whose sake time may be skipped. */
  readonly isSleep: boolean;
}

export class TestClock implements Clock {
  readonly #base: Clock;
  /** Those that have neither fired nor been cancelled, in the order in which they were set. */
  readonly #timers = new Set<Timer>();
  #skippedMs = 0;
  #skipping = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now() + this.#skippedMs;
  }

  monotonic(): number {
    return this.#base.monotonic() + this.#skippedMs;
  }

  timer(delayMs: number, callback: () => void): () => void {
    return this.#add(delayMs, callback, false);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy({ timer: (ms, callback) => this.#add(ms, callback, true) }, delayMs, signal);
  }

  soon(callback: () => void): void {
    this.#base.soon(callback);
  }

  /** Goes forward to an instant; whatever is due on the way happens at its time. Never goes back. */
  moveTo(at: number): void {
    for (;;) {
      const timer = earliest(this.#timers);
      if (timer === undefined || timer.at > at) break;
      this.#skipTo(timer.at);
      this.#fire(timer);
    }
    this.#skipTo(at);
  }

  /** Runs the function; until it has ended, sleeps take no time. */
  async skippingSleeps<T>(body: () => Promise<T>): Promise<T> {
    this.#skipping += 1;
    try {
      return await body();
    } finally {
      this.#skipping -= 1;
    }
  }

  #add(delayMs: number, callback: () => void, isSleep: boolean): () => void {
    const at = this.now() + Math.max(0, delayMs);
    const timer: Timer = { at, callback, cancel: () => {}, isSleep };
    timer.cancel = this.#base.timer(delayMs, () => this.#fire(timer));
    this.#timers.add(timer);
    if (isSleep && this.#skipping > 0) void this.#skipToNextSleep();
    return () => this.#remove(timer);
  }

  /**
   * Moves on to the sleep that ends first, stopping at each timer on the way: it may cut the sleep short, and so may
   * what is under way, a finished read of a file for instance.
   */
  async #skipToNextSleep(): Promise<void> {
    for (;;) {
      await host.turn();
      const next = earliest([...this.#timers].filter(({ isSleep }) => isSleep));
      if (this.#skipping === 0 || next === undefined) return;
      const first = earliest(this.#timers)!;
      this.moveTo(first.at);
      if (first === next) return;
    }
  }

  #fire(timer: Timer): void {
    if (this.#remove(timer)) timer.callback();
  }

  #remove(timer: Timer): boolean {
    timer.cancel();
    return this.#timers.delete(timer);
  }

  #skipTo(at: number): void {
    this.#skippedMs += Math.max(0, at - this.now());
  }
}

/** Of those due at the same instant, the one that was set first. */
function earliest(timers: Iterable<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer;
  return first;
}
