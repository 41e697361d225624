// The week as a chart: a lane for each task, a column for every three hours.
import type { SimulationEvent } from 'huey-ts/sim';
import { dayAndDate, DAY_MS, HOUR_MS } from './calendar.js';

const COLUMN_MS = 3 * HOUR_MS;
const COLUMNS_A_DAY = DAY_MS / COLUMN_MS;
const DAYS = 7;

/** The lines of the chart, with its legend. */
export function timelineOf(events: readonly SimulationEvent[], start: number): string[] {
  const names = [...new Set(events.map(({ task }) => task.name))];
  const width = Math.max(...names.map((name) => name.length));
  const days = Array.from({ length: DAYS }, (_, index) =>
    dayAndDate(start + index * DAY_MS).padEnd(COLUMNS_A_DAY),
  );
  return [
    `  ${' '.repeat(width)}  ${days.join(' ')}`.trimEnd(),
    ...names.map((name) => {
      const own = events.filter(({ task }) => task.name === name);
      return `  ${name.padEnd(width)}  ${laneOf(own, start)}`;
    }),
    '',
    '  1-9 runs completed in three hours, + ten or more, ! a run failed, / skipped',
  ];
}

function laneOf(events: readonly SimulationEvent[], start: number): string {
  const columns = Array.from({ length: DAYS * COLUMNS_A_DAY }, (_, index) => {
    const from = start + index * COLUMN_MS;
    return markOf(events.filter(({ at }) => at >= from && at < from + COLUMN_MS));
  });
  return columns
    .map((mark, index) => ((index + 1) % COLUMNS_A_DAY === 0 ? `${mark} ` : mark))
    .join('')
    .trimEnd();
}

function markOf(events: readonly SimulationEvent[]): string {
  const has = (...signals: string[]): boolean => events.some(({ signal }) => signals.includes(signal));
  if (has('error', 'timeout', 'locked')) return '!';
  if (has('revoked', 'expired', 'canceled')) return '/';
  const completed = events.filter(({ signal }) => signal === 'complete').length;
  return completed === 0 ? '.' : completed < 10 ? `${completed}` : '+';
}
