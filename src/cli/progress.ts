// How far a long command has come, on a terminal only: one line, drawn over itself a few times a second.
import type { Host } from './host.js';

const REDRAW_MS = 100;

/** States: drawn any number of times -> done. Short work shows nothing. */
export class Progress {
  readonly #host: Host;
  readonly #what: string;
  readonly #total: number;
  #done = 0;
  #drawAt: number;
  #isDrawn = false;

  constructor(host: Host, what: string, total: number) {
    this.#host = host;
    this.#what = what;
    this.#total = total;
    this.#drawAt = host.runtime.clock.monotonic() + REDRAW_MS;
  }

  /** Counts one more. */
  step(): void {
    this.#done += 1;
    const now = this.#host.runtime.clock.monotonic();
    if (!this.#host.stderr.isTTY || now < this.#drawAt) return;
    this.#drawAt = now + REDRAW_MS;
    this.#isDrawn = true;
    this.#host.stderr.write(`\r${this.#what} ${this.#done} of ${this.#total}`);
  }

  /** Takes the line away. */
  finish(): void {
    if (this.#isDrawn) this.#host.stderr.write('\r\u001B[K');
  }
}
