// Writes down what another chooser answers: as the plain list that `replayChooser` follows to the letter, and as the
// preemptions that set the run apart from a serial one.
import type { CandidateKey, ChoiceKind, Chooser, StepWatch } from './chooser.js';
import { type ContestedTurn, ContestedTurns, type Preemption } from './preemption.js';

/** One question with its answer. */
export interface RecordedChoice {
  readonly kind: ChoiceKind;
  readonly n: number;
  readonly answer: number;
}

/** Passes every question on, and remembers the answer. */
export class RecordingChooser implements Chooser {
  readonly #inner: Chooser;
  readonly #choices: RecordedChoice[] = [];
  readonly #contested: ContestedTurn[] = [];
  readonly #preemptions: Preemption[] = [];
  readonly #turns = new ContestedTurns();

  constructor(inner: Chooser) {
    this.#inner = inner;
  }

  get watch(): StepWatch | undefined {
    return this.#inner.watch;
  }

  choose(kind: ChoiceKind, n: number, key: CandidateKey): number {
    const answer = this.#inner.choose(kind, n, key);
    this.#choices.push({ kind, n, answer });
    this.#contested.push(this.#turns.name(kind, n, key));
    const preemption = this.#turns.explain(kind, key, answer);
    if (preemption !== undefined) this.#preemptions.push(preemption);
    return answer;
  }

  /** All choices so far: plain data. */
  get choices(): readonly RecordedChoice[] {
    return this.#choices;
  }

  /** All questions so far, in the terms of preemptions. */
  get contested(): readonly ContestedTurn[] {
    return this.#contested;
  }

  /** What makes a `preemptiveChooser` answer the same questions in the same way: plain data, empty after a serial run. */
  get preemptions(): readonly Preemption[] {
    return this.#preemptions;
  }
}
