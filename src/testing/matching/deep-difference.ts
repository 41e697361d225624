// Where a value departs from what was expected of it. Expected objects name the members that matter, and may hold
// matchers (`expect.any(String)`), regular expressions and functions that judge; everything else must be equal.
// Guarantee: a value has no difference from itself.
import { isMatcher } from './value-text.js';

/** One place at which a value is not as expected. */
export interface Difference {
  /** Where, as in `args[0].user.name`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
  /** How to write the two, where the values themselves would not say it. */
  readonly texts?: readonly [expected: string, actual: string];
}

/** Finds every place at which `actual` is not what `expected` asks for, in order. */
export function differences(expected: unknown, actual: unknown, path: string): readonly Difference[] {
  const judged = judge(expected, actual);
  if (judged !== undefined) return judged ? [] : [{ path, expected, actual }];
  if (isList(expected) && isList(actual)) return listDifferences(expected, actual, path);
  if (expected instanceof Map && actual instanceof Map) return mapDifferences(expected, actual, path);
  if (expected instanceof Set && actual instanceof Set) return setDifferences(expected, actual, path);
  if (isSpelled(expected) || isSpelled(actual))
    return isSameText(expected, actual) ? [] : [{ path, expected, actual }];
  if (haveMembers(expected, actual)) return memberDifferences(expected as Members, actual as Members, path);
  return [{ path, expected, actual }];
}

/** Whether the value is as expected, where that takes no look inside; undefined where it does. */
function judge(expected: unknown, actual: unknown): boolean | undefined {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (typeof expected === 'function') return Boolean((expected as (value: unknown) => unknown)(actual));
  if (expected instanceof RegExp && typeof actual === 'string')
    return new RegExp(expected.source, expected.flags.replaceAll(/[gy]/g, '')).test(actual);
  if (Object.is(expected, actual)) return true;
  const isLeaf = typeof expected !== 'object' || expected === null;
  return isLeaf || typeof actual !== 'object' || actual === null ? false : undefined;
}

type List = readonly unknown[] | Uint8Array;

function isList(value: unknown): value is List {
  return Array.isArray(value) || value instanceof Uint8Array;
}

function listDifferences(expected: List, actual: List, path: string): readonly Difference[] {
  if (Array.isArray(expected) !== Array.isArray(actual)) return [{ path, expected, actual }];
  const found = Array.from(expected, (one: unknown, index) =>
    index < actual.length ? differences(one, actual[index], `${path}[${index}]`) : [],
  ).flat();
  if (expected.length === actual.length) return found;
  const texts = [itemsText(expected.length), itemsText(actual.length)] as const;
  return [{ path, expected: expected.length, actual: actual.length, texts }, ...found];
}

function itemsText(count: number): string {
  return `${count} item${count === 1 ? '' : 's'}`;
}

function mapDifferences(
  expected: ReadonlyMap<unknown, unknown>,
  actual: ReadonlyMap<unknown, unknown>,
  path: string,
): readonly Difference[] {
  const entries = [...actual];
  return [...expected].flatMap(([key, value]) => {
    const entry = entries.find(([other]) => differences(key, other, '').length === 0);
    const where = `${path}.get(${typeof key === 'string' ? JSON.stringify(key) : String(key)})`;
    return entry === undefined
      ? [{ path: where, expected: value, actual: undefined }]
      : differences(value, entry[1], where);
  });
}

function setDifferences(
  expected: ReadonlySet<unknown>,
  actual: ReadonlySet<unknown>,
  path: string,
): readonly Difference[] {
  const members = [...actual];
  const missing = [...expected].filter(
    (one) => !members.some((other) => differences(one, other, '').length === 0),
  );
  return missing.map((one) => ({ path: `${path}.has(…)`, expected: one, actual }));
}

type Members = Readonly<Record<string, unknown>>;

/** Whether both are plain objects, or both of one class. */
function haveMembers(expected: unknown, actual: unknown): boolean {
  const [one, other] = [expected, actual].map((value) =>
    Array.isArray(value) ? Array.prototype : (Object.getPrototypeOf(value) as unknown),
  );
  return one !== Array.prototype && (one === other || (isPlain(one) && isPlain(other)));
}

function isPlain(prototype: unknown): boolean {
  return prototype === Object.prototype || prototype === null;
}

/** Only what is named is compared; naming it as undefined asks for its absence. */
function memberDifferences(expected: Members, actual: Members, path: string): readonly Difference[] {
  return Object.entries(expected).flatMap(([key, value]) => {
    const member = Object.hasOwn(actual, key) ? actual[key] : undefined;
    return differences(
      value,
      member,
      /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`,
    );
  });
}

/** Dates, URLs, patterns and errors are what they say; an error's stack is not compared. */
const SPELLED = [Date, URL, RegExp, Error] as const;

function isSpelled(value: unknown): boolean {
  return SPELLED.some((kind) => value instanceof kind);
}

function isSameText(expected: unknown, actual: unknown): boolean {
  const kind = SPELLED.find((one) => expected instanceof one);
  if (kind === undefined || !(actual instanceof kind)) return false;
  return spelled(expected) === spelled(actual);
}

function spelled(value: unknown): string {
  return value instanceof Date ? String(value.getTime()) : String(value);
}
