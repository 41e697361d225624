// huey result: what a task returned, or how it failed. Unlike a program that reads a result, looking leaves it there.
import { inspect } from 'node:util';
import { isHueyError, type TaskException } from '../../errors.js';
import { type App, withApp } from '../app.js';
import { type Command, durationOption, Option } from '../command-line.js';
import { CliFailure, EXIT, reasonOf } from '../failure.js';
import type { Host } from '../host.js';
import { plain, writeJson } from '../listing.js';
import { takeApp, takeJson } from '../options.js';

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  takeJson(takeApp(command).argument('<id>', 'the id of the task'))
    .addOption(new Option('--wait <duration>', 'wait until there is one').argParser(durationOption))
    .option('--take', 'take it out of the storage, so that nobody reads it again')
    .action((name: string, id: string, options: Options) =>
      withApp(name, host, (app) => show(app, id, options, host)),
    );
}

interface Options {
  readonly json?: true;
  /** In milliseconds. */
  readonly wait?: number;
  readonly take?: true;
}

async function show(app: App, id: string, options: Options, host: Host): Promise<void> {
  const reading = await read(app, id, options);
  if (options.json) writeJson(host.stdout, recordOf(id, reading));
  if (reading.kind === 'none')
    throw new CliFailure(
      EXIT.failed,
      `there is no result of ${id}: it has not ended, left none, or was read before`,
    );
  if (reading.kind === 'failed') {
    const { metadata } = reading.failure;
    if (!options.json && metadata.traceback !== undefined) host.stdout.write(`${metadata.traceback}\n`);
    throw new CliFailure(EXIT.failed, `task ${id} failed: ${reasonOf(metadata.error)}`);
  }
  if (options.json) return;
  const { value } = reading;
  host.stdout.write(`${typeof value === 'string' ? value : inspect(value, DEPTH)}\n`);
}

const DEPTH = { depth: 8 };

type Reading =
  | { readonly kind: 'complete'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly failure: TaskException }
  | { readonly kind: 'none' };

async function read({ huey }: App, id: string, { wait, take }: Options): Promise<Reading> {
  const patience = wait === undefined ? {} : { blocking: true, timeout: `${wait}ms` };
  try {
    const value = await huey.result(id, { preserve: take !== true, ...patience });
    return value === undefined ? { kind: 'none' } : { kind: 'complete', value };
  } catch (error) {
    if (isHueyError(error, 'ResultTimeout')) return { kind: 'none' };
    if (isHueyError(error, 'TaskException')) return { kind: 'failed', failure: error };
    throw error;
  }
}

function recordOf(id: string, reading: Reading): unknown {
  switch (reading.kind) {
    case 'complete':
      return { id, status: 'complete', value: plain(reading.value) };
    case 'failed': {
      const { error, retries, traceback } = reading.failure.metadata;
      return { id, status: 'failed', error: reasonOf(error), retries, traceback };
    }
    case 'none':
      return { id, status: 'none' };
  }
}
