// The smallest world there is to choose in: actors with names and so many steps each, all ready until they have made them.
import type { CandidateKey, ChoiceKind, Chooser } from '../../../sim/choosers/chooser.js';

/** The order in which the actors make their steps: `abba` for a, then b twice, then a. Asks only when there is a choice. */
export function order(chooser: Chooser, steps: Readonly<Record<string, number>>): string {
  const left = new Map(Object.entries(steps));
  const ready = [...left.keys()];
  let made = '';
  while (ready.length > 0) {
    const index = ready.length === 1 ? 0 : chooser.choose('turn', ready.length, (at) => ready[at]!);
    const [actor = `?${index}`] = ready.splice(index, 1);
    made += actor;
    left.set(actor, left.get(actor)! - 1);
    // Whoever has made a step is ready again at the end of the line.
    if (left.get(actor)! > 0) ready.push(actor);
  }
  return made;
}

export interface Question {
  readonly kind: ChoiceKind;
  readonly names: readonly string[];
}

/** The answers to a list of questions. */
export function answers(chooser: Chooser, questions: readonly Question[]): number[] {
  return questions.map(({ kind, names }) => {
    const key: CandidateKey = (index) => names[index]!;
    return chooser.choose(kind, names.length, key);
  });
}
