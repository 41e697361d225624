// A clock that moves only when told. A sleep is over at once and takes no time ("a blocking read waits in private
// time"); timers never come due.
import { CorpusError } from './corpus.js';
import type { PlayClock } from './play-clock.js';

/** Time stands still: whoever waits this often waits for ever. */
const MOST_SLEEPS = 100_000;

export class StillClock implements PlayClock {
  readonly start: number;
  #now: number;
  #sleeps = 0;

  /** @param start Instant 0 of the scenario, in epoch milliseconds. */
  constructor(start: number) {
    this.start = start;
    this.#now = start;
  }

  /** Seconds since the start, exact to the millisecond. */
  get seconds(): number {
    return this.secondsAt(this.#now);
  }

  /** The scenario's reading of an instant in epoch milliseconds. */
  secondsAt(instant: number): number {
    return (instant - this.start) / 1000;
  }

  /** The instant, in epoch milliseconds, that a scenario calls so many seconds. */
  instantAt(seconds: number): number {
    return this.start + Math.round(seconds * 1000);
  }

  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
  }

  block(milliseconds: number): Promise<void> {
    return this.pass(milliseconds);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  async sleep(): Promise<void> {
    this.#sleeps += 1;
    if (this.#sleeps > MOST_SLEEPS) throw new CorpusError('a step waits for ever; give it a timeout');
  }

  timer(): () => void {
    return () => {};
  }

  soon(callback: () => void): void {
    queueMicrotask(callback);
  }
}
