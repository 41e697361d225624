// huey sim run, replay and shrink: one plan at a time.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, integerOption } from '../../src/cli/command-line.js';
import { CliFailure, EXIT, Told } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import { isCheckFailure } from '../sweep/check-failure.js';
import { check, planFor, replayPlan } from '../sweep/check.js';
import type { RunReport } from '../sweep/conduct.js';
import type { Plan } from '../sweep/plan.js';
import { loadScenario } from './scenario-file.js';

const SCENARIO = ['<scenario>', 'the file and the scenario that it exports, as ./sweep.ts:orders'] as const;

interface RunOptions {
  readonly seed: number;
  readonly trace?: string;
  readonly faults: boolean;
}

/** Declares `huey sim run`. */
export function configureRun(command: Command, host: Host): void {
  command
    .argument(...SCENARIO)
    .option('--seed <number>', 'the seed', integerOption(0), 1)
    .option('--no-faults', 'let nothing go wrong')
    .option('--trace <file>', 'write the trace to a file')
    .action(async (name: string, { seed, trace, faults }: RunOptions) => {
      const scenario = await loadScenario(name, host);
      await told(host, async () => {
        tell(host, await replayPlan(scenario, planFor(scenario, seed, { faults })), trace);
      });
    });
}

/** Declares `huey sim replay`. */
export function configureReplay(command: Command, host: Host): void {
  command
    .argument(...SCENARIO)
    .argument('<plan>', 'the plan, as JSON or as a file')
    .option('--trace <file>', 'write the trace to a file')
    .action(async (name: string, plan: string, { trace }: { readonly trace?: string }) => {
      const scenario = await loadScenario(name, host);
      await told(host, async () => tell(host, await replayPlan(scenario, planOf(plan, host)), trace));
    });
}

/** Declares `huey sim shrink`. */
export function configureShrink(command: Command, host: Host): void {
  command
    .argument(...SCENARIO)
    .argument('[plan]', 'the plan, as JSON or as a file')
    .option('--seed <number>', 'the seed, instead of a plan', integerOption(0))
    .action(async (name: string, text: string | undefined, { seed }: { readonly seed?: number }) => {
      if ((text === undefined) === (seed === undefined))
        throw new CliFailure(EXIT.usage, 'expected a plan or --seed, and not both');
      const scenario = await loadScenario(name, host);
      await told(host, async () => {
        if (text === undefined) await check(scenario, { seeds: { from: seed!, to: seed! } });
        else await replayPlan(scenario, planOf(text, host), { shrinkAttempts: 500 });
        host.stdout.write('nothing fails: there is nothing to shrink\n');
      });
    });
}

/** Runs something that may find a failure, and tells of it as it is. */
export async function told(host: Host, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isCheckFailure(error)) throw error;
    host.stdout.write(`${error.message}\n`);
    throw new Told(EXIT.failed);
  }
}

function tell(host: Host, { steps, hash, covered, trace }: RunReport, file: string | undefined): void {
  if (file !== undefined && trace !== undefined) writeFileSync(resolve(host.cwd, file), trace.toString());
  host.stdout.write(`${steps} steps, hash ${hash}, nothing violated\n`);
  for (const [mark, count] of [...covered].sort(([a], [b]) => (a < b ? -1 : 1)))
    host.stdout.write(`  ${mark}: ${count}\n`);
}

function planOf(text: string, host: Host): Plan {
  try {
    const json = text.trimStart().startsWith('{') ? text : readFileSync(resolve(host.cwd, text), 'utf8');
    const parsed = JSON.parse(json) as Plan | { readonly plan: Plan };
    return 'plan' in parsed ? parsed.plan : parsed;
  } catch (error) {
    throw new CliFailure(EXIT.app, `the plan cannot be read: ${String(error)}`, { cause: error });
  }
}
