// The week in figures: one row for each task. Every attempt counts as a run, whether or not it came to its body.
import type { Signal } from 'huey-ts';
import type { SimulationEvent } from 'huey-ts/sim';
import { dayAndTime } from './calendar.js';

const COLUMNS = ['task', 'runs', 'completed', 'failed', 'retried', 'skipped', 'first run', 'last run'];

/** Which signals a column counts. A task that finds its lock taken has failed in that attempt. */
const COUNTED: readonly (readonly Signal[])[] = [
  ['executing'],
  ['complete'],
  ['error', 'timeout', 'locked', 'rate-limited'],
  ['retrying'],
  ['revoked', 'expired', 'canceled'],
];

/** The lines of the table, tasks in the order of their first event. */
export function tableOf(events: readonly SimulationEvent[]): string[] {
  const names = [...new Set(events.map(({ task }) => task.name))];
  const rows = names.map((name) =>
    rowOf(
      name,
      events.filter(({ task }) => task.name === name),
    ),
  );
  return aligned([COLUMNS, ...rows]);
}

function rowOf(name: string, events: readonly SimulationEvent[]): string[] {
  const runs = events.filter(({ signal }) => signal === 'executing').map(({ at }) => dayAndTime(at));
  const counts = COUNTED.map((signals) => events.filter(({ signal }) => signals.includes(signal)).length);
  return [
    name,
    ...counts.map((count) => (count === 0 ? '-' : `${count}`)),
    runs[0] ?? 'never',
    runs.at(-1) ?? 'never',
  ];
}

/** Names to the left, everything else to the right, a rule below the head. */
function aligned(rows: readonly string[][]): string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    );
    return `  ${cells.join('   ')}`;
  });
  const rule = `  ${widths.map((width) => '-'.repeat(width)).join('   ')}`;
  return [lines[0]!, rule, ...lines.slice(1)];
}
