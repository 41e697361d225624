// The difference of two runs for people to read: what they have in common, then each one's own way.
import { formatDuration } from '../../src/time.js';
import { alignCells, eventCells } from './event-table.js';
import type { TraceDifference } from './trace-diff.js';
import type { RecordedRun } from './trace-reader.js';

/** A run, and what it is called: the name of its file, for instance. */
export interface NamedRun extends RecordedRun {
  readonly called: string;
}

/** Tells a difference of `diffTraces`; events of the first run are marked `<`, those of the second `>`. */
export function differenceText(difference: TraceDifference, left: NamedRun, right: NamedRun): string {
  const { before, header } = difference;
  const cells = [
    ...[...before, ...difference.left].map((event) => eventCells(event, left.header.start)),
    ...difference.right.map((event) => eventCells(event, right.header.start)),
  ];
  const rows = alignCells(cells);
  const own = before.length + difference.left.length;
  return [
    headline(difference, left, right),
    ...header.map((name) => `  ${name}: ${shown(left.header[name])} | ${shown(right.header[name])}`),
    '',
    ...rows.slice(0, before.length).map((row) => `    ${row}`),
    ...section('<', left.called, rows.slice(before.length, own)),
    ...section('>', right.called, rows.slice(own)),
    '',
  ].join('\n');
}

function headline(
  { agreed, earlier, left, right }: TraceDifference,
  mine: NamedRun,
  theirs: NamedRun,
): string {
  if (earlier) return 'The runs part before the first event that both have kept.';
  const count = agreed === 1 ? 'The first event is' : `The first ${agreed} events are`;
  const common = agreed === 0 ? 'No event is the same' : `${count} the same`;
  const since = (at: number, { header }: NamedRun): string => `+${formatDuration(at - header.start)}`;
  if (left[0] === undefined)
    return `${common}; then ${mine.called} ends, and ${theirs.called} goes on at ${since(right[0]!.at, theirs)}.`;
  if (right[0] === undefined)
    return `${common}; then ${theirs.called} ends, and ${mine.called} goes on at ${since(left[0].at, mine)}.`;
  return `${common}; the runs part at ${since(left[0].at, mine)}.`;
}

function section(mark: string, called: string, rows: readonly string[]): string[] {
  if (rows.length === 0) return [`${mark} ${called} ends here`];
  return [
    `${mark} ${called}`,
    ...rows.map((row, index) => `${index === 0 ? mark.repeat(2) : `${mark} `}  ${row}`),
  ];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
