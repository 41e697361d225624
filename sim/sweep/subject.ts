// What a sweep runs: a scenario, whose plans are plain data, or a function that makes a simulation of its own.
import type { Huey } from '../../src/huey.js';
import { keyedRandom } from '../keyed-random.js';
import type { Simulation } from '../simulation.js';
import type { SimulationOptions } from '../simulation-options.js';
import type { Strategy } from '../choosers/strategy.js';
import { Conduct, type ConductOptions, type RunReport } from './conduct.js';
import type { Plan, SweepScenario } from './plan.js';

/** What a function that is swept is given. */
export interface CheckedRun {
  readonly seed: number;
  /**
   * Starts the simulation, once; the sweep ends it, when the function has returned and the verdicts are passed. Seed,
   * strategy and observer are the sweep's.
   */
  start(huey: Huey, options?: SimulationOptions): Promise<Simulation>;
}

/** A function that makes one run: it starts a simulation, does something, and may throw. */
export type CheckedFunction = (run: CheckedRun) => void | PromiseLike<void>;

/** Draws plans, and runs them. */
export interface Subject {
  readonly name: string;
  /** The plan of a seed. */
  plan(seed: number, strategy: Strategy): Plan;
  run(plan: Plan, options: ConductOptions): Promise<RunReport>;
}

/** The subject behind a scenario or a function. */
export function subjectOf(checked: SweepScenario | CheckedFunction): Subject {
  return typeof checked === 'function' ? functionSubject(checked) : scenarioSubject(checked);
}

function scenarioSubject(scenario: SweepScenario): Subject {
  return {
    name: scenario.name,
    plan: (seed, strategy) => ({ ...scenario.plan(keyedRandom(seed, 'plan')), seed, strategy }),
    async run(plan, options) {
      const conduct = new Conduct(plan, options);
      await conduct.attempt(async () => {
        const app = scenario.app();
        const { storage } = scenario;
        await conduct.start(app.huey, storage === undefined ? {} : { storage });
        await conduct.carryOut(app);
        await conduct.verdict();
        await app.verify?.();
      });
      return conduct.end();
    },
  };
}

/** Its nodes, commands and faults are in the code: only who goes on can be made simpler. */
function functionSubject(check: CheckedFunction): Subject {
  return {
    name: check.name || 'check',
    plan: (seed, strategy) => ({ seed, strategy, nodes: [], commands: [], faults: [] }),
    async run(plan, options) {
      const conduct = new Conduct(plan, options);
      await conduct.attempt(async () => {
        await check({ seed: plan.seed, start: (huey, given) => conduct.start(huey, given) });
        await conduct.verdict();
      });
      return conduct.end();
    },
  };
}
