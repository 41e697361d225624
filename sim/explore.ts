// All interleavings of a small scenario, one run after the other: what holds in each of them is proven for it. The runs
// differ in their choices alone, so what they have in common is decided in the same way in all of them.
import { checkOptionNames, integer } from '../src/check.js';
import { type Duration, durationMs } from '../src/time.js';
import type { Chooser } from './choosers/chooser.js';
import { DepthFirstChooser, type DepthFirstOptions } from './choosers/depth-first.js';
import { SimulationError } from './simulation-error.js';
import type { Subject } from './app.js';
import { RUN_OPTIONS, type RunOptions, type ScenarioRun } from './conduct.js';
import { runScenario } from './run-scenario.js';
import type { Scenario } from './scenario.js';

/** What `explore` takes beside the scenario and the subject. */
export interface ExploreOptions extends DepthFirstOptions, Omit<RunOptions, 'chooser'> {
  /** Called with each run; what it throws ends the search. */
  readonly check?: (run: ScenarioRun) => unknown;
  /** From when on choices are tried out, since the start; before, whoever came first goes first. Default 0. */
  readonly from?: Duration;
  /** More runs are not made. Default 100,000. */
  readonly maxRuns?: number;
}

/** What came of the search. */
export interface Exploration {
  readonly runs: number;
  /** Whether these were all: no bound has cut anything off. */
  readonly complete: boolean;
  /** How many of the runs differ in what happened. */
  readonly distinct: number;
}

const OWN = ['check', 'from', 'maxRuns', 'depth', 'preemptions'];

/**
 * Runs a scenario in all its interleavings, within the bounds.
 * @throws SimulationError with the preemptions of the first run that fails, and what it failed with as its cause.
 */
export async function explore(
  scenario: Scenario,
  subject: Subject,
  options: ExploreOptions = {},
): Promise<Exploration> {
  const { check, from = 0, maxRuns, depth, preemptions, ...rest } = options;
  checkOptionNames(
    rest,
    RUN_OPTIONS.filter((name) => name !== 'chooser'),
    `explore (${OWN.join(', ')})`,
  );
  const most = integer('maxRuns', maxRuns, 100_000, 1);
  const inner = new DepthFirstChooser({
    ...(depth !== undefined && { depth }),
    ...(preemptions !== undefined && { preemptions }),
  });
  const fromMs = durationMs('from', from);
  const chooser = (elapsedMs: () => number): Chooser => ({
    choose: (kind, n, key) => (elapsedMs() < fromMs ? 0 : inner.choose(kind, n, key)),
  });
  const hashes = new Set<string>();
  while (inner.runs < most && inner.begin())
    hashes.add((await attempt(scenario, subject, { ...rest, chooser }, check, inner)).hash);
  // A bound on the number of runs has cut something off if there is another to make.
  const isComplete = inner.complete && (inner.runs < most || !inner.begin());
  return { runs: Math.min(inner.runs, most), complete: isComplete, distinct: hashes.size };
}

async function attempt(
  scenario: Scenario,
  subject: Subject,
  options: RunOptions,
  check: ExploreOptions['check'],
  inner: DepthFirstChooser,
): Promise<ScenarioRun> {
  try {
    const run = await runScenario(scenario, subject, options);
    await check?.(run);
    return run;
  } catch (cause) {
    throw new SimulationError(
      `expected every interleaving to pass, got a failure in run ${inner.runs}: ${cause instanceof Error ? cause.message : String(cause)}; ` +
        `its choices were ${JSON.stringify(inner.answers)} (scriptedChooser makes the run again)`,
      { cause },
    );
  }
}
