// How bad input is told: what was expected, what was got, what to do.
import { ConfigurationError } from './errors.js';

/** The value as an error message shows it: `0 (number)`, `"abc" (string)`, `undefined`. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'string')
    return `${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)} (string)`;
  if (typeof value === 'function') return `${value.name || 'anonymous'} (function)`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return classOf(value);
  return `${String(value)} (${typeof value})`;
}

/** Untrusted data may have a key `constructor` of its own, with anything under it. */
function classOf(value: object): string {
  const name: unknown = (value.constructor as { readonly name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? `an instance of ${name}` : 'an object';
}

/** The error for a bad value: "expected `workers` to be an integer of at least 1, got 0 (number)". */
export function expected(what: string, wanted: string, got: unknown, hint?: string): ConfigurationError {
  return new ConfigurationError(
    `expected \`${what}\` to be ${wanted}, got ${describe(got)}${hint === undefined ? '' : `; ${hint}`}`,
  );
}

/** Refuses any option that is not known: "unknown option `retires`, did you mean `retries`?" */
export function checkOptionNames(options: object, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw expected(`options of ${where}`, 'an object', options);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const advice =
      near === undefined
        ? `the options are ${known.map((option) => `\`${option}\``).join(', ')}`
        : `did you mean \`${near}\`?`;
    throw new ConfigurationError(`${where}: unknown option \`${name}\`, ${advice}`);
  }
}

/** The option value if it is an integer of at least `least`; the default, if there is one, if it is undefined. */
export function integer(what: string, value: unknown, fallback: number | undefined, least: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    throw expected(what, `an integer of at least ${least}`, value);
  return value;
}

/** The option value if it is a boolean; the default if it is undefined. */
export function boolean(what: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw expected(what, 'true or false', value);
  return value;
}

/** The value if it is a string that is not empty. */
export function nonEmptyString(what: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw expected(what, 'a string that is not empty', value);
  return value;
}

/** The value if it is a function. */
export function callable<F>(what: string, value: F): F {
  if (typeof value !== 'function') throw expected(what, 'a function', value);
  return value;
}

/** The known name that is most like this one; undefined if none is much like it. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((option) => ({ option, distance: editDistance(name.toLowerCase(), option.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3))
    ? best.option
    : undefined;
}

/** Levenshtein's distance, with a swap of neighbours counted as one edit. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
