// Firings for people to read: one a line, in columns that line up.
import { alignColumns, visible } from '../text-columns.js';
import type { Firing } from './firing.js';
import type { ClockNote } from './local-clock.js';

/** Writes each firing as `local offset zone task note`. */
export function calendarText(list: Iterable<Firing>): string {
  const rows = [...list].map(({ local, offset, timeZone, name, note }) => [
    `${local} ${offset}`,
    timeZone,
    visible(name),
    note === undefined ? '' : noteText(note, local),
  ]);
  return alignColumns(rows)
    .map((line) => `${line}\n`)
    .join('');
}

function noteText(note: ClockNote, local: string): string {
  switch (note.kind) {
    case 'gap': {
      // A gap of days, as where the date line was crossed, says so.
      const [first, last] = note.skipped.map((reading) =>
        reading.slice(0, 10) === local.slice(0, 10) ? reading.slice(11) : reading,
      ) as [string, string];
      return first === last
        ? `after a gap: the clock did not show ${first}`
        : `after a gap: the clock did not show ${first} to ${last}`;
    }
    case 'first-pass':
      return 'shown twice: first pass';
    case 'second-pass':
      return 'shown twice: second pass';
  }
}
