// How a run is steered, as plain data that a scenario carries: a strategy and a seed make a chooser.
import { checkOptionNames, expected } from '../../src/check.js';
import { seededRandom } from '../kernel/random.js';
import type { Chooser } from './chooser.js';
import { firstComeChooser } from './first-come.js';
import { type PctOptions, pctChooser } from './pct.js';
import { preemptiveChooser } from './preemption.js';
import { randomChooser } from './random.js';
import { roundRobinChooser } from './round-robin.js';
import { stickyChooser, type StickyOptions } from './sticky.js';

/** A strategy by its name, with its options if it has any. */
export type Strategy =
  | 'random'
  | 'sticky'
  | 'pct'
  | 'round-robin'
  | 'first-come'
  | 'serial'
  | ({ readonly kind: 'sticky' } & StickyOptions)
  | ({ readonly kind: 'pct' } & PctOptions);

const NAMES = ['random', 'sticky', 'pct', 'round-robin', 'first-come', 'serial'];
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  sticky: ['kind', 'switchRate'],
  pct: ['kind', 'depth', 'length'],
};

/**
 * Makes a fresh chooser: one for each run. The same strategy and seed give the same answers to the same questions.
 * @throws ConfigurationError for a strategy that is none, or an option that it does not have.
 */
export function chooserOf(strategy: Strategy, seed: number): Chooser {
  if (typeof strategy === 'string') return named(strategy, seed);
  const known = OPTIONS[strategy?.kind];
  if (known === undefined) throw unknown(strategy?.kind);
  checkOptionNames(strategy, known, `strategy ${strategy.kind}`);
  switch (strategy.kind) {
    case 'sticky':
      return stickyChooser(seededRandom(seed), strategy);
    case 'pct':
      return pctChooser(seed, strategy);
  }
}

function named(strategy: Strategy & string, seed: number): Chooser {
  switch (strategy) {
    case 'random':
      return randomChooser(seededRandom(seed));
    case 'sticky':
      return stickyChooser(seededRandom(seed));
    case 'pct':
      return pctChooser(seed);
    case 'round-robin':
      return roundRobinChooser();
    case 'first-come':
      return firstComeChooser;
    case 'serial':
      return preemptiveChooser([]);
    default:
      throw unknown(strategy);
  }
}

function unknown(strategy: unknown): Error {
  return expected('strategy', `one of ${NAMES.join(', ')}`, strategy);
}
