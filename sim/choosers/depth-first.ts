// All runs, one after the other: the choices of a scenario form a tree, and each run is one path from its root to a leaf.
// The next run repeats all but the last choice that has an alternative left, and takes that alternative. So no path is taken
// twice and none is left out, but for those that the bounds cut off; `complete` tells whether they cut off any.
import { integer } from '../../src/check.js';
import { SimulationError } from '../simulation-error.js';
import type { CandidateKey, ChoiceKind, Chooser } from './chooser.js';
import { SerialOrder } from './serial-order.js';

/** What `DepthFirstChooser` takes. */
export interface DepthFirstOptions {
  /** How many choices of a run are tried out; later ones are answered plainly. Default 10,000. */
  readonly depth?: number;
  /** How often a run may take the turn from an actor that could go on. Default: without limit. */
  readonly preemptions?: number;
}

interface Level {
  readonly kind: ChoiceKind;
  readonly n: number;
  /** The answers that are tried, the plain one first. */
  readonly answers: readonly number[];
  /** Which of them this run takes. */
  at: number;
}

/** States: new -> (begin -> in a run) repeated -> done, when begin answers false. */
export class DepthFirstChooser implements Chooser {
  readonly #depth: number;
  readonly #preemptions: number;
  #path: Level[] = [];
  #runs = 0;
  #answers: number[] = [];
  #spent = 0;
  #order = new SerialOrder();
  #complete = true;

  constructor(options: DepthFirstOptions = {}) {
    this.#depth = integer('depth', options.depth, 10_000, 1);
    this.#preemptions =
      options.preemptions === undefined ? Infinity : integer('preemptions', options.preemptions, 0, 0);
  }

  /** How many runs have begun. */
  get runs(): number {
    return this.#runs;
  }

  /** Whether the bounds have cut off nothing so far: at the end, whether all interleavings have been run. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Begins the next run; false, when all have been made. */
  begin(): boolean {
    if (this.#runs > 0 && !this.#turnBack()) return false;
    this.#runs += 1;
    this.#answers = [];
    this.#spent = 0;
    this.#order = new SerialOrder();
    return true;
  }

  choose(kind: ChoiceKind, n: number, key: CandidateKey): number {
    if (this.#runs === 0) throw new SimulationError('expected begin() before the first choice of a run');
    const index = this.#answers.length;
    const serial = kind === 'turn' ? this.#order.indexOfCurrent(n, key) : undefined;
    const choice = index < this.#depth ? this.#answer(index, kind, n, serial) : this.#plain(serial);
    if (serial !== undefined && choice !== serial) this.#spent += 1;
    if (kind === 'turn') this.#order.went(key(choice));
    this.#answers.push(choice);
    return choice;
  }

  /** The answers of this run so far, by index: what `scriptedChooser` takes to make the same run again. */
  get answers(): readonly number[] {
    return this.#answers;
  }

  #answer(index: number, kind: ChoiceKind, n: number, serial: number | undefined): number {
    let level = this.#path[index];
    if (level === undefined)
      this.#path.push((level = { kind, n, answers: this.#alternatives(n, serial), at: 0 }));
    if (level.kind !== kind || level.n !== n) throw strayed(index, level, `${n} (${kind})`);
    return level.answers[level.at]!;
  }

  #alternatives(n: number, serial: number | undefined): number[] {
    const first = serial ?? 0;
    if (serial !== undefined && this.#spent >= this.#preemptions) {
      this.#complete = false;
      return [first];
    }
    return [first, ...Array.from({ length: n }, (_, index) => index).filter((index) => index !== first)];
  }

  #plain(serial: number | undefined): number {
    this.#complete = false;
    return serial ?? 0;
  }

  #turnBack(): boolean {
    const next = this.#path[this.#answers.length];
    if (next !== undefined) throw strayed(this.#answers.length, next, 'the end of the run');
    for (;;) {
      const last = this.#path.at(-1);
      if (last === undefined) return false;
      last.at += 1;
      if (last.at < last.answers.length) return true;
      this.#path.pop();
    }
  }
}

function strayed(index: number, before: Level, got: string): SimulationError {
  return new SimulationError(
    `expected choice ${index} to be about ${before.n} (${before.kind}) as in the run before, got ${got}; ` +
      'something in the scenario is not decided by the choices: real time, real chance, or what an earlier run left behind',
  );
}
