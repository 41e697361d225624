// The order of a run without preemptions: an actor goes on as long as it can, then comes the one that has been ready
// longest. Only contested turns are known here, as a chooser is not asked about the others.
import type { CandidateKey } from './chooser.js';

/** Remembers whose turn it was. */
export class SerialOrder {
  #current: string | undefined;

  /** Which candidate, if any, is the actor that had the last contested turn. */
  indexOfCurrent(n: number, key: CandidateKey): number | undefined {
    if (this.#current === undefined) return undefined;
    for (let index = 0; index < n; index += 1) if (key(index) === this.#current) return index;
    return undefined;
  }

  /** Whose turn it is in a serial run. */
  next(n: number, key: CandidateKey): number {
    return this.indexOfCurrent(n, key) ?? 0;
  }

  /** Takes note of who has got the turn. */
  went(actor: string): void {
    this.#current = actor;
  }
}
