// What ends a simulation that cannot go on, or that is asked for what cannot be.
import { HueyError } from '../src/errors.js';

/** The simulation cannot go on: it is stuck, it has ended, or it is not the run that it was said to be. */
export class SimulationError extends HueyError {
  override name = 'SimulationError';
}
