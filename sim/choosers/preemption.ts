// A run as its differences from a serial one. A preemption is tied to an actor and the count of its own turns, not to the
// run as a whole, so that it still means the same when something else is taken out of the scenario.
import { expected } from '../../src/check.js';
import type { CandidateKey, ChoiceKind, Chooser } from './chooser.js';
import { SerialOrder } from './serial-order.js';

/** Plain data: at its `at`-th contested turn the actor has to wait for another, or the fault happens. */
export interface Preemption {
  /** Default `turn`. */
  readonly kind?: ChoiceKind;
  /** Whose turn it would be, or whom the fault hits. */
  readonly actor: string;
  /** Which of its questions of this kind, counted from 0: those in which the turn would be its, or that are about it. */
  readonly at: number;
  /** Which of the others instead, counted from 0 in the order in which they became ready; too large a one goes round. Default 0. */
  readonly pick?: number;
}

/** A question, as a preemption names it. */
export interface ContestedTurn {
  readonly kind: ChoiceKind;
  readonly actor: string;
  readonly at: number;
  /** How many could be picked instead. */
  readonly others: number;
}

/** Counts, for every actor, how often it would have had a contested turn. */
export class ContestedTurns {
  readonly #order = new SerialOrder();
  readonly #counts = new Map<string, number>();
  #serial = 0;
  #actor = '';
  #at = 0;

  /** Looks at the next question: whose turn it is in a serial run, and for which time. */
  #face(kind: ChoiceKind, n: number, key: CandidateKey): void {
    this.#serial = kind === 'turn' ? this.#order.next(n, key) : 0;
    this.#actor = key(this.#serial);
    const counted = nameOf(kind, this.#actor);
    this.#at = this.#counts.get(counted) ?? 0;
    this.#counts.set(counted, this.#at + 1);
  }

  /** The question in the terms of a preemption. */
  name(kind: ChoiceKind, n: number, key: CandidateKey): ContestedTurn {
    this.#face(kind, n, key);
    return { kind, actor: this.#actor, at: this.#at, others: n - 1 };
  }

  /** The preemption that leads to the answer of the question that was named; undefined for the serial one. */
  explain(kind: ChoiceKind, key: CandidateKey, answer: number): Preemption | undefined {
    if (kind === 'turn') this.#order.went(key(answer));
    if (answer === this.#serial) return undefined;
    const pick = answer < this.#serial ? answer : answer - 1;
    const actor = this.#actor;
    return { ...(kind !== 'turn' && { kind }), actor, at: this.#at, ...(pick > 0 && { pick }) };
  }

  /** The answer that `preempted` leads to: given what turn it is, it tells which of the others goes on, if any. */
  answer(
    kind: ChoiceKind,
    n: number,
    key: CandidateKey,
    preempted: (kind: ChoiceKind, actor: string, at: number) => number | undefined,
  ): number {
    this.#face(kind, n, key);
    const pick = preempted(kind, this.#actor, this.#at);
    const other = pick === undefined ? 0 : pick % (n - 1);
    const answer = pick === undefined ? this.#serial : other < this.#serial ? other : other + 1;
    if (kind === 'turn') this.#order.went(key(answer));
    return answer;
  }
}

/**
 * Makes the serial run with these preemptions; an empty list is a serial run. Those that never come up do nothing, so any part
 * of a list is a list.
 */
export function preemptiveChooser(preemptions: readonly Preemption[]): Chooser {
  const picks = new Map<string, number>();
  for (const [index, preemption] of preemptions.entries()) {
    const { kind = 'turn', actor, at, pick = 0 } = preemption;
    if (![at, pick].every((count) => Number.isInteger(count) && count >= 0))
      throw expected(
        `preemptions[${index}]`,
        'one whose `at` and `pick` are integers of at least 0',
        preemption,
      );
    picks.set(`${nameOf(kind, actor)} ${at}`, pick);
  }
  const turns = new ContestedTurns();
  const pickAt = (kind: ChoiceKind, actor: string, at: number): number | undefined =>
    picks.size === 0 ? undefined : picks.get(`${nameOf(kind, actor)} ${at}`);
  return { choose: (kind, n, key) => turns.answer(kind, n, key, pickAt) };
}

function nameOf(kind: ChoiceKind, actor: string): string {
  return kind === 'turn' ? actor : `${kind} ${actor}`;
}
