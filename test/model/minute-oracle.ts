// Schedules by brute force, minute after minute: the promise of src/model/schedule.ts in its plainest form. It shares no
// code with the implementation: the local clock is read off Intl's own digits, the calendar off Date.

import type { Schedule } from '../../src/model/schedule.js';

/** What a local clock and calendar show. */
export interface Shown {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

export const MINUTE_MS = 60_000;

/** What the local clock shows in each of so many minutes, as if its readings were UTC, in minutes. */
export function readingsOf(timeZone: string, from: number, count: number): number[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return Array.from({ length: count }, (_, index) => {
    const parts = format.formatToParts(from + index * MINUTE_MS);
    const part = (type: string): number => Number(parts.find((one) => one.type === type)!.value);
    const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
    return shown / MINUTE_MS;
  });
}

/**
 * The indexes of the minutes that fire. The clock must be as regular in the two days before the first minute as it is in
 * it. `realTime`: the hours are not restricted.
 */
export function firing(
  readings: readonly number[],
  fits: (shown: Shown) => boolean,
  realTime: boolean,
): number[] {
  const fired: number[] = [];
  let latest = readings[0]! - 1;
  for (const [index, reading] of readings.entries()) {
    if (realTime) {
      if (fits(shownAt(reading))) fired.push(index);
      continue;
    }
    let fires = false;
    while (latest < reading) {
      latest += 1;
      fires ||= fits(shownAt(latest));
    }
    if (fires) fired.push(index);
  }
  return fired;
}

/** The minutes that `next` names, from `from` on and before `to`. */
export function walk(schedule: Schedule, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = schedule.next(from - 1); at !== undefined && at < to; at = schedule.next(at)) found.push(at);
  return found;
}

/** The same minutes as `previous` names them, in the same order. */
export function walkBack(schedule: Schedule, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = schedule.previous(to); at !== undefined && at >= from; at = schedule.previous(at))
    found.push(at);
  return found.toReversed();
}

function shownAt(reading: number): Shown {
  const date = new Date(reading * MINUTE_MS);
  return {
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    weekday: date.getUTCDay(),
  };
}
