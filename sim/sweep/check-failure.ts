// How a failing run is told: what was violated, in the smallest plan that shows it, the events before it, and the line
// that makes it again.
import { HueyError } from '../../src/errors.js';
import type { RunEvent } from '../run-event.js';
import type { RunReport } from './conduct.js';
import type { Plan } from './plan.js';
import type { Shrunk } from './shrink.js';

/** How many of the events before a violation are shown. */
const SHOWN = 12;

/** A sweep has found a run that fails. */
export class CheckFailure extends HueyError {
  override name = 'CheckFailure';
  readonly seed: number;
  /** The smallest plan that fails in the same way. */
  readonly plan: Plan;
  readonly report: RunReport;
  /** The name of the invariant that was violated first; undefined if the run itself threw. */
  readonly invariant: string | undefined;

  constructor(scenario: string, seed: number, { plan, report, attempts }: Shrunk) {
    super(textOf(scenario, seed, plan, report, attempts), { cause: report.failure });
    this.seed = seed;
    this.plan = plan;
    this.report = report;
    this.invariant = report.violations[0]?.invariant;
  }
}

/** Whether two reports complain of the same thing: the same invariant, or an error of the same kind. */
export function isSameFailure(a: RunReport, b: RunReport): boolean {
  return kindOf(a) === kindOf(b);
}

function kindOf({ violations, failure }: RunReport): string {
  const [first] = violations;
  if (first !== undefined) return first.invariant;
  return failure instanceof Error ? failure.name : typeof failure;
}

function textOf(
  scenario: string,
  seed: number,
  plan: Plan,
  { violations, failure }: RunReport,
  attempts: number,
): string {
  const [first] = violations;
  const what =
    first === undefined
      ? `threw ${failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)}`
      : `violates invariant ${first.number} ${first.invariant}: ${first.message}`;
  return [
    `${scenario} with seed ${seed} ${what}`,
    '',
    `The smallest plan that shows it (${attempts} tried): ${summaryOf(plan)}`,
    ...(first === undefined ? [] : ['', 'What came before:', ...eventsOf(first.before)]),
    '',
    'To see it again:',
    `  await replayPlan(${scenario}, ${JSON.stringify(plan)});`,
  ].join('\n');
}

function summaryOf({ nodes, commands, faults, strategy, network }: Plan): string {
  const workers = nodes.reduce((sum, node) => sum + (node.workers ?? 1), 0);
  const how =
    typeof strategy === 'object' && strategy.kind === 'serial'
      ? counted(strategy.preemptions.length, 'preemption')
      : `strategy ${typeof strategy === 'string' ? strategy : strategy.kind}`;
  return [
    ...(nodes.length > 0 ? [counted(nodes.length, 'node'), counted(workers, 'worker')] : []),
    ...(commands.length > 0 ? [counted(commands.length, 'command')] : []),
    counted(faults.length, 'fault'),
    network === undefined ? 'calm network' : 'faulty network',
    how,
  ].join(', ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function eventsOf(events: readonly RunEvent[]): string[] {
  return events.slice(-SHOWN).map(({ at, kind, actor, op, task, detail }) => {
    const time = new Date(at).toISOString().slice(11, -1);
    return `  ${time} ${actor} ${kind} ${op}${task === undefined ? '' : ` ${task}`}${detail === undefined ? '' : ` (${detail})`}`;
  });
}

/** Whether an error is a `CheckFailure`, of whichever install of this package. */
export function isCheckFailure(error: unknown): error is CheckFailure {
  return error instanceof Error && error.name === 'CheckFailure' && 'plan' in error;
}
