// Makes a run again from what was kept of it: a token, one line to paste; its trace, whose header carries the scenario;
// or the scenario itself, as JSON.
import { checkOptionNames } from '../src/check.js';
import type { Subject } from './scenario/app.js';
import { RUN_OPTIONS, type RunOptions, type ScenarioRun } from './scenario/conduct.js';
import { runScenario } from './scenario/run-scenario.js';
import type { Scenario } from './scenario/scenario.js';
import { SimulationError } from './simulation-error.js';
import { scenarioOf, scenarioOfJson } from './scenario/token.js';
import { diffTraces, type TraceDifference } from './trace/trace-diff.js';
import { TRACE_FORMAT } from './trace/trace-header.js';
import { readTrace, type RecordedRun } from './trace/trace-reader.js';

/** What came of a replay. */
export interface Replay {
  readonly run: ScenarioRun;
  /** Where the run differs from the one that was written down; undefined: nowhere, or no trace says. */
  readonly difference: TraceDifference | undefined;
}

/** What `replay` takes beside what was recorded and the subject. */
export type ReplayOptions = Omit<RunOptions, 'chooser' | 'trace'>;

/**
 * Runs what a token, a trace or JSON is of, with the same code, and compares with the trace, if it is one.
 * @throws TraceError for a trace that cannot be read; SimulationError for what holds no scenario; RunFailure if the run
 * fails.
 */
export async function replay(
  recorded: string,
  subject: Subject,
  options: ReplayOptions = {},
): Promise<Replay> {
  checkOptionNames(
    options,
    RUN_OPTIONS.filter((name) => name !== 'chooser' && name !== 'trace'),
    'replay',
  );
  const { scenario, before } = recordIn(recorded);
  const run = await runScenario(scenario, subject, { ...options, trace: true });
  return { run, difference: before && diffTraces(before, readTrace(run.trace)) };
}

/**
 * The scenario in what was kept of a run: a token, a trace, or JSON, be it the scenario or an object that has one.
 * @throws TraceError for a trace that cannot be read; SimulationError for what holds no scenario.
 */
export function scenarioIn(recorded: string): Scenario {
  return recordIn(recorded).scenario;
}

function recordIn(recorded: string): { readonly scenario: Scenario; readonly before?: RecordedRun } {
  const text = recorded.trim();
  if (!text.startsWith('{')) return { scenario: scenarioOf(text) };
  if (!isTrace(text)) return { scenario: scenarioOfJson(text) };
  const before = readTrace(text);
  const scenario = before.header.configuration['scenario'] as Scenario | undefined;
  if (scenario !== undefined) return { scenario, before };
  throw new SimulationError(
    'expected the trace of a scenario, got one of another run; write it with runScenario',
  );
}

function isTrace(text: string): boolean {
  return text.slice(0, text.indexOf('\n')).includes(`"${TRACE_FORMAT}"`);
}
