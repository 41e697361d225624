// How time is written in options: durations and instants, read into whole milliseconds. Nothing here knows what time it is.
import { expected } from './check.js';
import type { ConfigurationError } from './errors.js';

/** A number of seconds, or text with units: '250ms', '10s', '1h30m', '2 days'. */
export type Duration = number | string;

/** A Date, epoch milliseconds, ISO text with an offset such as '2026-03-08T09:00-05:00', or a Temporal.Instant. */
export type Instant = Date | number | string | { readonly epochMilliseconds: number };

/** The last instant that a Date can hold, in epoch milliseconds; its negative is the first. */
export const LAST_INSTANT_MS = 8.64e15;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNIT_MS: ReadonlyMap<string, number> = new Map(
  (
    [
      [1, 'ms millisecond milliseconds'],
      [SECOND_MS, 's sec secs second seconds'],
      [MINUTE_MS, 'm min mins minute minutes'],
      [HOUR_MS, 'h hr hrs hour hours'],
      [DAY_MS, 'd day days'],
      [7 * DAY_MS, 'w week weeks'],
    ] as const
  ).flatMap(([unitMs, names]) => names.split(' ').map((name) => [name, unitMs] as const)),
);

const BARE_NUMBER = /^-?\d+(?:\.\d+)?$/;
const DURATION = /^-?\s*(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/i;
const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)/gi;

const ISO_INSTANT =
  /^((?:\d{4}|[+-]\d{6})-\d\d-(\d\d))[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:(Z)|([+-]\d\d):?(\d\d))$/i;
const ISO_DAY = /^\d{4}-\d\d-\d\d/;

/**
 * Reads a Duration into milliseconds, rounded to whole ones. `least`, in milliseconds, is the shortest allowed;
 * default 0, so that a negative duration is refused unless it is asked for.
 * @throws ConfigurationError naming `what`.
 */
export function durationMs(what: string, value: unknown, options: { readonly least?: number } = {}): number {
  const { least = 0 } = options;
  const exactMs = typeof value === 'string' ? textMs(what, value) : secondsMs(what, value);
  const ms = Math.round(exactMs) + 0;
  if (Math.abs(ms) > LAST_INSTANT_MS)
    throw noDuration(what, value, 'it is longer than all the time that dates cover');
  if (ms < least)
    throw expected(
      what,
      least === 0 ? 'a duration that is not negative' : `a duration of at least ${formatDuration(least)}`,
      value,
    );
  return ms;
}

function secondsMs(what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw noDuration(what, value);
  return value * SECOND_MS;
}

function textMs(what: string, text: string): number {
  const trimmed = text.trim();
  if (BARE_NUMBER.test(trimmed)) throw noDuration(what, text, `write '${trimmed}s'`);
  if (!DURATION.test(trimmed)) throw noDuration(what, text);
  let sum = 0;
  let largest = Infinity;
  for (const [, count, unit] of trimmed.matchAll(PART)) {
    const unitMs = UNIT_MS.get(unit!);
    if (unitMs === undefined)
      throw noDuration(what, text, `\`${unit}\` is not a unit, but ms, s, m, h, d and w are`);
    if (unitMs >= largest) throw noDuration(what, text, 'name each unit once, the largest first');
    sum += Number(count) * unitMs;
    largest = unitMs;
  }
  return trimmed.startsWith('-') ? -sum : sum;
}

function noDuration(what: string, value: unknown, hint?: string): ConfigurationError {
  return expected(what, "a duration: a number of seconds, or text such as '10s' or '1h30m'", value, hint);
}

/**
 * Writes milliseconds for people: '250ms', '1.5s', '1h 30m', '2d'; fractions of a millisecond are rounded.
 * Guarantee: durationMs reads it back to the same number.
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) throw expected('ms', 'a finite number of milliseconds', ms);
  const whole = Math.abs(Math.round(ms));
  const sign = ms < 0 && whole > 0 ? '-' : '';
  if (whole > 0 && whole < SECOND_MS) return `${sign}${whole}ms`;
  const parts = [
    [Math.floor(whole / DAY_MS), 'd'],
    [Math.floor((whole % DAY_MS) / HOUR_MS), 'h'],
    [Math.floor((whole % HOUR_MS) / MINUTE_MS), 'm'],
    [(whole % MINUTE_MS) / SECOND_MS, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return shown.length === 0 ? '0s' : sign + shown.join(' ');
}

/**
 * Reads an Instant into whole epoch milliseconds.
 * @throws ConfigurationError naming `what`: also for text without an offset, which would mean another instant on another machine.
 */
export function instantMs(what: string, value: unknown): number {
  const ms = Math.round(typeof value === 'string' ? isoMs(what, value) : epochMs(what, value));
  if (!(Math.abs(ms) <= LAST_INSTANT_MS)) throw noInstant(what, value, 'it is out of the range of dates');
  return ms + 0;
}

function epochMs(what: string, value: unknown): number {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw noInstant(what, value, 'this Date is invalid');
    return value.getTime();
  }
  const ms =
    typeof value === 'object' && value !== null && 'epochMilliseconds' in value
      ? value.epochMilliseconds
      : value;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) throw noInstant(what, value);
  return ms;
}

function isoMs(what: string, text: string): number {
  const match = ISO_INSTANT.exec(text.trim());
  if (match === null) {
    const hint = ISO_DAY.test(text)
      ? 'give the time and its offset too, as in T09:00Z or T09:00+02:00'
      : undefined;
    throw noInstant(what, text, hint);
  }
  const [, day, dayOfMonth, time, utc, offsetHours, offsetMinutes] = match;
  const ms = Date.parse(`${day}T${time}${utc === undefined ? `${offsetHours}:${offsetMinutes}` : 'Z'}`);
  // Date reads the 30th of February as a day in March.
  if (Number.isNaN(ms) || new Date(`${day}T00:00Z`).getUTCDate() !== Number(dayOfMonth))
    throw noInstant(what, text, 'there is no such date or time of day');
  return ms;
}

function noInstant(what: string, value: unknown, hint?: string): ConfigurationError {
  return expected(
    what,
    "an instant: a Date, epoch milliseconds, or text such as '2026-03-08T09:00Z'",
    value,
    hint,
  );
}
