// The code that a scenario works on: a Huey with its tasks, and what the scenario names besides. Data and code meet
// here, by name.
import type { Huey } from '../../src/huey.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Simulation } from '../simulation.js';
import type { SimulationOptions } from '../simulation-options.js';

/** What a scenario may call by name, beside tasks: chords, pipelines, whatever a producer does. */
export type Action = (...args: never[]) => unknown;

/** Made anew for each run. */
export interface App {
  readonly huey: Huey;
  /** What `action` commands call. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** How to make the storages that scenarios name. Default: `memory` is there. */
  readonly storages?: Readonly<Record<string, () => Storage>>;
  /** Called when everything has ended; throws if something of the app's own is not as it must be. */
  readonly verify?: () => unknown;
}

/** One run, for code that makes it by itself. */
export interface RunStart {
  readonly seed: number;
  /**
   * Starts the simulation, once; it ends when the verdicts are passed. What the scenario says holds, and these options
   * where it says nothing.
   */
  start(huey: Huey, options?: SimulationOptions): Promise<Simulation>;
}

/** Makes the app of a run; or starts the simulation, tells the story in code, and throws if something is wrong. */
export type MakeApp = (run: RunStart) => App | void | PromiseLike<App | void>;

/** What is run: an app, or what has one. */
export type Subject = MakeApp | { readonly name?: string; readonly app: MakeApp };

/** How the app of a subject is made. */
export function appOf(subject: Subject): MakeApp {
  return typeof subject === 'function' ? subject : subject.app;
}

/** What a subject is called: by its own name, or that of its function. */
export function nameOf({ name }: Subject): string {
  return name === undefined || name === '' ? 'app' : name;
}
