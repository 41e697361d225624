// How a failing run is told: what was violated, the scenario as a story, the events before it, and the line that makes
// it again.
import { HueyError } from '../../src/errors.js';
import type { ScenarioRun } from './conduct.js';
import type { RunEvent } from '../run-event.js';
import { storyOf } from './scenario-story.js';
import { scenarioToken } from './token.js';

/** How many of the events before a violation are shown. */
const SHOWN = 12;

/** A run violates an invariant, or throws. The cause is what it threw. */
export class RunFailure extends HueyError {
  override name = 'RunFailure';
  /** The run itself; after a sweep, the smallest that fails in the same way. */
  readonly run: ScenarioRun;
  /** The seed with which it was found. */
  readonly seed: number;
  /** The name of the invariant that was violated first; undefined if the run itself threw. */
  readonly invariant: string | undefined;
  /** The run in one line: what `replay` takes. */
  readonly token: string;

  /** `attempts`: how many scenarios were tried to make it smaller; undefined: it is as it was found. */
  constructor(subject: string, run: ScenarioRun, attempts?: number) {
    super(textOf(subject, run, attempts), { cause: run.error });
    this.run = run;
    this.seed = run.scenario.seed ?? 1;
    this.invariant = run.violations[0]?.invariant;
    this.token = scenarioToken(run.scenario);
  }
}

/** Whether two runs fail in the same way: the same invariant, or an error of the same kind. */
export function isSameFailure(a: ScenarioRun, b: ScenarioRun): boolean {
  return kindOf(a) === kindOf(b);
}

/** Whether an error is a `RunFailure`, of whichever install of this package. */
export function isRunFailure(error: unknown): error is RunFailure {
  return error instanceof Error && error.name === 'RunFailure' && 'run' in error;
}

function kindOf({ violations, error }: ScenarioRun): string {
  const [first] = violations;
  if (first !== undefined) return first.invariant;
  return error instanceof Error ? error.name : typeof error;
}

function textOf(
  subject: string,
  { scenario, violations, error }: ScenarioRun,
  attempts: number | undefined,
): string {
  const [first] = violations;
  const what =
    first === undefined
      ? `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
      : `violates invariant ${first.number} ${first.invariant}: ${first.message}`;
  const which =
    attempts === undefined ? 'The scenario' : `The smallest scenario that shows it (${attempts} were tried)`;
  const [summary, ...lines] = storyOf(scenario);
  return [
    `${subject} with seed ${scenario.seed ?? 1} ${what}`,
    '',
    `${which}: ${summary}`,
    ...lines.map((line) => `  ${line}`),
    ...(first === undefined ? [] : ['', 'What came before:', ...eventsOf(first.before)]),
    '',
    'To see it again:',
    `  await replay('${scenarioToken(scenario)}', ${subject});`,
  ].join('\n');
}

function eventsOf(events: readonly RunEvent[]): string[] {
  return events.slice(-SHOWN).map(({ at, kind, actor, op, task, detail }) => {
    const time = new Date(at).toISOString().slice(11, -1);
    return `  ${time} ${actor} ${kind} ${op}${task === undefined ? '' : ` ${task}`}${detail === undefined ? '' : ` (${detail})`}`;
  });
}
