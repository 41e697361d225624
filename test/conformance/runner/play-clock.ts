// The clock that a scenario is played on: one that stands still until it is told, or that of a simulation.
import type { Clock } from '../../../src/runtime.js';

export interface PlayClock extends Clock {
  /** Instant 0 of the scenario, in epoch milliseconds. */
  readonly start: number;
  /** Seconds since the start, exact to the millisecond. */
  readonly seconds: number;
  /** The scenario's reading of an instant in epoch milliseconds. */
  secondsAt(instant: number): number;
  /** The instant, in epoch milliseconds, that a scenario calls so many seconds. */
  instantAt(seconds: number): number;
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
  /** Lets so many milliseconds pass as a body does that blocks its process: nothing else goes on in it meanwhile. */
  block(milliseconds: number): Promise<void>;
}
