// What can be swept: an app, and how a scenario for it is drawn.
import type { Random } from '../../src/runtime.js';
import { appOf, type MakeApp, nameOf, type Subject } from '../scenario/app.js';
import { isDisturbance } from '../scenario/deeds.js';
import { keyedRandom } from '../kernel/keyed-random.js';
import { checkScenario, type Scenario } from '../scenario/scenario.js';
import type { Strategy } from '../choosers/strategy.js';

/** A subject with scenarios of its own. */
export interface Sweep {
  readonly name: string;
  /** Makes the app anew for each run. */
  readonly app: MakeApp;
  /** Draws a scenario. The seed, and who goes on, are the sweep's. */
  readonly draw: (random: Random) => Scenario;
}

/** What decides about a scenario beside the seed. */
export interface ScenarioOptions {
  /** How it is decided who goes on. Default: random, sticky and PCT in turn. */
  readonly strategy?: Strategy;
  /** Whether anything goes wrong: mishaps of the network, and commands by which nodes suffer. Default true. */
  readonly faults?: boolean;
}

const STRATEGIES: readonly Strategy[] = ['random', 'sticky', 'pct'];

/** Makes a sweep of what has no scenarios of its own: the story is told in its code. */
export function sweepOf(checked: Sweep | Subject): Sweep {
  if ('draw' in checked) return checked;
  return { name: nameOf(checked), app: appOf(checked), draw: () => ({ commands: [] }) };
}

/**
 * The scenario that a seed makes: in the end a random core of the nodes is healed, if it says nothing else.
 * @throws ConfigurationError for one that makes no sense.
 */
export function scenarioFor(
  checked: Sweep | Subject,
  seed: number,
  { strategy = STRATEGIES[seed % STRATEGIES.length]!, faults = true }: ScenarioOptions = {},
): Scenario {
  const drawn = sweepOf(checked).draw(keyedRandom(seed, 'scenario'));
  const scenario: Scenario = { ending: 'core', budget: '30m', strategy, ...drawn, seed };
  checkScenario(scenario);
  if (faults) return scenario;
  const { network: _, ...calm } = scenario;
  return { ...calm, commands: calm.commands.filter((command) => !isDisturbance(command)) };
}
