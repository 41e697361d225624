// A story written by hand: who goes on, choice by choice.
import { expected } from '../../src/check.js';
import { SimulationError } from '../simulation-error.js';
import type { CandidateKey, Chooser } from './chooser.js';

/**
 * Answers with the steps in order, whatever is asked; each is an index, or the name of the actor that goes on. After the last,
 * answers plainly.
 * @throws SimulationError at a step that names nobody who could go on.
 */
export function scriptedChooser(steps: readonly (number | string)[]): Chooser {
  for (const [index, step] of steps.entries())
    if (typeof step !== 'string' && !(Number.isInteger(step) && step >= 0))
      throw expected(`steps[${index}]`, 'an index or the name of an actor', step);
  let position = 0;
  return {
    choose(_kind, n, key) {
      const step = steps[position];
      position += 1;
      return step === undefined ? 0 : candidateNamed(step, position - 1, n, key);
    },
  };
}

function candidateNamed(step: number | string, position: number, n: number, key: CandidateKey): number {
  const names = Array.from({ length: n }, (_, index) => key(index));
  const found = typeof step === 'number' ? step : names.indexOf(step);
  if (found >= 0 && found < n) return found;
  throw new SimulationError(
    `expected step ${position} of the script to be one of the ${n} candidates ${names.join(', ')}, got ${step}`,
  );
}
