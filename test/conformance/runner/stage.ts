// Where a scenario is played: what time it is there, where its storage is, and whose turn it is to act.
import type { Execution } from '../../../src/engine/execute.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { PlayClock } from './play-clock.js';
import { StillClock } from './still-clock.js';

export interface Stage {
  readonly clock: PlayClock;
  /** Makes the storage, each time that the Huey wants one. */
  readonly storage: () => Storage;
  /** Has a step of the scenario performed. */
  readonly act: <R>(step: () => Promise<R>) => Promise<R>;
  /** Has a worker run a delivery. */
  readonly work: (run: () => Promise<Execution>) => Promise<Execution>;
}

/** In this very process, where time stands still. */
export function plainStage(start: number, storage: () => Storage): Stage {
  return { clock: new StillClock(start), storage, act: (step) => step(), work: (run) => run() };
}
