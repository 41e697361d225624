// Ten years of a local clock, minute by minute, and what fires in them, by brute force. It shares no code with the
// implementation: the clock is read off Intl's own digits, the calendar off Date. Intl is slow, so it is asked every six hours;
// where it is as far ahead as six hours before, so it was in between (no zone changes its clock twice in six hours), and
// where it is not, it is asked about every minute.

/** The values that a rule allows. Undefined: all. */
export interface Rule {
  readonly minutes: readonly number[];
  readonly hours?: readonly number[];
  readonly days?: readonly number[];
  readonly months?: readonly number[];
  readonly weekdays?: readonly number[];
}

export const ORDINARY = 0;
export const GAP = 1;
export const FIRST_PASS = 2;
export const SECOND_PASS = 3;

export interface Decade {
  /** What the clock shows in each minute, as if its readings were UTC, in minutes. */
  readonly readings: Int32Array;
  /** What is odd about each minute. */
  readonly oddities: Uint8Array;
}

const MINUTE_MS = 60_000;
const SAMPLE = 6 * 60;
const DAY = 24 * 60;

/** Reads a clock in each of so many minutes. */
export function readDecade(timeZone: string, from: number, count: number): Decade {
  const read = clockOf(timeZone, from);
  const readings = new Int32Array(count);
  for (let start = 0; start < count; start += SAMPLE) {
    const end = Math.min(start + SAMPLE, count - 1);
    const [first, last] = [read(start), read(end)];
    const regular = last - first === end - start;
    for (let index = start; index <= end; index += 1)
      readings[index] = regular ? first + index - start : read(index);
  }
  return { readings, oddities: odditiesOf(readings) };
}

/** A clock that tells its reading in the minute of that index. */
export function clockOf(timeZone: string, from: number): (index: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (index) => {
    const [month, day, year, hour, minute] = format
      .format(from + index * MINUTE_MS)
      .match(/\d+/g)!
      .map(Number) as [number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute) / MINUTE_MS;
  };
}

function odditiesOf(readings: Int32Array): Uint8Array {
  const oddities = new Uint8Array(readings.length);
  let latest = readings[0]! - 1;
  for (let index = 0; index < readings.length; index += 1) {
    const reading = readings[index]!;
    if (reading > latest + 1) oddities[index] = GAP;
    if (reading <= latest) {
      oddities[index] = SECOND_PASS;
      oddities[readings.lastIndexOf(reading, index - 1)] = FIRST_PASS;
    }
    latest = Math.max(latest, reading);
  }
  return oddities;
}

/** The indexes of the minutes in which each rule fires: the promise of src/model/schedule.ts in its plainest form. */
export function firingMinutes({ readings }: Decade, rules: readonly Rule[]): number[][] {
  const tables = rules.map(tablesOf);
  const fired = rules.map((): number[] => []);
  let latest = readings[0]! - 1;
  for (let index = 0; index < readings.length; index += 1) {
    const reading = readings[index]!;
    const shown = partsOf(reading);
    for (let rule = 0; rule < tables.length; rule += 1)
      if (tables[rule]!.realTime && fits(tables[rule]!, shown)) fired[rule]!.push(index);
    // Readings that were skipped count as shown in the first minute after them, and none counts twice.
    while (latest < reading) {
      latest += 1;
      const overtaken = latest === reading ? shown : partsOf(latest);
      for (let rule = 0; rule < tables.length; rule += 1)
        if (!tables[rule]!.realTime && fits(tables[rule]!, overtaken) && fired[rule]!.at(-1) !== index)
          fired[rule]!.push(index);
    }
  }
  return fired;
}

interface Parts {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

interface Tables {
  readonly realTime: boolean;
  readonly minutes: Uint8Array;
  readonly hours: Uint8Array;
  readonly days: Uint8Array;
  readonly months: Uint8Array;
  readonly weekdays: Uint8Array;
}

function tablesOf({ minutes, hours, days, months, weekdays }: Rule): Tables {
  const table = (size: number, allowed: readonly number[] | undefined): Uint8Array =>
    Uint8Array.from({ length: size }, (_, value) => Number(allowed?.includes(value) ?? true));
  return {
    realTime: hours === undefined,
    minutes: table(60, minutes),
    hours: table(24, hours),
    days: table(32, days),
    months: table(13, months),
    weekdays: table(7, weekdays),
  };
}

function fits(
  { minutes, hours, days, months, weekdays }: Tables,
  { minute, hour, day, month, weekday }: Parts,
): boolean {
  return (minutes[minute]! & hours[hour]! & days[day]! & months[month]! & weekdays[weekday]!) === 1;
}

let dateDay = -1;
let date = new Date(0);

function partsOf(reading: number): Parts {
  const day = Math.floor(reading / DAY);
  if (day !== dateDay) [dateDay, date] = [day, new Date(day * DAY * MINUTE_MS)];
  const inDay = reading - day * DAY;
  const hour = Math.floor(inDay / 60);
  return {
    minute: inDay - hour * 60,
    hour,
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    weekday: date.getUTCDay(),
  };
}
