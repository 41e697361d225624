// huey sim: simulated runs from the command line. It exits with 0 if nothing was found, 1 if something was, 2 if the
// command line makes no sense, 3 if a file cannot be loaded or read.
import { type Command, newCommand } from '../../src/cli/command-line.js';
import type { Host } from '../../src/cli/host.js';
import { configureDiff, configureTimeline } from './trace-commands.js';
import { configureRecording } from './recording-command.js';
import { configureReplay, configureRun, configureShrink } from './run-commands.js';
import { configureSweep } from './sweep-command.js';

const PARTS: readonly [name: string, about: string, configure: (command: Command, host: Host) => void][] = [
  ['run', 'Make one run, of one seed.', configureRun],
  ['replay', 'Make a run again, from its token, its trace or its scenario, and compare.', configureReplay],
  ['replay-recording', 'Do again what a real consumer did, and compare.', configureRecording],
  ['sweep', 'Run many seeds; the first that fails is shrunk.', configureSweep],
  ['shrink', 'Make a failing run, or that of a failing seed, as small as possible.', configureShrink],
  ['diff', 'Show where two traces part.', configureDiff],
  ['timeline', 'Draw a trace: as text, as one page of HTML, or for Perfetto.', configureTimeline],
];

/** Declares the commands under it. */
export function configure(command: Command, host: Host): void {
  command.usage('run|replay|replay-recording|sweep|shrink|diff|timeline [options]');
  for (const [name, about, declare] of PARTS) {
    const part = newCommand(name, host).description(about);
    declare(part, host);
    command.addCommand(part);
  }
}
