// What a clock on the wall of a time zone shows in a given minute, and whether it has just been changed or is about to
// show the same again.
import { type Span, type Zone, zoneNamed } from '../../src/model/zone.js';

/**
 * What is odd about a minute.
 * - `gap`: it is the first after the clock was put forward; `skipped` tells the first and the last reading it did not show.
 * - `first-pass`: the clock will show the same reading once more.
 * - `second-pass`: the clock has shown this reading before.
 */
export type ClockNote =
  | { readonly kind: 'gap'; readonly skipped: readonly [first: string, last: string] }
  | { readonly kind: 'first-pass' | 'second-pass' };

/** What is shown. */
export interface ClockReading {
  readonly timeZone: string;
  /** As `2026-03-08 03:00`. */
  readonly local: string;
  /** As `-04:00`. */
  readonly offset: string;
  readonly note: ClockNote | undefined;
}

const MINUTE_MS = 60_000;
const DAY = 24 * 60;

/** The clock of one time zone. */
export class LocalClock {
  readonly #zone: Zone;

  /** @throws ConfigurationError if there is no such zone. */
  constructor(timeZone: string) {
    this.#zone = zoneNamed('timeZone', timeZone);
  }

  /** Reads the clock in the minute that starts at that instant, in epoch milliseconds. */
  at(instant: number): ClockReading {
    const minute = Math.floor(instant / MINUTE_MS);
    const span = this.#zone.spanAt(minute);
    const reading = minute + span.offset;
    const note = this.#note(minute, reading, span);
    return { timeZone: this.#zone.name, local: readingText(reading), offset: offsetText(span.offset), note };
  }

  #note(minute: number, reading: number, { start, seen }: Span): ClockNote | undefined {
    if (reading <= seen) return { kind: 'second-pass' };
    if (this.#isShownAgain(minute, reading)) return { kind: 'first-pass' };
    // Without an end: in UTC, nothing was ever skipped.
    if (minute === start && seen > -Infinity && reading > seen + 1)
      return { kind: 'gap', skipped: [readingText(seen + 1), readingText(reading - 1)] };
    return undefined;
  }

  /** Clocks are put back by less than a day, so what is further off does not matter. */
  #isShownAgain(minute: number, reading: number): boolean {
    let { end } = this.#zone.spanAt(minute);
    while (end - minute < DAY) {
      const later = this.#zone.spanAt(end);
      if (reading >= end + later.offset && reading < later.end + later.offset) return true;
      end = later.end;
    }
    return false;
  }
}

function readingText(reading: number): string {
  return new Date(reading * MINUTE_MS).toISOString().replace('T', ' ').slice(0, -8);
}

function offsetText(offset: number): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
}

function digits(count: number): string {
  return String(count).padStart(2, '0');
}
