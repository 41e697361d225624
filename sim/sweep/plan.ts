// One run as plain data: nodes, commands, faults, the way to the storage, and who goes on when. Whatever is taken out of
// it leaves a plan; so a failing one can be made smaller by anybody who knows nothing of tasks.
import type { Huey } from '../../src/huey.js';
import type { Random } from '../../src/runtime.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Strategy } from '../choosers/strategy.js';
import type { NetworkOptions } from '../faults.js';
import type { SimulatedConsumer } from '../simulation-options.js';
import type { Plain } from '../trace/trace-header.js';

/** One call of a command of the app, so many milliseconds after the start. */
export interface PlannedCommand {
  readonly atMs: number;
  readonly command: string;
  readonly args: readonly Plain[];
}

/** What is done to a node, so many milliseconds after the start. A fault that makes no sense where it comes does nothing. */
export interface PlannedFault {
  readonly atMs: number;
  readonly fault: 'crash' | 'restart' | 'pause' | 'resume' | 'partition' | 'heal' | 'skew' | 'shutdown';
  readonly node: string;
  /** With `skew`: how far the clock is ahead from then on. */
  readonly aheadMs?: number;
}

/** Everything that a run is made of, but for the code. */
export interface Plan {
  readonly seed: number;
  readonly nodes: readonly (SimulatedConsumer & { readonly name: string })[];
  readonly commands: readonly PlannedCommand[];
  readonly faults: readonly PlannedFault[];
  readonly network?: NetworkOptions;
  readonly strategy: Strategy;
}

/** A Huey with its tasks, fresh for each run, and what can be done with it by name. */
export interface App {
  readonly huey: Huey;
  readonly commands: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Called when everything has ended; throws if something of the app's own is not as it must be. */
  readonly verify?: () => unknown;
}

/** What can be swept: an app, and how a plan for it is drawn. */
export interface SweepScenario {
  readonly name: string;
  /** Makes the app anew. */
  readonly app: () => App;
  /** Makes the storage of a run. Default: an empty one in memory. */
  readonly storage?: () => Storage;
  /** Draws everything but the seed and the strategy. */
  readonly plan: (random: Random) => Omit<Plan, 'seed' | 'strategy'>;
}
