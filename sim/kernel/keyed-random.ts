// Chance that is tied to whom it is for. Each draw is a pure function of the seed, a name and how often that name has
// drawn, so taking an actor, or one of its commands, out of a scenario does not change what is drawn for the others.
import type { Random } from '../../src/runtime.js';
import { finished, mixed, textHash, upperHalf } from './stable-hash.js';

/** The `count`-th number, counted from 0, for that name: of at least 0 and below 1. */
export function keyedDraw(seed: number, name: string, count: number): number {
  return draw(base(seed, name), count);
}

/**
 * The numbers for one name, one after the other. Name the actor and the purpose, as `worker-1 latency`: two sources of the
 * same name and seed give the same numbers.
 */
export function keyedRandom(seed: number, name: string): Random {
  const start = base(seed, name);
  let count = 0;
  return {
    next() {
      count += 1;
      return draw(start, count - 1);
    },
  };
}

function base(seed: number, name: string): number {
  return mixed(mixed(textHash(name), seed | 0), upperHalf(seed));
}

function draw(start: number, count: number): number {
  return (finished(mixed(mixed(start, count | 0), upperHalf(count))) >>> 0) / 2 ** 32;
}
