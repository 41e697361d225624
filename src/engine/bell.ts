// Lets a sleeper be woken. A ring that comes while nobody sleeps is remembered, so none is missed between two looks.
import type { Clock } from '../runtime.js';

export class Bell {
  #sleeper: AbortController | undefined;
  #rang = false;

  /** Wakes whoever sleeps, or the next who wants to. */
  ring(): void {
    this.#rang = true;
    this.#sleeper?.abort();
  }

  /** Sleeps until the time has passed, or the bell rings; true if it rang. */
  async sleep(clock: Clock, delayMs: number): Promise<boolean> {
    if (!this.#rang) {
      this.#sleeper = new AbortController();
      await clock.sleep(delayMs, this.#sleeper.signal);
      this.#sleeper = undefined;
    }
    const rang = this.#rang;
    this.#rang = false;
    return rang;
  }
}
