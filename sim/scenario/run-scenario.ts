// Runs a scenario to its end, and complains of what is wrong with it.
import { checkOptionNames } from '../../src/check.js';
import { appOf, nameOf, type Subject } from './app.js';
import { conduct, isFailure, RUN_OPTIONS, type RunOptions, type ScenarioRun } from './conduct.js';
import { checkScenario, type Scenario } from './scenario.js';
import { RunFailure } from './run-failure.js';

/**
 * Runs a scenario on an app of its own to its end, and passes both verdicts: the invariants, on every event; and that
 * everything ends, when nothing goes wrong any more.
 * @throws RunFailure if an invariant is violated, or if the app, an observer or the simulation itself throws.
 */
export async function runScenario(
  scenario: Scenario,
  subject: Subject,
  options: RunOptions = {},
): Promise<ScenarioRun> {
  checkOptionNames(options, RUN_OPTIONS, 'runScenario');
  checkScenario(scenario);
  const run = await conduct(scenario, appOf(subject), options);
  if (isFailure(run)) throw new RunFailure(nameOf(subject), run);
  return run;
}
