// huey's crontab(): five fields, each a list of numbers, ranges and steps, that must all match (day and dayOfWeek too).
// The rules, oddities included, are those recorded from huey: only the start of an item is looked at, so '1-5-9' is '1-5'
// and '*/15x' is '*/15'; an item that is not understood counts for nothing, unless strict; a reversed range is empty.
import { boolean, checkOptionNames, expected } from '../check.js';
import type { ConfigurationError } from '../errors.js';
import { Timetable, type TimetableFields } from './timetable.js';
import { ZonedSchedule } from './zoned-schedule.js';

/**
 * A number, or text: '*', '5', '1-5', a step (an asterisk, a slash and a number: each value that many after the least), or
 * several of these with commas between them.
 */
export type CrontabField = string | number;

/** The fields of a crontab. Each defaults to '*', and all of them must match. */
export interface CrontabFields {
  /** 0 to 59. */
  readonly minute?: CrontabField;
  /** 0 to 23. */
  readonly hour?: CrontabField;
  /** The day of the month: 1 to 31. */
  readonly day?: CrontabField;
  /** 1 to 12. */
  readonly month?: CrontabField;
  /** 0 to 6, 0 and 7 being Sunday. Takes no steps. */
  readonly dayOfWeek?: CrontabField;
}

export interface CrontabOptions {
  /** Whose clock and calendar the fields speak of: an IANA name. Default 'UTC'. */
  readonly timeZone?: string;
  /** Refuse items that are not understood. Default true; huey's own default is false, which leaves them out. */
  readonly strict?: boolean;
}

type FieldName = keyof CrontabFields;

const NAMES = ['minute', 'hour', 'day', 'month', 'dayOfWeek'] as const satisfies readonly FieldName[];

const LIMITS: Readonly<Record<FieldName, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  month: [1, 12],
  dayOfWeek: [0, 7],
};

/** A schedule made by crontab(), hourly() or daily(). */
export class Crontab extends ZonedSchedule {
  /** All five fields as text, defaults filled in. */
  readonly fields: Readonly<Record<FieldName, string>>;

  /** @throws ConfigurationError naming the field and its value. */
  constructor(fields: CrontabFields = {}, options: CrontabOptions = {}) {
    const texts = fieldTexts(fields);
    checkOptionNames(options, ['timeZone', 'strict'], 'crontab');
    super(new Timetable(parse(texts, boolean('strict', options.strict, true))), options.timeZone);
    this.fields = Object.freeze(texts);
  }

  /** The call that makes it: "crontab({ minute: '0', hour: '3' }, { timeZone: 'Europe/London' })". */
  override toString(): string {
    const given = NAMES.filter((name) => this.fields[name] !== '*').map(
      (name) => `${name}: '${this.fields[name]}'`,
    );
    const fields = given.length === 0 ? '{}' : `{ ${given.join(', ')} }`;
    return this.timeZone === 'UTC'
      ? `crontab(${fields})`
      : `crontab(${fields}, { timeZone: '${this.timeZone}' })`;
  }
}

/**
 * The minutes at which all given fields match, by huey's rules; crontab() alone is every minute.
 * @throws ConfigurationError naming the field and its value.
 */
export function crontab(fields: CrontabFields = {}, options: CrontabOptions = {}): Crontab {
  return new Crontab(fields, options);
}

/** crontab() with minute '0' unless the fields say otherwise. */
export function hourly(fields: CrontabFields = {}, options: CrontabOptions = {}): Crontab {
  return new Crontab({ minute: '0', ...given(fields) }, options);
}

/** crontab() with minute '0' and hour '0' unless the fields say otherwise. */
export function daily(fields: CrontabFields = {}, options: CrontabOptions = {}): Crontab {
  return new Crontab({ minute: '0', hour: '0', ...given(fields) }, options);
}

function given(fields: CrontabFields): CrontabFields {
  if (typeof fields !== 'object' || fields === null)
    throw expected(
      'fields',
      "an object such as { minute: '0', hour: '3' }",
      fields,
      'for a cron expression call cron()',
    );
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function fieldTexts(fields: CrontabFields): Record<FieldName, string> {
  const { minute = '*', hour = '*', day = '*', month = '*', dayOfWeek = '*' } = given(fields);
  checkOptionNames(fields, NAMES, 'crontab');
  const values = { minute, hour, day, month, dayOfWeek };
  for (const name of NAMES) {
    const value: unknown = values[name];
    if (typeof value !== 'string' && !Number.isSafeInteger(value))
      throw expected(name, 'text or an integer', value);
  }
  return {
    minute: String(minute),
    hour: String(hour),
    day: String(day),
    month: String(month),
    dayOfWeek: String(dayOfWeek),
  };
}

function parse(texts: Readonly<Record<FieldName, string>>, strict: boolean): TimetableFields {
  const values = (name: FieldName): number[] =>
    texts[name].split(',').flatMap((item) => itemValues({ name, text: texts[name], strict }, item));
  const [minutes, hours, days, months] = [
    values('minute'),
    values('hour'),
    values('day'),
    values('month'),
  ] as const;
  const weekdays = new Set(values('dayOfWeek'));
  const datesIn = ({ startsOn }: { readonly startsOn: number }): number[] =>
    days.filter((day) => weekdays.has((startsOn + day - 1) % 7));
  return { minutes, hours, months, datesIn };
}

/** The field that an item stands in, as its errors name it. */
interface Place {
  readonly name: FieldName;
  readonly text: string;
  readonly strict: boolean;
}

/** What one item between the commas allows. Days of the week are 0 to 6 from here on. */
function itemValues(place: Place, item: string): number[] {
  const [least, most] = LIMITS[place.name];
  if (item === '*') return range(least, most);
  if (/^\d+$/.test(item)) {
    const value = limited(place, item);
    return range(value, value);
  }
  const ends = /^(\d+)-(\d+)/.exec(item);
  if (ends !== null) return range(limited(place, ends[1]!), limited(place, ends[2]!));
  const every = /^\*\/(\d+)/.exec(item);
  if (every !== null) {
    const step = stepOf(place, every[1]!);
    return range(least, most).filter((value) => (value - least) % step === 0);
  }
  if (place.strict) throw refused(place, `${JSON.stringify(item)} is none of '*', '5', '1-5' and '*/5'`);
  return [];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => from + index);
}

function limited(place: Place, digits: string): number {
  const value = Number(digits);
  const [least, most] = LIMITS[place.name];
  if (value < least || value > most) throw refused(place, `${digits} is not between ${least} and ${most}`);
  // Before a range is filled in: so 5-7 is 5-0, hence empty.
  return place.name === 'dayOfWeek' ? value % 7 : value;
}

function stepOf(place: Place, digits: string): number {
  if (place.name === 'dayOfWeek') throw refused(place, 'days of the week take no steps: list them');
  const step = Number(digits);
  if (step === 0) throw refused(place, 'a step is at least 1');
  return step;
}

function refused({ name, text }: Place, reason: string): ConfigurationError {
  const [least, most] = LIMITS[name];
  return expected(name, `made of numbers from ${least} to ${most}, ranges, '*' and steps`, text, reason);
}
