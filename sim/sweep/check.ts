// Sweeps a scenario over many seeds: raw seeds first, one run each; the first that fails is shrunk, and told of with all
// that it takes to make it again. Some seeds run twice, and must leave the same fingerprint.
import { boolean, checkOptionNames, integer } from '../../src/check.js';
import { type Duration, durationMs } from '../../src/time.js';
import type { Strategy } from '../choosers/strategy.js';
import { chosenInvariants, type InvariantChoice } from '../invariants/invariants.js';
import { forbidAmbient } from '../strict.js';
import type { ConductOptions, RunReport } from './conduct.js';
import type { Plan, SweepScenario } from './plan.js';
import { CheckFailure, isSameFailure } from './check-failure.js';
import { Shrinker } from './shrink.js';
import { type CheckedFunction, type Subject, subjectOf } from './subject.js';

/** What `check` takes beside the scenario. */
export interface CheckOptions {
  /** How many seeds from 1 on, or from where to where, both included. Default 100. */
  readonly seeds?: number | { readonly from: number; readonly to: number };
  /** How it is decided who goes on. Default: random, sticky and PCT in turn. */
  readonly strategy?: Strategy;
  /** Whether anything goes wrong: the network's faults, and those of the plan. Default true. */
  readonly faults?: boolean;
  /** By name or number, or of one's own. Default all. */
  readonly invariants?: readonly InvariantChoice[];
  /** How much virtual time everything may take to end once nothing goes wrong any more. Default 30m. */
  readonly budget?: Duration;
  /** Whether code under simulation that asks for real time, timers or chance fails its seed. Default true. */
  readonly strict?: boolean;
  /** Each so many seeds, one runs twice. Default 20; 0 for none. */
  readonly twiceEvery?: number;
  /** How many smaller plans are tried. Default 500; 0 to leave the plan as it is. */
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

const KNOWN = [
  'seeds',
  'strategy',
  'faults',
  'invariants',
  'budget',
  'strict',
  'twiceEvery',
  'shrinkAttempts',
  'onSeed',
];
const STRATEGIES: readonly Strategy[] = ['random', 'sticky', 'pct'];

/**
 * Runs a scenario, or a function, with many seeds. @throws CheckFailure for the first seed that violates an invariant,
 * throws, does not come to its end, or is not the same twice: with the plan made as small as possible.
 */
export async function check(
  checked: SweepScenario | CheckedFunction,
  options: CheckOptions = {},
): Promise<CheckReport> {
  checkOptionNames(options, KNOWN, 'check');
  const subject = subjectOf(checked);
  const { from, to } = seedsOf(options.seeds);
  const conduct = conductOptions(options);
  const twiceEvery = integer('twiceEvery', options.twiceEvery, 20, 0);
  const covered: Record<string, number> = {};
  let steps = 0;
  // Putting the stand-ins in place for each run anew would cost as much again.
  const release = conduct.strict ? forbidAmbient(() => false) : undefined;
  try {
    for (let seed = from; seed <= to; seed += 1) {
      const plan = planOf(subject, seed, options);
      const report = await subject.run(plan, conduct);
      await judge(subject, plan, report, conduct, options);
      if (twiceEvery > 0 && seed % twiceEvery === 0) await repeat(subject, plan, report, conduct);
      steps += report.steps;
      for (const [mark, count] of report.covered) covered[mark] = (covered[mark] ?? 0) + count;
      options.onSeed?.(seed);
    }
  } finally {
    release?.();
  }
  return { runs: to - from + 1, steps, covered };
}

/** Makes one run again, from its plan. @throws CheckFailure if it fails. */
export async function replayPlan(
  checked: SweepScenario | CheckedFunction,
  plan: Plan,
  options: CheckOptions = {},
): Promise<RunReport> {
  const subject = subjectOf(checked);
  const conduct = { ...conductOptions(options), trace: true };
  const report = await subject.run(plan, conduct);
  await judge(subject, plan, report, conduct, { shrinkAttempts: 0, ...options });
  return report;
}

/** The plan that a seed makes of a scenario. */
export function planFor(
  checked: SweepScenario | CheckedFunction,
  seed: number,
  options: Pick<CheckOptions, 'strategy' | 'faults'> = {},
): Plan {
  return planOf(subjectOf(checked), seed, options);
}

async function judge(
  subject: Subject,
  plan: Plan,
  report: RunReport,
  conduct: ConductOptions,
  options: CheckOptions,
): Promise<void> {
  if (!isFailure(report)) return;
  const most = integer('shrinkAttempts', options.shrinkAttempts, 500, 0);
  const retry = async (smaller: Plan): Promise<RunReport | undefined> => {
    const again = await subject.run(smaller, conduct);
    return isFailure(again) && isSameFailure(again, report) ? again : undefined;
  };
  const shrunk = await new Shrinker(plan, report, retry, most).shrink();
  throw new CheckFailure(subject.name, plan.seed, shrunk);
}

async function repeat(
  subject: Subject,
  plan: Plan,
  first: RunReport,
  conduct: ConductOptions,
): Promise<void> {
  const second = await subject.run(plan, conduct);
  if (second.hash === first.hash) return;
  const failure = new Error(
    `expected the same run twice, got the hashes ${first.hash} and ${second.hash}; a body reads a clock, chance or ` +
      'state of its own that outlives a run',
  );
  throw new CheckFailure(subject.name, plan.seed, {
    plan,
    report: { ...second, failure },
    attempts: 0,
  });
}

function isFailure({ violations, failure }: RunReport): boolean {
  return violations.length > 0 || failure !== undefined;
}

function planOf(
  subject: Subject,
  seed: number,
  { strategy = STRATEGIES[seed % STRATEGIES.length]!, faults = true }: CheckOptions,
): Plan {
  const plan = subject.plan(seed, strategy);
  if (faults) return plan;
  const { network: _network, ...rest } = plan;
  return { ...rest, faults: [] };
}

function conductOptions({ invariants, budget, strict }: CheckOptions): ConductOptions & { strict: boolean } {
  return {
    invariants: chosenInvariants(invariants),
    budgetMs: durationMs('budget', budget ?? '30m'),
    strict: boolean('strict', strict, true),
  };
}

function seedsOf(seeds: CheckOptions['seeds'] = 100): { readonly from: number; readonly to: number } {
  if (typeof seeds === 'number') return { from: 1, to: integer('seeds', seeds, 100, 1) };
  const from = integer('seeds.from', seeds.from, 1, 0);
  return { from, to: integer('seeds.to', seeds.to, from, from) };
}
