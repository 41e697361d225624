// Events for people to read: one a line, in columns.
import { formatDuration } from '../../src/time.js';
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
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.min(WIDEST, Math.max(0, ...rows.map((row) => row[column]!.length))),
  );
  return rows.map((row) => {
    const padded = row.map((cell, column) =>
      column === 0 ? cell.padStart(widths[0]!) : cell.padEnd(widths[column] ?? 0),
    );
    return padded.join('  ').trimEnd();
  });
}

/** Writes each event as `index +time actor kind op task detail`, in columns that line up. */
export function eventTable(events: readonly TraceEvent[], start: number): string[] {
  return alignCells(events.map((event) => eventCells(event, start)));
}

/** Names and details are the user's: what would move the cursor is shown as an escape. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return '\\n';
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}
