// huey sim diff and timeline: what traces that were written to files show.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from '../../src/cli/command-line.js';
import { CliFailure, EXIT, Told } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import { htmlTimeline } from '../timeline/html-timeline.js';
import { perfettoTrace } from '../timeline/perfetto.js';
import { textTimeline } from '../timeline/text-timeline.js';
import { timelineOf } from '../timeline/timeline.js';
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

interface TimelineOptions {
  readonly as: 'text' | 'html' | 'perfetto';
  readonly out?: string;
}

/** Declares `huey sim timeline`. */
export function configureTimeline(command: Command, host: Host): void {
  const as = new Option('--as <form>', 'how to draw it').choices(['text', 'html', 'perfetto']);
  command
    .argument('<trace>', 'the file of a trace')
    .addOption(as.default('text'))
    .option('--out <file>', 'write to a file instead of the standard output')
    .action((file: string, { as, out }: TimelineOptions) => {
      const timeline = timelineOf(read(file, host));
      const text =
        as === 'html'
          ? htmlTimeline(timeline)
          : as === 'perfetto'
            ? perfettoTrace(timeline)
            : textTimeline(timeline);
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
