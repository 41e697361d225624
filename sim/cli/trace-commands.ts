// huey sim diff and timeline: what traces that were written to files show.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, integerOption, Option } from '../../src/cli/command-line.js';
import { CliFailure, EXIT, Told } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import { type DrawingOptions, drawTimeline } from '../timeline/drawing.js';
import { differenceText } from '../trace/difference-text.js';
import { diffTraces } from '../trace/trace-diff.js';
import { readTrace, type RecordedRun } from '../trace/trace-reader.js';

/** Declares `huey sim diff`. */
export function configureDiff(command: Command, host: Host): void {
  command
    .argument('<left>', 'the file of a trace')
    .argument('<right>', 'the file of another')
    .option('--canonical', 'compare only what does not depend on the storage')
    .action((left: string, right: string, { canonical = false }: { readonly canonical?: boolean }) => {
      const [a, b] = [read(left, host), read(right, host)];
      const difference = diffTraces(a, b, { canonical });
      if (difference === undefined) {
        host.stdout.write('the runs are the same\n');
        return;
      }
      const text = differenceText(difference, { ...a, called: left }, { ...b, called: right });
      host.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
      throw new Told(EXIT.failed);
    });
}

interface TimelineOptions extends DrawingOptions {
  readonly out?: string;
}

/** Declares `huey sim timeline`. */
export function configureTimeline(command: Command, host: Host): void {
  const as = new Option('--as <form>', 'how to draw it').choices(['text', 'html', 'perfetto']);
  command
    .argument('<trace>', 'the file of a trace')
    .addOption(as.default('text'))
    .option('--from <duration>', 'show it from that time since the start on, as 5s')
    .option('--to <duration>', 'show it up to that time since the start')
    .option('--columns <number>', 'how wide the text is', integerOption(40), 100)
    .option('--out <file>', 'write to a file instead of the standard output')
    .action((file: string, { out, ...options }: TimelineOptions) => {
      const text = drawTimeline(read(file, host), { title: file, ...options });
      if (out === undefined) host.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
      else writeFileSync(resolve(host.cwd, out), text);
    });
}

function read(file: string, host: Host): RecordedRun {
  try {
    return readTrace(readFileSync(resolve(host.cwd, file), 'utf8'));
  } catch (error) {
    throw new CliFailure(EXIT.app, `${file} cannot be read: ${String(error)}`, { cause: error });
  }
}
