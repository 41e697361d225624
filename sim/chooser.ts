// Who goes next, when several could: the one source of interleavings. Never asked when there is no choice.
import type { Random } from '../src/runtime.js';

export interface Chooser {
  /** An index of at least 0 and below `count`, which is at least 2. */
  choose(count: number): number;
}

/** Always the one that became ready first. */
export const firstComeChooser: Chooser = { choose: () => 0 };

/** Any of them, drawn from a seeded source. */
export function randomChooser(random: Random): Chooser {
  return { choose: (count) => Math.floor(random.next() * count) };
}
