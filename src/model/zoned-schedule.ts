// A timetable in a time zone: turns questions about instants into questions about readings of the local clock, and
// keeps the daylight saving promise of schedule.ts.
import { expected } from '../check.js';
import { LAST_INSTANT_MS } from '../time.js';
import type { Schedule } from './schedule.js';
import type { Timetable } from './timetable.js';
import { type Zone, zoneNamed } from './zone.js';

const MINUTE_MS = 60_000;
const DAY = 24 * 60;
/** A day after the last minute of time: further on no offset brings a reading back into it. */
const HORIZON = LAST_INSTANT_MS / MINUTE_MS + DAY;

/** The common part of crontab() and cron(). */
export abstract class ZonedSchedule implements Schedule {
  readonly timeZone: string;
  readonly #zone: Zone;
  readonly #timetable: Timetable;

  constructor(timetable: Timetable, timeZone = 'UTC') {
    this.#zone = zoneNamed('timeZone', timeZone);
    this.#timetable = timetable;
    this.timeZone = timeZone;
  }

  abstract toString(): string;

  matches(instant: number): boolean {
    const minute = Math.floor(checked('instant', instant) / MINUTE_MS);
    const { start, offset, seen } = this.#zone.spanAt(minute);
    const reading = minute + offset;
    if (this.#timetable.everyHour) return this.#timetable.matches(reading);
    if (minute > start) return reading > seen && this.#timetable.matches(reading);
    return this.#timetable.previous(reading) > seen;
  }

  next(after: number): number | undefined {
    const minute = Math.floor(checked('after', after) / MINUTE_MS) + 1;
    return instantOf(this.#timetable.everyHour ? this.#nextShown(minute) : this.#nextFixed(minute));
  }

  previous(before: number): number | undefined {
    const minute = Math.ceil(checked('before', before) / MINUTE_MS) - 1;
    return instantOf(this.#timetable.everyHour ? this.#previousShown(minute) : this.#previousFixed(minute));
  }

  /** The first minute from `minute` on in which a reading that matches is shown for the first time or overtaken. */
  #nextFixed(minute: number): number {
    const reading = this.#timetable.next(this.#zone.seenBefore(minute) + 1);
    return reading === Infinity ? Infinity : this.#zone.firstMinuteOf(reading);
  }

  #previousFixed(minute: number): number {
    const reading = this.#timetable.previous(this.#zone.seenBefore(minute + 1));
    return reading === -Infinity ? -Infinity : this.#zone.firstMinuteOf(reading);
  }

  /** The first minute from `minute` on that shows a reading that matches. */
  #nextShown(minute: number): number {
    for (;;) {
      const { end, offset } = this.#zone.spanAt(minute);
      const found = this.#timetable.next(minute + offset) - offset;
      if (found < end || found > HORIZON) return found;
      // Offsets are less than a day: what is shown after two days is later than what is shown now, so all of it up to a
      // day before the found reading is known not to match.
      minute = end - minute < 2 * DAY ? end : Math.max(end, found - 2 * DAY);
    }
  }

  #previousShown(minute: number): number {
    for (;;) {
      const { start, offset } = this.#zone.spanAt(minute);
      const found = this.#timetable.previous(minute + offset) - offset;
      if (found >= start || found < -HORIZON) return found;
      minute = minute - start < 2 * DAY ? start - 1 : Math.min(start - 1, found + 2 * DAY);
    }
  }
}

function checked(what: string, instant: number): number {
  if (!(Math.abs(instant) <= LAST_INSTANT_MS))
    throw expected(what, 'an instant in epoch milliseconds', instant);
  return instant;
}

function instantOf(minute: number): number | undefined {
  const instant = minute * MINUTE_MS;
  return Math.abs(instant) <= LAST_INSTANT_MS ? instant : undefined;
}
