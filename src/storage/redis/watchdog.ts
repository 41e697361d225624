// Sees to it that what was asked is answered: one timer for all questions that are open, since most calls must not cost
// a timer. It looks four times within the longest wait, so that a process which was itself held up reads the answers
// that have come before it complains of silence.
import type { Clock } from '../../runtime.js';

const LOOKS = 4;

/** States: idle, or watching as long as a question is open. */
export class Watchdog {
  readonly #clock: Pick<Clock, 'timer'>;
  readonly #longestMs: number;
  readonly #onSilence: () => void;
  #asked = 0;
  #answered = 0;
  /** How many had been asked at each of the last looks, the oldest first. */
  #looks: number[] = [];
  #cancel: (() => void) | undefined;

  /** @param onSilence Called when a question has been open for that long, or up to a quarter more. */
  constructor(clock: Pick<Clock, 'timer'>, longestMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#longestMs = longestMs;
    this.#onSilence = onSilence;
  }

  /** A question was asked; they are answered in their order. */
  ask(): void {
    this.#asked += 1;
    if (this.#cancel === undefined) this.#look();
  }

  /** A question was answered, or will never be. */
  answer(): void {
    this.#answered += 1;
  }

  /** Watches no longer, whatever is open. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#looks = [];
  }

  #look(): void {
    this.#looks.push(this.#asked);
    this.#cancel = this.#clock.timer(this.#longestMs / LOOKS, () => {
      if (this.#answered === this.#asked) return this.stop();
      const isSilent = this.#looks.length === LOOKS && this.#answered < this.#looks.shift()!;
      if (!isSilent) return this.#look();
      this.stop();
      this.#onSilence();
    });
  }
}
