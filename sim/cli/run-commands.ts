// huey sim run, replay and shrink: one scenario at a time.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, integerOption } from '../../src/cli/command-line.js';
import { CliFailure, EXIT, Told } from '../../src/cli/failure.js';
import { isHueyError } from '../../src/errors.js';
import type { Host } from '../../src/cli/host.js';
import type { ScenarioRun } from '../scenario/conduct.js';
import { replay, scenarioIn } from '../replay.js';
import { isRunFailure } from '../scenario/run-failure.js';
import { runScenario } from '../scenario/run-scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import { shrink } from '../sweep/check.js';
import { scenarioFor } from '../sweep/sweep.js';
import { differenceText } from '../trace/difference-text.js';
import { readTrace } from '../trace/trace-reader.js';
import { loadSubject, type Named } from './subject-file.js';

const SUBJECT = ['<subject>', 'the file and what it exports to be run, as ./sweep.ts:orders'] as const;
const RECORDED = 'a token, or the file of a token, a trace or a scenario as JSON';

interface RunOptions {
  readonly seed: number;
  readonly trace?: string;
  readonly faults: boolean;
}

/** Declares `huey sim run`. */
export function configureRun(command: Command, host: Host): void {
  command
    .argument(...SUBJECT)
    .option('--seed <number>', 'the seed', integerOption(0), 1)
    .option('--no-faults', 'let nothing go wrong')
    .option('--trace <file>', 'write the trace to a file')
    .action(async (name: string, { seed, trace, faults }: RunOptions) => {
      const subject = await loadSubject(name, host);
      const scenario = scenarioFor(subject.it, seed, { faults });
      await told(subject, host, trace, async () => {
        const run = await runScenario(scenario, subject.it, { trace: true });
        tell(host, run, trace);
      });
    });
}

/** Declares `huey sim replay`. */
export function configureReplay(command: Command, host: Host): void {
  command
    .argument(...SUBJECT)
    .argument('<recorded>', RECORDED)
    .option('--trace <file>', 'write the trace to a file')
    .action(async (name: string, given: string, { trace }: { readonly trace?: string }) => {
      const subject = await loadSubject(name, host);
      const recorded = recordedIn(given, host);
      readable(recorded);
      await told(subject, host, trace, async () => {
        const { run, difference } = await replay(recorded, subject.it);
        tell(host, run, trace);
        if (difference === undefined) return;
        const [before, now] = [readTrace(recorded), readTrace(run.trace)];
        host.stdout.write(
          differenceText(difference, { ...before, called: given }, { ...now, called: 'now' }),
        );
        throw new Told(EXIT.failed);
      });
    });
}

/** Declares `huey sim shrink`. */
export function configureShrink(command: Command, host: Host): void {
  command
    .argument(...SUBJECT)
    .argument('[recorded]', RECORDED)
    .option('--seed <number>', 'the seed, instead of something recorded', integerOption(0))
    .option('--trace <file>', 'write the trace of the smallest run to a file')
    .action(async (name: string, given: string | undefined, { seed, trace }: Partial<RunOptions>) => {
      if ((given === undefined) === (seed === undefined))
        throw new CliFailure(EXIT.usage, 'expected a token, a file or --seed, and not two of them');
      const subject = await loadSubject(name, host);
      const scenario =
        given === undefined ? scenarioFor(subject.it, seed!) : readable(recordedIn(given, host));
      await told(subject, host, trace, async () => {
        const failure = await shrink(scenario, subject.it);
        if (failure !== undefined) throw failure;
        host.stdout.write('nothing fails: there is nothing to shrink\n');
      });
    });
}

/** Runs something that may find a failure, and tells of it as it is. */
export async function told(
  { name }: Named,
  host: Host,
  file: string | undefined,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isRunFailure(error)) throw error;
    writeTrace(host, error.run, file);
    host.stdout.write(`${error.message}\n  npx huey sim replay ${name} ${error.token}\n`);
    throw new Told(EXIT.failed);
  }
}

function tell(host: Host, run: ScenarioRun, file: string | undefined): void {
  writeTrace(host, run, file);
  const { steps, hash, covered } = run;
  host.stdout.write(`${steps} steps, hash ${hash}, nothing violated\n`);
  for (const [mark, count] of [...covered].sort(([a], [b]) => (a < b ? -1 : 1)))
    host.stdout.write(`  ${mark}: ${count}\n`);
}

function writeTrace(host: Host, { trace }: ScenarioRun, file: string | undefined): void {
  if (file !== undefined && trace !== '') writeFileSync(resolve(host.cwd, file), trace);
}

/** A token, or what is in the file of that name. */
function recordedIn(given: string, host: Host): string {
  if (/^sim\d+\./.test(given)) return given;
  try {
    return readFileSync(resolve(host.cwd, given), 'utf8');
  } catch (error) {
    throw new CliFailure(EXIT.app, `${given} cannot be read: ${String(error)}`, { cause: error });
  }
}

/** Reads the scenario early: what is none is a file that cannot be read, and no run that fails. */
function readable(recorded: string): Scenario {
  try {
    return scenarioIn(recorded);
  } catch (error) {
    if (!isHueyError(error)) throw error;
    throw new CliFailure(EXIT.app, error.message, { cause: error });
  }
}
