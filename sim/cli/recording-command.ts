// huey sim replay-recording: what a real consumer did, done again in the simulator.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadApp } from '../../src/cli/app.js';
import { type Command, integerOption } from '../../src/cli/command-line.js';
import { CliFailure, EXIT, Told } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import { replayRecording, type ReplayedRecording } from '../../src/testing/replay-recording.js';

interface Options {
  readonly workers?: number;
  readonly seed?: number;
  readonly trace?: string;
}

/** Declares `huey sim replay-recording`. */
export function configureRecording(command: Command, host: Host): void {
  command
    .argument('<app>', 'the file and the Huey that it exports, as ./tasks.js:huey')
    .argument('<recording>', 'the file that `record` of huey-ts/testing has written')
    .option('--workers <number>', 'how many tasks run at once; default: as recorded', integerOption(1))
    .option('--seed <number>', 'draw who goes first at the same instant', integerOption(0))
    .option('--trace <file>', 'write what the replay did to a file, for `huey sim timeline`')
    .action(async (name: string, file: string, { trace, ...options }: Options) => {
      const { huey } = await loadApp(name, host);
      const text = read(file, host);
      const replayed = await replayRecording(text, huey, { ...options, trace: trace !== undefined }).catch(
        refuse,
      );
      if (trace !== undefined) writeFileSync(resolve(host.cwd, trace), replayed.trace!);
      tell(replayed, host);
    });
}

function tell({ divergence, tasks, notes }: ReplayedRecording, host: Host): void {
  for (const note of notes) host.stderr.write(`${note}\n`);
  if (divergence === undefined) {
    host.stdout.write(`the replay goes the way of the recording: ${tasks} task${tasks === 1 ? '' : 's'}\n`);
    return;
  }
  host.stdout.write(`${divergence.text}\n`);
  throw new Told(EXIT.failed);
}

function read(file: string, host: Host): string {
  try {
    return readFileSync(resolve(host.cwd, file), 'utf8');
  } catch (error) {
    throw new CliFailure(EXIT.app, `cannot read ${file}: ${(error as Error).message}`);
  }
}

/** What is wrong with the recording, or with the app for it, is told in one line. */
function refuse(error: unknown): never {
  throw new CliFailure(EXIT.app, error instanceof Error ? error.message : String(error));
}
