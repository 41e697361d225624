// A run as a picture, in one of three forms.
import { checkOptionNames, expected } from '../../src/check.js';
import { type Duration, durationMs } from '../../src/time.js';
import type { RecordedRun } from '../trace/trace-reader.js';
import { htmlTimeline } from './html-timeline.js';
import { perfettoTrace } from './perfetto.js';
import { textTimeline } from './text-timeline.js';
import { timelineOf } from './timeline.js';

/** What `sim.timeline` and `huey sim timeline` take. */
export interface DrawingOptions {
  /** Text, one page of HTML that loads nothing, or JSON for Perfetto. Default `text`. */
  readonly as?: 'text' | 'html' | 'perfetto';
  /** The part that is shown, as times since the start of the run. Default all of it. */
  readonly from?: Duration;
  readonly to?: Duration;
  /** The width of the text, at least 40. Default 100. */
  readonly columns?: number;
  /** What the page is called. Default `huey-ts simulation`. */
  readonly title?: string;
  /** How many events the page shows: the latest. Default 10,000. */
  readonly maxEvents?: number;
}

const KNOWN = ['as', 'from', 'to', 'columns', 'title', 'maxEvents'];

/** Draws a run. @throws ConfigurationError for an option that makes no sense. */
export function drawTimeline(run: RecordedRun, options: DrawingOptions = {}): string {
  checkOptionNames(options, KNOWN, 'timeline');
  const { as = 'text', columns, title, maxEvents } = options;
  const { start } = run.header;
  const from = options.from === undefined ? undefined : start + durationMs('from', options.from);
  const to = options.to === undefined ? undefined : start + durationMs('to', options.to);
  if (from !== undefined && to !== undefined && to <= from)
    throw expected('to', 'later than `from`', options.to);
  const timeline = timelineOf(run, { ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  switch (as) {
    case 'text':
      return textTimeline(timeline, { ...(columns !== undefined && { columns }) });
    case 'html':
      return htmlTimeline(timeline, {
        ...(title !== undefined && { title }),
        ...(maxEvents !== undefined && { maxEvents }),
      });
    case 'perfetto':
      return perfettoTrace(timeline);
    default:
      throw expected('as', 'text, html or perfetto', as);
  }
}
