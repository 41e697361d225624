// Which readings of a calendar and a clock a schedule names, whatever the time zone. A reading is a local date and time,
// counted in minutes from 1970-01-01T00:00. A month has one of 28 shapes (the weekday it starts on, its length), so
// any rule about days is 28 sets of dates, worked out once; a search goes from matching day to matching day.
import { bitSet, hasBit, largestTo, smallestFrom } from './bit-set.js';
import { firstDayOf, monthOf, monthOfYear, weekdayOf } from './calendar.js';

/** All that a rule about days may look at. */
export interface MonthShape {
  /** The weekday of its first day: 0 for Sunday to 6. */
  readonly startsOn: number;
  /** Its number of days: 28 to 31. */
  readonly length: number;
}

/** What a timetable is made of: the values that each field allows. */
export interface TimetableFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 for January to 12. */
  readonly months: readonly number[];
  /** The dates, 1 to 31, that match in a month of this shape. */
  readonly datesIn: (shape: MonthShape) => readonly number[];
}

/** One month of the timetable: its days from `first` to before `end`, and the dates in it that match. */
interface Month {
  readonly index: number;
  readonly first: number;
  readonly end: number;
  readonly dates: number;
}

/** In minutes, as all times here. */
const DAY = 24 * 60;
const EVERY_HOUR = (1 << 24) - 1;
/** Sixty minutes are more than one bit set holds. */
const HALF = 30;

/** A set of readings. */
export class Timetable {
  /** Whether all 24 hours are allowed: such a schedule follows real time when the clock is changed. */
  readonly everyHour: boolean;
  readonly #firstMinutes: number;
  readonly #lastMinutes: number;
  readonly #hours: number;
  readonly #months: number;
  readonly #dates: Int32Array;
  readonly #earliest: number;
  readonly #latest: number;
  readonly #isEmpty: boolean;
  /** The month that was asked about last: mostly the next question is about it too. */
  #recent: Month = { index: 0, first: 0, end: 0, dates: 0 };

  constructor(fields: TimetableFields) {
    this.#firstMinutes = bitSet(fields.minutes.filter((minute) => minute < HALF));
    this.#lastMinutes = bitSet(
      fields.minutes.filter((minute) => minute >= HALF).map((minute) => minute - HALF),
    );
    this.#hours = bitSet(fields.hours);
    this.#months = bitSet(fields.months);
    this.#dates = Int32Array.from({ length: 28 }, (_, shape) => {
      const length = 28 + (shape & 3);
      return bitSet(fields.datesIn({ startsOn: shape >> 2, length }).filter((date) => date <= length));
    });
    this.everyHour = this.#hours === EVERY_HOUR;
    this.#earliest = this.#timeFrom(0);
    this.#latest = this.#timeTo(DAY - 1);
    this.#isEmpty = this.#earliest < 0 || !this.#hasAnyDay();
  }

  /** Tells whether the schedule names this reading. */
  matches(reading: number): boolean {
    const day = Math.floor(reading / DAY);
    return this.#hasTime(reading - day * DAY) && this.#hasDay(day);
  }

  /** The first matching reading that is at least this one; Infinity if there is none. */
  next(reading: number): number {
    if (this.#isEmpty) return Infinity;
    const day = Math.floor(reading / DAY);
    const time = this.#timeFrom(reading - day * DAY);
    if (time >= 0 && this.#hasDay(day)) return day * DAY + time;
    let month = this.#monthHolding(day);
    let date = smallestFrom(month.dates, day - month.first + 2);
    while (date < 0) {
      month = this.#monthAt(this.#allowedMonthFrom(month.index + 1));
      date = smallestFrom(month.dates, 1);
    }
    return (month.first + date - 1) * DAY + this.#earliest;
  }

  /** The last matching reading that is at most this one; -Infinity if there is none. */
  previous(reading: number): number {
    if (this.#isEmpty) return -Infinity;
    const day = Math.floor(reading / DAY);
    const time = this.#timeTo(reading - day * DAY);
    if (time >= 0 && this.#hasDay(day)) return day * DAY + time;
    let month = this.#monthHolding(day);
    let date = largestTo(month.dates, day - month.first);
    while (date < 0) {
      month = this.#monthAt(this.#allowedMonthTo(month.index - 1));
      date = largestTo(month.dates, 31);
    }
    return (month.first + date - 1) * DAY + this.#latest;
  }

  #hasDay(day: number): boolean {
    const month = this.#monthHolding(day);
    return hasBit(month.dates, day - month.first + 1);
  }

  #monthHolding(day: number): Month {
    const recent = this.#recent;
    if (day >= recent.first && day < recent.end) return recent;
    return (this.#recent = this.#monthAt(monthOf(day)));
  }

  #monthAt(index: number): Month {
    const first = firstDayOf(index);
    const end = firstDayOf(index + 1);
    const shape = (weekdayOf(first) << 2) | (end - first - 28);
    return { index, first, end, dates: hasBit(this.#months, monthOfYear(index)) ? this.#dates[shape]! : 0 };
  }

  #allowedMonthFrom(index: number): number {
    const january = index - monthOfYear(index) + 1;
    const found = smallestFrom(this.#months, monthOfYear(index));
    return january - 1 + (found >= 0 ? found : 12 + smallestFrom(this.#months, 1));
  }

  #allowedMonthTo(index: number): number {
    const january = index - monthOfYear(index) + 1;
    const found = largestTo(this.#months, monthOfYear(index));
    return january - 1 + (found >= 0 ? found : largestTo(this.#months, 12) - 12);
  }

  /** The calendar repeats after 400 years: a day that is not in them does not come at all. */
  #hasAnyDay(): boolean {
    if (this.#months === 0) return false;
    const start = monthOf(0);
    for (let index = start; index < start + 400 * 12; index = this.#allowedMonthFrom(index + 1))
      if (this.#monthAt(index).dates !== 0) return true;
    return false;
  }

  #hasTime(time: number): boolean {
    const hour = (time / 60) | 0;
    return hasBit(this.#hours, hour) && this.#hasMinute(time - hour * 60);
  }

  #hasMinute(minute: number): boolean {
    return minute < HALF ? hasBit(this.#firstMinutes, minute) : hasBit(this.#lastMinutes, minute - HALF);
  }

  /** The first matching time of day, in minutes, that is at least this one; -1 if there is none. */
  #timeFrom(time: number): number {
    const hour = (time / 60) | 0;
    if (hasBit(this.#hours, hour)) {
      const minute = this.#minuteFrom(time - hour * 60);
      if (minute >= 0) return hour * 60 + minute;
    }
    const later = smallestFrom(this.#hours, hour + 1);
    const minute = this.#minuteFrom(0);
    return later < 0 || minute < 0 ? -1 : later * 60 + minute;
  }

  /** The last matching time of day, in minutes, that is at most this one; -1 if there is none. */
  #timeTo(time: number): number {
    const hour = (time / 60) | 0;
    if (hasBit(this.#hours, hour)) {
      const minute = this.#minuteTo(time - hour * 60);
      if (minute >= 0) return hour * 60 + minute;
    }
    const earlier = largestTo(this.#hours, hour - 1);
    const minute = this.#minuteTo(59);
    return earlier < 0 || minute < 0 ? -1 : earlier * 60 + minute;
  }

  #minuteFrom(from: number): number {
    const early = smallestFrom(this.#firstMinutes, from);
    if (early >= 0) return early;
    const late = smallestFrom(this.#lastMinutes, Math.max(from - HALF, 0));
    return late < 0 ? -1 : late + HALF;
  }

  #minuteTo(to: number): number {
    const late = largestTo(this.#lastMinutes, to - HALF);
    return late >= 0 ? late + HALF : largestTo(this.#firstMinutes, Math.min(to, HALF - 1));
  }
}
