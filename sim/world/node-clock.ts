// The clock of one simulated process: so far ahead of true time, or behind it, and so much faster, or slower. It shows
// whole milliseconds, as a real one does; what it measures (`elapsedAt`) never jumps when it is set.

/** States: it can be set and its rate be changed at any instant; what was measured before stays as it was. */
export class NodeClock {
  #offsetMs: number;
  /** How much faster than true time it is: 1 is exact. */
  #rate = 1;
  /** What it would show without the offset, at the instant of true time at which the rate was changed last. */
  #base: number;
  #since: number;

  constructor(start: number, offsetMs = 0) {
    this.#base = start;
    this.#since = start;
    this.#offsetMs = offsetMs;
  }

  /** How far ahead it is at that instant of true time, in milliseconds. */
  aheadAt(instant: number): number {
    return this.at(instant) - instant;
  }

  /** What it shows at an instant of true time. */
  at(instant: number): number {
    if (this.#rate === 1 && this.#base === this.#since) return instant + this.#offsetMs;
    return Math.floor(this.elapsedAt(instant) + this.#offsetMs);
  }

  /** Milliseconds by its own measure, up to an instant of true time. */
  elapsedAt(instant: number): number {
    return this.#base + (instant - this.#since) * this.#rate;
  }

  /** How long what takes so long by this clock takes in true time. */
  realDelay(delayMs: number): number {
    return this.#rate === 1 ? delayMs : delayMs / this.#rate;
  }

  /** Sets it: from that instant of true time on so far ahead, and that much faster. */
  set(instant: number, offsetMs: number, rate: number): void {
    this.#base = this.elapsedAt(instant);
    this.#since = instant;
    this.#offsetMs = offsetMs - (this.#base - instant);
    this.#rate = rate;
  }
}
