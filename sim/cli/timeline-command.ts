// `huey sim timeline`: a run as a picture, in one of three formats.
import { expected } from '../../src/check.js';
import { type Duration, durationMs } from '../../src/time.js';
import { htmlTimeline } from '../timeline/html-timeline.js';
import { perfettoTrace } from '../timeline/perfetto.js';
import { textTimeline } from '../timeline/text-timeline.js';
import { type Timeline, timelineOf } from '../timeline/timeline.js';
import { type CommandResult, done, guarded } from './command-result.js';
import { runIn, type TraceFile } from './trace-file.js';

/** What `timelineCommand` takes beside the trace. */
export interface TimelineCommandOptions {
  /** Default `text`. */
  readonly format?: 'text' | 'html' | 'perfetto';
  /** The part that is shown, as times since the start of the run. Default all of it. */
  readonly from?: Duration;
  readonly to?: Duration;
  /** The width of the text. Default 100. */
  readonly columns?: number;
  /** How many events the page shows: the latest. Default 10,000. */
  readonly maxEvents?: number;
}

/** Draws a trace: exit code 0, or 2 if it cannot be read or an option is no good. */
export function timelineCommand(file: TraceFile, options: TimelineCommandOptions = {}): CommandResult {
  return guarded(() => {
    const run = runIn(file);
    const { start } = run.header;
    const from = options.from === undefined ? undefined : start + durationMs('from', options.from);
    const to = options.to === undefined ? undefined : start + durationMs('to', options.to);
    if (from !== undefined && to !== undefined && to <= from)
      throw expected('to', 'later than `from`', options.to);
    const timeline = timelineOf(run, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    return done(draw(timeline, file.called, options));
  });
}

function draw(
  timeline: Timeline,
  title: string,
  { format = 'text', columns, maxEvents }: TimelineCommandOptions,
): string {
  switch (format) {
    case 'text':
      return textTimeline(timeline, columns === undefined ? {} : { columns });
    case 'html':
      return htmlTimeline(timeline, { title, ...(maxEvents !== undefined && { maxEvents }) });
    case 'perfetto':
      return perfettoTrace(timeline);
    default:
      throw expected('format', 'text, html or perfetto', format);
  }
}
