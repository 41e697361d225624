// cron(): the usual cron expressions. cron-parser reads them; matching and searching are the same as crontab()'s, because
// its own search and its own test disagree when clocks change.
import { type CronFieldCollection, CronExpressionParser } from 'cron-parser';
import { checkOptionNames, expected } from '../check.js';
import type { ConfigurationError } from '../errors.js';
import type { Schedule } from './schedule.js';
import { type MonthShape, Timetable, type TimetableFields } from './timetable.js';
import { ZonedSchedule } from './zoned-schedule.js';

export interface CronOptions {
  /** Whose clock and calendar the expression speaks of: an IANA name. Default 'UTC'. */
  readonly timeZone?: string;
}

/** A schedule made by cron(). */
class Cron extends ZonedSchedule {
  readonly #expression: string;

  constructor(expression: string, options: CronOptions) {
    super(new Timetable(timetableFields(parse(expression))), options.timeZone);
    this.#expression = expression.trim();
  }

  /** The call that makes it: "cron('0 12 * * MON-FRI', { timeZone: 'Europe/London' })". */
  override toString(): string {
    const zone = this.timeZone === 'UTC' ? '' : `, { timeZone: '${this.timeZone}' }`;
    return `cron('${this.#expression}'${zone})`;
  }
}

/**
 * The minutes of a cron expression: minute, hour, day of the month, month, day of the week, with names (MON-FRI, JAN), L
 * (the last day; 5L the last Friday), # (FRI#2), ? for *, or a name such as @daily. A sixth field, in front, is for seconds
 * and must be 0. If neither day field is * or ?, a day that matches one of them will do: the classic rule of cron,
 * while crontab() wants both.
 * @throws ConfigurationError naming the expression; also for H and W.
 */
export function cron(expression: string, options: CronOptions = {}): Schedule {
  checkOptionNames(options, ['timeZone'], 'cron');
  return new Cron(expression, options);
}

function parse(expression: unknown): CronFieldCollection {
  if (typeof expression !== 'string') throw refused(expression);
  const trimmed = expression.trim();
  const fields = trimmed.split(/\s+/);
  if (!trimmed.startsWith('@')) checkFields(expression, fields);
  const parsed = readFields(expression, trimmed);
  const seconds = parsed.second.values;
  if (seconds.length !== 1 || seconds[0] !== 0)
    throw refused(expression, 'schedules go by the minute: leave the seconds out, or make them 0');
  if (!Number.isInteger(parsed.dayOfWeek.nthDay))
    throw refused(expression, '# takes a whole number from 1 to 5');
  return parsed;
}

/** Refuses what cron-parser would take, but for something else than what was meant. */
function checkFields(expression: string, fields: readonly string[]): void {
  const count = fields[0] === '' ? 0 : fields.length;
  if (count !== 5 && count !== 6)
    throw refused(expression, `this has ${count === 1 ? '1 field' : `${count} fields`}`);
  for (const field of fields) {
    const bare = field.replace(/[a-z]{3}/gi, '');
    if (/h/i.test(bare))
      throw refused(expression, 'H, a value picked by a hash, is not supported: choose one');
    if (/w/i.test(bare)) throw refused(expression, 'W, the nearest weekday, is not supported: list the days');
  }
}

function readFields(expression: string, trimmed: string): CronFieldCollection {
  try {
    // Without a date and a seed cron-parser would look at the clock and draw a random number.
    return CronExpressionParser.parse(trimmed, { currentDate: new Date(0), tz: 'UTC', hashSeed: 'none' })
      .fields;
  } catch (error) {
    throw refused(expression, error instanceof Error ? error.message : String(error));
  }
}

function refused(expression: unknown, reason?: string): ConfigurationError {
  const wanted =
    "a cron expression of 5 fields, such as '0 12 * * MON-FRI', of 6 with the seconds first, or a name such as '@daily'";
  return expected('expression', wanted, expression, reason);
}

function timetableFields(fields: CronFieldCollection): TimetableFields {
  const { minute, hour, month, dayOfMonth, dayOfWeek } = fields;
  const byDate = dateRule(dayOfMonth.values);
  const byWeekday = weekdayRule(dayOfWeek.values, dayOfWeek.nthDay);
  const either = !dayOfMonth.isWildcard && !dayOfWeek.isWildcard;
  const datesIn = (shape: MonthShape): number[] =>
    Array.from({ length: shape.length }, (_, index) => index + 1).filter((date) =>
      either ? byDate(date, shape) || byWeekday(date, shape) : byDate(date, shape) && byWeekday(date, shape),
    );
  return { minutes: minute.values, hours: hour.values, months: month.values, datesIn };
}

type DayRule = (date: number, shape: MonthShape) => boolean;

function dateRule(values: readonly (number | string)[]): DayRule {
  const dates = new Set(values);
  return (date, { length }) => dates.has(date) || (date === length && dates.has('L'));
}

function weekdayRule(values: readonly (number | string)[], nth: number): DayRule {
  const plain = new Set(values.filter((value) => typeof value === 'number').map((weekday) => weekday % 7));
  const last = new Set(
    values.filter((value) => typeof value === 'string').map((value) => Number.parseInt(value, 10) % 7),
  );
  return (date, { startsOn, length }) => {
    const weekday = (startsOn + date - 1) % 7;
    if (date > length - 7 && last.has(weekday)) return true;
    return plain.has(weekday) && (nth === 0 || Math.ceil(date / 7) === nth);
  };
}
