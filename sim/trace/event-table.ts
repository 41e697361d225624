// Events for people to read: one a line, in columns.
import { formatDuration } from '../../src/time.js';
import { alignColumns, visible } from '../text-columns.js';
import type { TraceEvent } from './trace-event.js';

/** Wider columns would push the others out of sight; the last is not cut here. */
const WIDEST = 32;

/** What is shown of an event; the time is since `start`, in epoch milliseconds. */
export function eventCells(event: TraceEvent, start: number): string[] {
  const { index, at, kind, node, actor, op, task, name, detail } = event;
  const what = [name, task].filter((part) => part !== undefined).join(' ');
  const cells = [
    String(index),
    `+${formatDuration(at - start)}`,
    actor ?? node ?? '',
    kind,
    op ?? '',
    what,
    detail ?? '',
  ];
  return cells.map(visible);
}

/** Brings rows of `eventCells` into columns that line up. */
export function alignCells(rows: readonly (readonly string[])[]): string[] {
  return alignColumns(rows, { widest: WIDEST, right: 0 });
}

/** Writes each event as `index +time actor kind op task detail`, in columns that line up. */
export function eventTable(events: readonly TraceEvent[], start: number): string[] {
  return alignCells(events.map((event) => eventCells(event, start)));
}
