// huey sim sweep: many seeds, in several processes if asked for. Each child runs this very command on its share of the
// seeds, and the sweep fails if one of them does.
import { type Command, integerOption } from '../../src/cli/command-line.js';
import { CliFailure, EXIT, Told } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import { Progress } from '../../src/cli/progress.js';
import { check } from '../sweep/check.js';
import { told } from './run-commands.js';
import { loadSubjects, type Named } from './subject-file.js';

interface SweepOptions {
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly invariants?: string;
  readonly faults: boolean;
  readonly strict: boolean;
  readonly trace?: string;
}

/** Tells a child which share of the seeds is its own: `2/4` is the second quarter. */
const SHARE = 'HUEY_SIM_SHARE';

/** Declares the command. */
export function configureSweep(command: Command, host: Host): void {
  command
    .argument('<subject>', 'the file and what it exports to be run; without a name, all sweeps of the file')
    .option('--seeds <count>', 'how many seeds for each', integerOption(1), 1000)
    .option('--from <seed>', 'the first seed', integerOption(0), 1)
    .option('--jobs <count>', 'how many processes share the seeds', integerOption(1), 1)
    .option('--invariants <names>', 'only these, by name or number, with commas between them')
    .option('--no-faults', 'let nothing go wrong')
    .option('--no-strict', 'let bodies ask for real time, timers and chance')
    .option('--trace <file>', 'write the trace of the smallest run that fails to a file')
    .action(async (name: string, options: SweepOptions) => {
      const share = host.env[SHARE];
      if (options.jobs > 1 && share === undefined) return split(options.jobs, host);
      await sweep(await loadSubjects(name, host), options, share, host);
    });
}

async function split(jobs: number, host: Host): Promise<void> {
  const children = Array.from({ length: jobs }, (_, index) =>
    host.start({ [SHARE]: `${index + 1}/${jobs}` }),
  );
  const stop = host.onSignal('SIGINT', () => children.forEach((child) => child.tell('SIGINT')));
  const codes = await Promise.all(children.map(({ ended }) => ended));
  stop();
  const worst = Math.max(...codes);
  if (worst > 0) throw new Told(worst);
}

async function sweep(
  subjects: readonly Named[],
  { seeds, from, invariants, faults, strict, trace }: SweepOptions,
  share: string | undefined,
  host: Host,
): Promise<void> {
  const range = shareOf(from, seeds, share);
  const count = range.to - range.from + 1;
  if (count < 1) return;
  const progress = new Progress(host, 'seed', count * subjects.length);
  let found: Told | undefined;
  for (const subject of subjects)
    try {
      await told(subject, host, trace, () => sweepOne(subject));
    } catch (error) {
      if (!(error instanceof Told)) throw error;
      found = error;
    }
  if (found !== undefined) throw found;

  async function sweepOne({ it }: Named): Promise<void> {
    const begun = host.runtime.clock.monotonic();
    const { runs, steps } = await check(it, {
      seeds: range,
      faults,
      strict,
      ...(invariants !== undefined && { invariants: invariants.split(',').map(choiceOf) }),
      onSeed: () => progress.step(),
    }).finally(() => progress.finish());
    const rate = Math.round((1000 * runs) / Math.max(1, host.runtime.clock.monotonic() - begun));
    host.stdout.write(
      `${it.name}: seeds ${range.from} to ${range.to} violate nothing (${steps} steps, ${rate} seeds/s)\n`,
    );
  }
}

function choiceOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function shareOf(
  from: number,
  seeds: number,
  share: string | undefined,
): { readonly from: number; readonly to: number } {
  if (share === undefined) return { from, to: from + seeds - 1 };
  const [index, of] = share.split('/').map(Number) as [number, number];
  if (!(index >= 1 && index <= of))
    throw new CliFailure(EXIT.usage, `expected ${SHARE} to be like 1/2, got ${share}`);
  const start = from + Math.floor((seeds * (index - 1)) / of);
  return { from: start, to: from + Math.floor((seeds * index) / of) - 1 };
}
