// A fingerprint of a run that grows with each event: two runs have the same one after n events, but for a chance of
// 2^-64, only if these were the same n events. Two lanes of 32 bits take, in this order, the lower and the upper half of
// the time, then the hashes of kind, node, actor, op and task (0 if absent); names and details are not part of it.
import { finished, mixed, upperHalf } from '../kernel/stable-hash.js';

/** What makes the second lane differ from the first. */
const TWIST = 0x9e3779b9 | 0;
const DIGITS = /^[0-9a-f]{16}$/;

/** States: it only ever takes more in. Before the first event it is `0000000000000000`. */
export class RollingHash {
  #left = 0;
  #right = 0;

  /** Takes in an event: its time, in epoch milliseconds, and the `textHash` of each of its parts. */
  add(at: number, kind: number, node: number, actor: number, op: number, task: number): void {
    this.#word(at | 0);
    this.#word(upperHalf(at));
    this.#word(kind);
    this.#word(node);
    this.#word(actor);
    this.#word(op);
    this.#word(task);
    // Both lanes take the same words: without this they would tell the same pairs of runs apart.
    const left = finished(this.#left ^ (this.#right >>> 1));
    this.#right = finished(this.#right ^ (left << 1));
    this.#left = left;
  }

  /** Sixteen hexadecimal digits. */
  get digits(): string {
    return hex(this.#left) + hex(this.#right);
  }

  /** Goes on from the digits that another one has shown; false, and as before, if they are none. */
  resume(digits: string): boolean {
    if (!DIGITS.test(digits)) return false;
    this.#left = Number.parseInt(digits.slice(0, 8), 16) | 0;
    this.#right = Number.parseInt(digits.slice(8), 16) | 0;
    return true;
  }

  #word(word: number): void {
    this.#left = mixed(this.#left, word);
    this.#right = mixed(this.#right, word ^ TWIST);
  }
}

/** The two digits of every byte: a number above 2^30 is written by the host as a fraction might be, many times slower. */
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(word: number): string {
  return (
    BYTES[word >>> 24]! + BYTES[(word >>> 16) & 0xff]! + BYTES[(word >>> 8) & 0xff]! + BYTES[word & 0xff]!
  );
}
