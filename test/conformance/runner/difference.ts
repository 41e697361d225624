// What differs between what was recorded and what was observed, for people: lists show the part in which they differ,
// `-` as it should be, `+` as it is.
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json } from './corpus.js';

/** A line is cut beyond this. */
const WIDEST = 300;
/** A list shows this many lines of each side at most. */
const LONGEST = 12;

/** Lines that tell how two values differ; none if they are equal. The order of keys does not matter. */
export function difference(name: string, expected: Json | undefined, actual: Json | undefined): string[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual))
    return listDifference(name, expected as readonly Json[], actual as readonly Json[]);
  if (isObject(expected) && isObject(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return keys.flatMap((key) => difference(`${name}.${key}`, expected[key], actual[key]));
  }
  return [`${name}:`, `  - ${shown(expected)}`, `  + ${shown(actual)}`];
}

function listDifference(name: string, expected: readonly Json[], actual: readonly Json[]): string[] {
  const shorter = Math.min(expected.length, actual.length);
  let start = 0;
  while (start < shorter && isDeepStrictEqual(expected[start], actual[start])) start += 1;
  let end = 0;
  while (end < shorter - start && isDeepStrictEqual(expected.at(-1 - end), actual.at(-1 - end))) end += 1;
  const place = start === 0 ? '' : `, after the first ${start}`;
  return [
    `${name} (${expected.length} expected, ${actual.length} observed${place}):`,
    ...side('-', expected.slice(start, expected.length - end)),
    ...side('+', actual.slice(start, actual.length - end)),
  ];
}

function side(mark: string, items: readonly Json[]): string[] {
  const lines = items.slice(0, LONGEST).map((item) => `  ${mark} ${shown(item)}`);
  const left = items.length - lines.length;
  return left === 0 ? lines : [...lines, `  ${mark} … and ${left} more`];
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text;
}
