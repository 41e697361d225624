// What the kernel is made of.
import type { Chooser } from '../choosers/chooser.js';
import type { Waiter } from './waiter.js';

/** What `Kernel` takes. */
export interface KernelOptions {
  /** Epoch milliseconds at the start. */
  readonly start: number;
  readonly chooser: Chooser;
  /** Steps at one instant after which the run counts as a livelock. */
  readonly maxStepsPerInstant: number;
  /** Whether tasks are running whose bodies may wait for something outside of virtual time. */
  readonly isBusy: () => boolean;
  /** How long, in real milliseconds, virtual time waits for such a body before it moves on. */
  readonly patienceMs: number;
  /** Told of every step before it is made. */
  readonly onStep?: (waiter: Waiter) => void;
}
