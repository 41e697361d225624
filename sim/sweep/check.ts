// Sweeps over many seeds: raw seeds first, one run each; the first that fails is shrunk, and told of with all that it
// takes to make it again. Some seeds run twice, and must leave the same fingerprint.
import { boolean, checkOptionNames, integer } from '../../src/check.js';
import type { Subject } from '../scenario/app.js';
import { conduct, isFailure, type RunOptions, type ScenarioRun } from '../scenario/conduct.js';
import { RunFailure } from '../scenario/run-failure.js';
import { checkScenario, type Scenario } from '../scenario/scenario.js';
import { forbidAmbient } from '../strict/strict.js';
import { shrinkRun } from './shrink.js';
import { scenarioFor, type ScenarioOptions, sweepOf, type Sweep } from './sweep.js';

/** What `check` takes beside the sweep. */
export interface CheckOptions extends ScenarioOptions, Pick<RunOptions, 'invariants' | 'strict'> {
  /** How many seeds from 1 on, or from where to where, both included. Default 100. */
  readonly seeds?: number | { readonly from: number; readonly to: number };
  /** Each so many seeds, one runs twice. Default 20; 0 for none. */
  readonly twiceEvery?: number;
  /** How many smaller scenarios are tried. Default 500; 0 to leave the scenario as it is. */
  readonly shrinkAttempts?: number;
  /** Called after each seed. */
  readonly onSeed?: (seed: number) => void;
}

/** What a sweep that found nothing has seen. */
export interface CheckReport {
  readonly runs: number;
  readonly steps: number;
  /** How often each rare path was reached. */
  readonly covered: Readonly<Record<string, number>>;
}

/** What `shrink` takes beside the scenario and the subject. */
export type ShrinkOptions = Pick<CheckOptions, 'invariants' | 'strict' | 'shrinkAttempts'>;

const SHRINK_OPTIONS = ['invariants', 'strict', 'shrinkAttempts'];
const KNOWN = [...SHRINK_OPTIONS, 'seeds', 'strategy', 'faults', 'twiceEvery', 'onSeed'];

/**
 * Runs a sweep with many seeds. @throws RunFailure for the first seed that violates an invariant, throws, does not come
 * to its end, or is not the same twice: with the scenario made as small as possible.
 */
export async function check(checked: Sweep | Subject, options: CheckOptions = {}): Promise<CheckReport> {
  checkOptionNames(options, KNOWN, 'check');
  const sweep = sweepOf(checked);
  const { from, to } = seedsOf(options.seeds);
  const twiceEvery = integer('twiceEvery', options.twiceEvery, 20, 0);
  const covered: Record<string, number> = {};
  let steps = 0;
  // Putting the stand-ins in place for each run anew would cost as much again.
  const release = boolean('strict', options.strict, true) ? forbidAmbient(() => false) : undefined;
  try {
    for (let seed = from; seed <= to; seed += 1) {
      const run = await conduct(scenarioFor(sweep, seed, options), sweep.app, runOptions(options));
      if (isFailure(run)) throw await smallest(sweep, run, options);
      if (twiceEvery > 0 && seed % twiceEvery === 0) await repeat(sweep, run, options);
      steps += run.steps;
      for (const [mark, count] of run.covered) covered[mark] = (covered[mark] ?? 0) + count;
      options.onSeed?.(seed);
    }
  } finally {
    release?.();
  }
  return { runs: to - from + 1, steps, covered };
}

/**
 * Makes a failing scenario as small as possible, as long as it fails in the same way: the failure; undefined if it does
 * not fail.
 */
export async function shrink(
  scenario: Scenario,
  subject: Subject,
  options: ShrinkOptions = {},
): Promise<RunFailure | undefined> {
  checkOptionNames(options, SHRINK_OPTIONS, 'shrink');
  checkScenario(scenario);
  const sweep = sweepOf(subject);
  const run = await conduct(scenario, sweep.app, runOptions(options));
  return isFailure(run) ? smallest(sweep, run, options) : undefined;
}

/** The smallest run that fails in the same way, written down. */
async function smallest({ name, app }: Sweep, run: ScenarioRun, options: ShrinkOptions): Promise<RunFailure> {
  const most = integer('shrinkAttempts', options.shrinkAttempts, 500, 0);
  const again = (smaller: Scenario): Promise<ScenarioRun> => conduct(smaller, app, runOptions(options));
  const { scenario, attempts } = await shrinkRun(run, again, most);
  const told = await conduct(scenario, app, { ...runOptions(options), trace: true });
  return new RunFailure(name, isFailure(told) ? told : run, most === 0 ? undefined : attempts);
}

async function repeat({ name, app }: Sweep, first: ScenarioRun, options: CheckOptions): Promise<void> {
  const second = await conduct(first.scenario, app, runOptions(options));
  if (second.hash === first.hash) return;
  const error = new Error(
    `expected the same run twice, got the hashes ${first.hash} and ${second.hash}; a body reads state that outlives a ` +
      'run, or takes something from outside: make everything that it uses within the app',
  );
  throw new RunFailure(name, { ...second, error });
}

function runOptions({ invariants, strict }: ShrinkOptions): RunOptions {
  return { ...(invariants !== undefined && { invariants }), ...(strict !== undefined && { strict }) };
}

function seedsOf(seeds: CheckOptions['seeds'] = 100): { readonly from: number; readonly to: number } {
  if (typeof seeds === 'number') return { from: 1, to: integer('seeds', seeds, 100, 1) };
  const from = integer('seeds.from', seeds.from, 1, 0);
  return { from, to: integer('seeds.to', seeds.to, from, from) };
}
