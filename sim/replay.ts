// Makes a run again from what was kept of it: its trace, whose header carries the scenario, or a token, one line to paste.
import { checkOptionNames } from '../src/check.js';
import { base64, bytesOfBase64 } from '../src/model/base64.js';
import { type Declare, runScenario, type RunScenarioOptions, type ScenarioRun } from './run-scenario.js';
import { checkScenario, type Scenario } from './scenario.js';
import { SimulationError } from './simulation-error.js';
import { diffTraces, type TraceDifference } from './trace/trace-diff.js';
import { readTrace } from './trace/trace-reader.js';

/** What every token begins with: its number counts up when older versions could not read it. */
const TOKEN = 'sim1.';

/** What came of a replay. */
export interface Replay {
  readonly run: ScenarioRun;
  /** Where the run differs from the one that was written down; undefined: nowhere, or a token says nothing of it. */
  readonly difference: TraceDifference | undefined;
}

/** A scenario in one line of letters, digits and signs that survive a shell. */
export function scenarioToken(scenario: Scenario): string {
  const text = base64(new TextEncoder().encode(JSON.stringify(scenario)));
  return TOKEN + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The scenario in a token. @throws SimulationError for what is none. */
export function scenarioOf(token: string): Scenario {
  try {
    if (!token.startsWith(TOKEN)) throw new Error(`it does not begin with ${TOKEN}`);
    const text = token.slice(TOKEN.length).trim().replaceAll('-', '+').replaceAll('_', '/');
    const bytes = bytesOfBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
    if (bytes === undefined) throw new Error('a part of it is missing or changed');
    const scenario = JSON.parse(new TextDecoder().decode(bytes)) as Scenario;
    checkScenario(scenario);
    return scenario;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulationError(`expected the token of a scenario, got ${token.slice(0, 40)}: ${reason}`, {
      cause,
    });
  }
}

/**
 * Runs what a trace or a token is of, with the same declarations, and compares.
 * @throws TraceError for a trace that cannot be read; SimulationError for one of no scenario; what the run itself throws.
 */
export async function replay(
  recorded: string,
  declare: Declare,
  options: Omit<RunScenarioOptions, 'chooser' | 'trace'> = {},
): Promise<Replay> {
  checkOptionNames(options, ['strict', 'observe', 'storages', 'atRest', 'maxStepsPerInstant'], 'replay');
  if (!recorded.trimStart().startsWith('{'))
    return {
      run: await runScenario(scenarioOf(recorded), declare, { ...options, trace: true }),
      difference: undefined,
    };
  const before = readTrace(recorded);
  const scenario = before.header.configuration['scenario'] as Scenario | undefined;
  if (scenario === undefined)
    throw new SimulationError(
      'expected the trace of a scenario, got one of another run; write it with runScenario',
    );
  const run = await runScenario(scenario, declare, { ...options, trace: true });
  return { run, difference: diffTraces(before, readTrace(run.trace)) };
}
