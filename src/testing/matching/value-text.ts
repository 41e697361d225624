// How values and instants are written in the messages of failed assertions: one line, short, and exact where two
// values differ. Matchers of any test library are written with what they look for.
import { inspect } from 'node:util';
import { formatDuration } from '../../time.js';

/** What vitest, jest and others have in common: an object that judges a value. */
export interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
  /** Its name, as it is written in messages. */
  toString(): string;
}

/** Tells whether the value is `expect.stringContaining(…)` or anything else that judges values. */
export function isMatcher(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === 'function'
  );
}

/** The longest text for one value. */
const LONGEST = 160;
/** How much of two long texts is shown before the place at which they part. */
const LEAD = 24;

/** Writes a value on one line, cut after 160 characters. */
export function valueText(value: unknown): string {
  return cut(whole(value, 0));
}

/** Writes two values that differ. Long strings are shown from shortly before the place where they part. */
export function differingTexts(expected: unknown, actual: unknown): readonly [string, string] {
  if (typeof expected !== 'string' || typeof actual !== 'string')
    return [valueText(expected), valueText(actual)];
  if (Math.max(expected.length, actual.length) <= LONGEST) return [quoted(expected), quoted(actual)];
  const from = Math.max(0, partingPoint(expected, actual) - LEAD);
  return [window(expected, from), window(actual, from)];
}

/** Writes an instant, and how far from another it is: '2026-01-01T00:00:10.000Z (10s from now)'. */
export function instantText(at: number, now: number): string {
  return `${isoText(at)} (${distanceText(at, now)})`;
}

/** Writes how far an instant is from now. */
export function distanceText(at: number, now: number): string {
  if (at === now) return 'now';
  const distance = formatDuration(Math.abs(at - now));
  return at > now ? `${distance} from now` : `${distance} ago`;
}

/** Writes an instant as ISO text; numbers that no Date can hold as they are. */
export function isoText(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

function whole(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (isMatcher(value)) return matcherText(value, depth);
  if (depth > 6) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return `[${value.map((one) => whole(one, depth + 1)).join(', ')}]`;
  if (value instanceof Date) return `Date ${isoText(value.getTime())}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof URL) return `URL ${value.href}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return membersText(value, depth);
  const text = inspect(value, { depth: 3, breakLength: Infinity, compact: true, maxArrayLength: 10 });
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function membersText(value: object, depth: number): string {
  const members = Object.entries(value).map(
    ([key, member]) => `${keyText(key)}: ${whole(member, depth + 1)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

/** `StringContaining "http"`, `Any<String>`, whatever the library that made it. */
function matcherText(matcher: AsymmetricMatcher, depth: number): string {
  const { sample } = matcher as { readonly sample?: unknown };
  const told = (matcher as { toAsymmetricMatcher?: () => unknown }).toAsymmetricMatcher?.();
  if (typeof told === 'string') return told;
  const name = String(matcher);
  const shown = name.startsWith('[object ') ? 'a matcher' : name;
  return sample === undefined ? shown : `${shown} ${whole(sample, depth + 1)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function partingPoint(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function window(text: string, from: number): string {
  const end = from + LONGEST / 2;
  const shown = quoted(text.slice(from, end));
  const tail = end < text.length ? `… (${text.length} characters)` : '';
  return `${from > 0 ? '…' : ''}${shown}${tail}`;
}
