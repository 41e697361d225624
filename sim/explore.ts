// All interleavings of a small scenario, one run after the other: what holds in each of them is proven for it. The runs
// differ in their choices alone, so what they have in common is decided in the same way in all of them.
import { boolean, checkOptionNames, integer } from '../src/check.js';
import { type Duration, durationMs } from '../src/time.js';
import { appOf, nameOf, type Subject } from './scenario/app.js';
import type { Chooser } from './choosers/chooser.js';
import { DepthFirstChooser, type DepthFirstOptions } from './choosers/depth-first.js';
import { conduct, isFailure, RUN_OPTIONS, type RunOptions, type ScenarioRun } from './scenario/conduct.js';
import { Redundant, ReducedSearch } from './exploration/reduced-search.js';
import { RunFailure } from './scenario/run-failure.js';
import type { RunListener } from './run-event.js';
import { checkScenario, type Scenario } from './scenario/scenario.js';
import { forbidAmbient } from './strict/strict.js';

/** What `explore` takes beside the scenario and the subject. */
export interface ExploreOptions extends DepthFirstOptions, Omit<RunOptions, 'chooser'> {
  /** Called with each run; what it throws ends the search. */
  readonly check?: (run: ScenarioRun) => unknown;
  /** From when on choices are tried out, since the start; before, whoever came first goes first. Default 0. */
  readonly from?: Duration;
  /** More runs are not made. Default 100,000. */
  readonly maxRuns?: number;
  /**
   * Whether to leave out runs that differ from another only in the order of steps that do not concern each other.
   * Default true, unless there is a bound, or mishaps are offered or planned.
   */
  readonly reduce?: boolean;
}

/** What came of the search. */
export interface Exploration {
  readonly runs: number;
  /** Whether these were all: no bound has cut anything off. */
  readonly complete: boolean;
  /** How many of the runs differ in what happened. */
  readonly distinct: number;
}

/** A way to make one run after the other. */
interface Search {
  /** Begins the next run; false, when all have been made. */
  begin(): boolean;
  /** Whether no bound has cut anything off so far. */
  readonly complete: boolean;
  readonly chooser: (elapsedMs: () => number) => Chooser;
  readonly observe?: RunListener;
  /** The run is at its end. */
  finish?(): void;
}

const OWN = ['check', 'from', 'maxRuns', 'reduce', 'depth', 'preemptions'];

/**
 * Runs a scenario in all its interleavings, within the bounds.
 * @throws RunFailure with the first run that fails, its scenario told by its preemptions, so that its token makes it again.
 */
export async function explore(
  scenario: Scenario,
  subject: Subject,
  options: ExploreOptions = {},
): Promise<Exploration> {
  const {
    check,
    maxRuns,
    from: _from,
    reduce: _reduce,
    depth: _depth,
    preemptions: _most,
    ...rest
  } = options;
  checkOptionNames(options, [...OWN, ...RUN_OPTIONS.filter((name) => name !== 'chooser')], 'explore');
  checkScenario(scenario);
  const most = integer('maxRuns', maxRuns, 100_000, 1);
  const search = searchFor(scenario, options);
  const outcomes = new Set<string>();
  let runs = 0;
  let isLeft = true;
  // Putting the stand-ins in place for each run anew would cost as much again.
  const release = boolean('strict', options.strict, true) ? forbidAmbient(() => false) : undefined;
  try {
    while (runs < most && (isLeft = search.begin())) {
      const run = await attempt(scenario, subject, rest, search);
      if (run === undefined) continue;
      runs += 1;
      await judge(run, subject, check);
      outcomes.add(run.hash);
    }
    // A bound on the number of runs has cut something off if there is another to make.
    return { runs, complete: search.complete && !(isLeft && search.begin()), distinct: outcomes.size };
  } finally {
    release?.();
  }
}

/** Makes the run; undefined, if it turns out to be one that was made before in another order. */
async function attempt(
  scenario: Scenario,
  subject: Subject,
  options: RunOptions,
  search: Search,
): Promise<ScenarioRun | undefined> {
  const { observe } = options;
  const run = await conduct(scenario, appOf(subject), {
    ...options,
    chooser: search.chooser,
    observe(event) {
      search.observe?.(event);
      observe?.(event);
    },
  });
  if (run.error instanceof Redundant) return undefined;
  search.finish?.();
  return run;
}

async function judge(run: ScenarioRun, subject: Subject, check: ExploreOptions['check']): Promise<void> {
  const told = { ...run, scenario: { ...run.scenario, preemptions: run.preemptions } };
  if (isFailure(run)) throw new RunFailure(nameOf(subject), told);
  try {
    await check?.(run);
  } catch (error) {
    throw new RunFailure(nameOf(subject), { ...told, error });
  }
}

function searchFor(scenario: Scenario, { from = 0, depth, preemptions, reduce }: ExploreOptions): Search {
  const fromMs = durationMs('from', from);
  const isBound = depth !== undefined || preemptions !== undefined;
  const isReduced = boolean('reduce', reduce, !isBound && !hasMishaps(scenario));
  if (isReduced) return new ReducedSearch(fromMs);
  const inner = new DepthFirstChooser({
    ...(depth !== undefined && { depth }),
    ...(preemptions !== undefined && { preemptions }),
  });
  return {
    begin: () => inner.begin(),
    get complete() {
      return inner.complete;
    },
    chooser: (elapsedMs) => ({
      choose: (kind, n, key) => (elapsedMs() < fromMs ? 0 : inner.choose(kind, n, key)),
    }),
  };
}

/** Mishaps that are offered, or planned for whoever comes first, concern everybody's calls. */
function hasMishaps({ network, commands }: Scenario): boolean {
  return (network?.offered ?? []).length > 0 || commands.some(({ do: deed }) => deed === 'fail');
}
