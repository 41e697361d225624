// The kinds of values that travel besides plain JSON, commonest first. Payloads come from outside: each is checked
// completely, and what parsing it may cost is bounded by its length.
import { types } from 'node:util';
import { base64, bytesOfBase64 } from './base64.js';
import { Args, Kwargs } from './pass-on.js';
import { type RichKind, type RichWalk, isOfClass, isRecord } from './rich-kind.js';
import { travellingError } from './travelling-error.js';

/** The tag of a plain object whose own key "$" would make it look tagged; its payload is its members as they are. */
export const ESCAPE_TAG = 'Object';

/** Parsing digits takes more than linear time. */
const MAX_DIGITS = 10_000;
const MAX_PATTERN = 10_000;

const INSTANT = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const PATTERN = /^\/(.+)\/([a-z]*)$/s;
const INTEGER = /^(?:0|-?[1-9]\d*)$/;

const date: RichKind<Date> = {
  tag: 'Date',
  owns: (value): value is Date => isOfClass(value, 'Date') && types.isDate(value),
  encode: (value) => (Number.isNaN(value.getTime()) ? null : value.toISOString()),
  decode(payload, reader) {
    if (payload === null) return new Date(Number.NaN);
    const ms = typeof payload === 'string' && INSTANT.test(payload) ? Date.parse(payload) : Number.NaN;
    return Number.isNaN(ms)
      ? reader.malformed('an ISO 8601 date and time with an offset, or null', payload)
      : new Date(ms);
  },
};

const nothing: RichKind<undefined> = {
  tag: 'undefined',
  owns: (value) => value === undefined,
  encode: () => undefined,
  decode: (payload, reader) => (payload === undefined ? undefined : reader.malformed('no "v"', payload)),
};

const UNSPELT_NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

const unspeltNumber: RichKind<number> = {
  tag: 'Number',
  owns: (value) => typeof value === 'number',
  encode: (value) => (value === 0 ? '-0' : String(value)),
  decode: (payload, reader) =>
    UNSPELT_NUMBERS.get(payload) ?? reader.malformed([...UNSPELT_NUMBERS.keys()].join(' or '), payload),
};

const bigint: RichKind<bigint> = {
  tag: 'BigInt',
  owns: (value) => typeof value === 'bigint',
  encode(value, writer) {
    const digits = String(value);
    return digits.length <= MAX_DIGITS
      ? digits
      : writer.refuse('too-large', `a bigint of over ${MAX_DIGITS} digits`, 'pass its hexadecimal digits');
  },
  decode(payload, reader) {
    if (typeof payload === 'string' && payload.length <= MAX_DIGITS && INTEGER.test(payload))
      return BigInt(payload);
    return reader.malformed(`the decimal digits of an integer, ${MAX_DIGITS} at most`, payload);
  },
};

const bytes: RichKind<Uint8Array> = {
  tag: 'Uint8Array',
  owns: (value): value is Uint8Array =>
    (isOfClass(value, 'Uint8Array') || isOfClass(value, 'Buffer')) && types.isUint8Array(value),
  encode: base64,
  decode: (payload, reader) =>
    (typeof payload === 'string' ? bytesOfBase64(payload) : undefined) ?? reader.malformed('base64', payload),
};

const map: RichKind<Map<unknown, unknown>> = {
  tag: 'Map',
  owns: (value): value is Map<unknown, unknown> => isOfClass(value, 'Map') && types.isMap(value),
  encode: (value, writer) => [...value].map(([key, item], index) => entry(key, item, index, writer)),
  decode(payload, reader) {
    if (!Array.isArray(payload)) return reader.malformed('an array of [key, value]', payload);
    return new Map(
      payload.map((pair: unknown, index) =>
        Array.isArray(pair) && pair.length === 2
          ? entry(pair[0], pair[1], index, reader)
          : reader.malformed(`[key, value] as entry ${index}`, pair),
      ),
    );
  },
};

function entry(key: unknown, value: unknown, index: number, walk: RichWalk): [unknown, unknown] {
  return [walk.inner(key, ['entries', index, 0]), walk.inner(value, ['entries', index, 1])];
}

const set: RichKind<Set<unknown>> = {
  tag: 'Set',
  owns: (value): value is Set<unknown> => isOfClass(value, 'Set') && types.isSet(value),
  encode: (value, writer) => [...value].map((item, index) => writer.inner(item, ['values', index])),
  decode: (payload, reader) =>
    new Set(Array.isArray(payload) ? reader.items(payload) : reader.malformed('an array', payload)),
};

const regExp: RichKind<RegExp> = {
  tag: 'RegExp',
  owns: (value): value is RegExp => isOfClass(value, 'RegExp') && types.isRegExp(value),
  encode(value, writer) {
    const pattern = `/${value.source}/${value.flags}`;
    if (pattern.length <= MAX_PATTERN) return pattern;
    return writer.refuse(
      'too-large',
      `a pattern of over ${MAX_PATTERN} characters`,
      'pass its source as a string',
    );
  },
  decode(payload, reader) {
    const isShort = typeof payload === 'string' && payload.length <= MAX_PATTERN;
    const [, source, flags] = (isShort && PATTERN.exec(payload)) || [];
    try {
      if (source !== undefined) return new RegExp(source, flags);
    } catch {
      // Reported below, like any other payload that spells none.
    }
    return reader.malformed(`/pattern/flags, ${MAX_PATTERN} characters at most`, payload);
  },
};

const url: RichKind<URL> = {
  tag: 'URL',
  owns: (value): value is URL => isOfClass(value, 'URL') && value instanceof URL,
  encode: (value) => value.href,
  decode: (payload, reader) =>
    typeof payload === 'string' && URL.canParse(payload)
      ? new URL(payload)
      : reader.malformed('an absolute URL', payload),
};

const positions: RichKind<Args> = {
  tag: 'Args',
  owns: (value): value is Args => value instanceof Args,
  encode: (value, writer) => writer.items(value.values),
  decode: (payload, reader) =>
    new Args(Array.isArray(payload) ? reader.items(payload) : reader.malformed('an array', payload)),
};

const names: RichKind<Kwargs> = {
  tag: 'Kwargs',
  owns: (value): value is Kwargs => value instanceof Kwargs,
  encode: (value, writer) => writer.members(value.values),
  decode: (payload, reader) =>
    new Kwargs(isRecord(payload) ? reader.members(payload) : reader.malformed('an object', payload)),
};

export const RICH_KINDS: ReadonlyArray<RichKind<unknown>> = [
  nothing,
  date,
  travellingError,
  bytes,
  map,
  set,
  bigint,
  unspeltNumber,
  url,
  regExp,
  positions,
  names,
];
