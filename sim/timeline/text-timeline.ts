// The timeline as text: a line for each row of a lane, a column for each slice of time. Of several things in one place the
// one that should worry most is shown.
import { integer } from '../../src/check.js';
import { formatDuration } from '../../src/time.js';
import { visible } from '../text-columns.js';
import { axisTicks } from './time-axis.js';
import type { Stretch } from './stretch.js';
import type { Lane, Mark, Timeline } from './timeline.js';
import { TONES } from './tone.js';

/** What `textTimeline` takes beside the timeline. */
export interface TextTimelineOptions {
  /** The width in columns, at least 40. Default 100. */
  readonly columns?: number;
}

const WIDEST_LABEL = 22;
const FILLS: Readonly<Record<string, string>> = {
  execution: '━',
  'lock-wait': '┄',
  down: '░',
  pause: '▒',
  partition: '╳',
};
const OTHER_FILL = '─';

/** What stands for an event, and what the legend says of it. */
const SIGNS: Readonly<Record<string, string>> = {
  'signal enqueued': '+',
  'signal scheduled': '@',
  'signal complete': '✓',
  'signal error': '!',
  'signal retrying': 'r',
  'signal revoked': 'v',
  'signal canceled': 'c',
  'signal expired': 'x',
  'signal interrupted': 'i',
  'signal locked': 'l',
  'signal rate-limited': 'q',
  'signal timeout': 't',
  'fault crash': 'X',
  'fault restart': 'R',
};
const OTHER_SIGNS: Readonly<Record<string, string>> = { fault: '*', note: 'n', command: '>' };

interface Canvas {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly columnOf: (at: number) => number;
}

/** Draws a timeline, with its axis and a legend of what occurs in it; no line is longer than `columns`. */
export function textTimeline(timeline: Timeline, options: TextTimelineOptions = {}): string {
  const columns = integer('columns', options.columns, 100, 40);
  const { from, to, lanes, header } = timeline;
  const labels = labelsOf(lanes);
  const gutter = Math.max(4, ...labels.map(({ length }) => length)) + 2;
  const width = columns - gutter;
  const canvas: Canvas = {
    from,
    to,
    columns: width,
    columnOf: (at) => Math.min(width - 1, Math.floor(((at - from) / (to - from)) * width)),
  };
  const body = lanes.flatMap((lane, index) => laneLines(timeline, lane, index, canvas));
  const heads = lanes.flatMap(({ rows }, index) => [
    labels[index]!,
    ...Array.from({ length: rows - 1 }, () => ''),
  ]);
  const drawn = withNodeHeads(
    lanes,
    body.map((line, index) => `${heads[index]!.padEnd(gutter)}${line}`.trimEnd()),
  );
  return [
    `${'time'.padEnd(gutter)}${axisLine(from - header.start, to - header.start, canvas)}`.trimEnd(),
    ...drawn,
    '',
    ...legend(timeline, columns),
    '',
  ].join('\n');
}

function labelsOf(lanes: readonly Lane[]): string[] {
  return lanes.map(({ node, label }) => cut(narrow(label === '' ? node : `  ${label}`), WIDEST_LABEL));
}

/** A node that did nothing as a whole still gets a line with its name above its actors. */
function withNodeHeads(lanes: readonly Lane[], lines: readonly string[]): string[] {
  let position = 0;
  return lanes.flatMap((lane, index) => {
    const own = lines.slice(position, (position += lane.rows));
    const first = index === 0 || lanes[index - 1]!.node !== lane.node;
    return first && lane.label !== '' ? [cut(narrow(lane.node), WIDEST_LABEL), ...own] : own;
  });
}

function axisLine(from: number, to: number, { columns }: Canvas): string {
  const line = Array.from({ length: columns }, () => ' ');
  let free = 0;
  for (const tick of axisTicks(from, to, Math.floor(columns / 12))) {
    const column = Math.floor(((tick - from) / (to - from)) * columns);
    const text = `|+${formatDuration(tick)}`;
    if (column < free || column + text.length > columns) continue;
    write(line, column, text);
    free = column + text.length + 1;
  }
  return line.join('');
}

function laneLines({ stretches, marks }: Timeline, lane: Lane, index: number, canvas: Canvas): string[] {
  const lines = Array.from({ length: lane.rows }, () => Array.from({ length: canvas.columns }, () => ' '));
  for (const stretch of stretches)
    if (stretch.lane === index && !stretch.call) drawStretch(lines[stretch.row]!, stretch, canvas);
  const own = marks.filter((mark) => mark.lane === index && signOf(mark) !== undefined);
  // The worst last, on top of the others.
  for (const mark of own.toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone)))
    lines[0]![canvas.columnOf(mark.at)] = signOf(mark)!;
  return lines.map((line) => line.join(''));
}

function drawStretch(line: string[], stretch: Stretch, canvas: Canvas): void {
  const { op, from, to, end, event } = stretch;
  const { columnOf } = canvas;
  const [first, last] = [Math.max(0, columnOf(from)), columnOf(to)];
  const length = last - first + 1;
  const fill = FILLS[op] ?? OTHER_FILL;
  write(line, first, fill.repeat(length));
  const name = narrow(event.name ?? event.task ?? '');
  // The name needs an end on both sides of it, or nobody could tell where the stretch begins and stops.
  if (length >= 4) write(line, first + 1, cut(name, length - 2));
  if (op !== 'execution' || length < 2) return;
  // What reaches over the edge has no end here.
  if (from >= canvas.from) line[first] = '┣';
  if (to <= canvas.to && end !== 'open') line[last] = end === 'ended' ? '┫' : '╳';
}

function signOf({ event: { kind, op } }: Mark): string | undefined {
  return SIGNS[`${kind} ${op}`] ?? OTHER_SIGNS[kind];
}

/** Each sign with all that it stands for in this timeline. */
function legend({ stretches, marks }: Timeline, columns: number): string[] {
  const meanings = new Map<string, Set<string>>();
  const add = (sign: string, meaning: string): void =>
    void meanings.set(sign, (meanings.get(sign) ?? new Set()).add(narrow(meaning)));
  for (const { call, op, end } of stretches) {
    if (call) continue;
    add(FILLS[op] ?? OTHER_FILL, op);
    if (op === 'execution' && end === 'cut') add('╳', 'cut off');
  }
  for (const mark of marks) {
    const sign = signOf(mark);
    if (sign !== undefined) add(sign, mark.event.op ?? mark.event.kind);
  }
  const entries = [...meanings].map(([sign, meant]) => cut(`${sign} ${[...meant].join(', ')}`, columns));
  return wrap(entries, columns);
}

function wrap(entries: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + entry.length <= columns)
      lines[lines.length - 1] = `${last}   ${entry}`;
    else lines.push(entry);
  }
  return lines;
}

function write(line: string[], column: number, text: string): void {
  for (const [index, character] of text.split('').entries()) line[column + index] = character;
}

/** Names may hold characters of any width: what is not known to fill one column is replaced. */
function narrow(text: string): string {
  return visible(text).replaceAll(/[^\u0020-\u007e\u00a1-\u024f\u0370-\u03ff\u0400-\u04ff]/gu, '?');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;
}
