// The mode in which a consumer runs what is enqueued in virtual time: a simulation, with a journal of what happens in it.
import { engineOf, type Huey } from '../huey.js';
import { Simulation } from '../../sim/simulation.js';
import type { SimulationOptions } from '../../sim/simulation-options.js';
import type { AddRoute } from '../../sim/world/world.js';
import type { Awaitable } from '../storage/storage.js';
import { Journal } from './journal.js';
import { runWithin } from './scope.js';

/** A simulation that was entered; `leave` it, or let `await using` do so. */
export interface EnteredSimulation extends AsyncDisposable {
  readonly sim: Simulation;
  /** Stops the simulation and gives the Huey its own environment back. Leaving twice does nothing more. */
  leave(): Promise<void>;
}

/** Runs the function, and everything that it starts, in a simulation that no other code of this process lives in. */
export async function simulated<T>(
  huey: Huey,
  options: SimulationOptions,
  body: (sim: Simulation) => Awaitable<T>,
): Promise<T> {
  const engine = engineOf(huey);
  let route: Parameters<AddRoute>[0] | undefined;
  return runWithin(new Map([[engine, () => route?.()]]), async () => {
    const sim = await Simulation.start(huey, options, (asked) => {
      route = asked;
      // What the block leaves running stays in the simulated world, where nothing moves any more.
      return () => {};
    });
    const journal = new Journal(engine);
    try {
      return await body(sim);
    } finally {
      await sim.stop();
      journal.close();
    }
  });
}

/** Puts the Huey into a simulation for all code of this process. */
export async function enterSimulation(huey: Huey, options: SimulationOptions): Promise<EnteredSimulation> {
  const sim = await Simulation.start(huey, options);
  const journal = new Journal(engineOf(huey));
  const leave = async (): Promise<void> => {
    await sim.stop();
    journal.close();
  };
  return { sim, leave, [Symbol.asyncDispose]: leave };
}
