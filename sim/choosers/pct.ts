// Probabilistic concurrency testing (Burckhardt and others, ASPLOS 2010): every actor has a random priority and the
// highest that is ready goes on; at d - 1 random turns the one that would go on falls below all others. A race that needs d
// orderings among n actors and k contested turns is found with a probability of at least 1 / (n * k^(d-1)) in each run.
import { integer } from '../../src/check.js';
import { keyedDraw } from '../kernel/keyed-random.js';
import type { Chooser } from './chooser.js';

/** What `pctChooser` takes. */
export interface PctOptions {
  /** How many orderings the race is thought to need. Default 3. */
  readonly depth?: number;
  /** About how many contested turns the run has: the falls are drawn among so many. Default 1,000. */
  readonly length?: number;
}

/**
 * Runs by priorities that depend on the seed and the actor's name alone, so an actor that is taken out of a scenario does
 * not change those of the others. Faults are drawn evenly.
 */
export function pctChooser(seed: number, options: PctOptions = {}): Chooser {
  const depth = integer('depth', options.depth, 3, 1);
  const length = integer('length', options.length, 1000, 1);
  const falls = fallsOf(seed, depth - 1, length);
  const priorities = new Map<string, number>();
  const priorityOf = (actor: string): number => {
    let priority = priorities.get(actor);
    if (priority === undefined) priorities.set(actor, (priority = keyedDraw(seed, actor, 0)));
    return priority;
  };
  let turns = 0;
  let faults = 0;
  return {
    choose(kind, n, key) {
      if (kind !== 'turn') return Math.floor(keyedDraw(seed, 'pct fault', (faults += 1)) * n);
      // Each fall goes deeper than those before. The first turn is not worth one: priorities are random as they are.
      if (falls.has((turns += 1))) priorities.set(key(highest(n, key, priorityOf)), -turns);
      return highest(n, key, priorityOf);
    },
  };
}

function highest(n: number, key: (index: number) => string, priorityOf: (actor: string) => number): number {
  let best = 0;
  let most = priorityOf(key(0));
  for (let index = 1; index < n; index += 1) {
    const priority = priorityOf(key(index));
    if (priority > most) [best, most] = [index, priority];
  }
  return best;
}

/** The turns, counted from 1, at which somebody falls: `count` different ones from 2 to `length`, fewer if it has fewer. */
function fallsOf(seed: number, count: number, length: number): ReadonlySet<number> {
  const falls = new Set<number>();
  const wanted = Math.min(count, length - 1);
  for (let draw = 0; falls.size < wanted; draw += 1)
    falls.add(2 + Math.floor(keyedDraw(seed, 'pct fall', draw) * (length - 1)));
  return falls;
}
