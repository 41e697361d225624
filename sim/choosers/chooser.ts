// The one source of choices of a run. Whoever could go on next, and whatever may or may not go wrong, is asked here;
// the same answers give the same run. It is never asked when there is no choice.
import type { Waiter } from '../kernel/waiter.js';

/**
 * What is asked. `turn`: which of the actors that are ready goes on. `fault`: which of several things happens to an
 * actor. The answer 0 is always the plain one: who has been ready longest; nothing out of the ordinary.
 */
export type ChoiceKind = 'turn' | 'fault';

/**
 * Names a candidate, by its index: the actor that would go on, or the actor that the fault would hit. Two candidates may
 * have the same name. A name stays the same for the whole run, and in other runs of the same scenario.
 */
export type CandidateKey = (index: number) => string;

/** Told of everything that a reduction needs to know: which steps there are, and where they come from. */
export interface StepWatch {
  /** Somebody waits from now on. */
  created(waiter: Waiter): void;
  /** Somebody who was ready is so no longer, and was not resumed. */
  cancelled(waiter: Waiter): void;
  /** A step is about to be chosen among these, be it only one. */
  choosing(ready: readonly Waiter[]): void;
  /** This one goes on. */
  stepping(waiter: Waiter): void;
  /** Something was drawn from the ids, or the chance, that the parts of a process share. */
  drew(process: string): void;
  /** A handler of the user's was called. */
  called(): void;
}

/** Guarantee of every chooser here: its answers depend on what it was made of and on the questions alone. */
export interface Chooser {
  /** Answers an integer of at least 0 and below `n`. `n` is at least 2. */
  choose(kind: ChoiceKind, n: number, key: CandidateKey): number;
  /** If there is one, it is told of each step. */
  readonly watch?: StepWatch | undefined;
}
