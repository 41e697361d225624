// What somebody who can write to the storage may try. Every row is a text that the serializer never writes.
import { describe, expect, it } from 'vitest';
import { SerializationError } from '../../src/errors.js';
import { jsonSerializer } from '../../src/model/serializer.js';

const read = (text: string): unknown => jsonSerializer.deserialize(text);

function refusal(text: string): SerializationError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof SerializationError) return error;
    throw error;
  }
  throw new Error(`it was read: ${text.slice(0, 80)}`);
}

const tagged = (tag: unknown, payload?: unknown): string =>
  JSON.stringify({ args: [{ $: tag, v: payload }] });
const raw = (tag: string, payload: string): string => `{"args":[{"$":"${tag}","v":${payload}}]}`;

describe('a payload that its tag does not allow', () => {
  it.each<[string, string]>([
    ['an unknown tag', tagged('Function', 'return process')],
    ['a tag that every object inherits', tagged('constructor', 1)],
    ['a tag from a prototype', tagged('__proto__', {})],
    ['a tag that is no string', tagged(1, 1)],
    ['a tag that is null', tagged(null)],
    ['a tag that is an object', raw('x', '1').replace('"x"', '{"toString":"Date"}')],
    ['another key beside the tag', '{"args":[{"$":"Date","v":null,"then":1}]}'],
    ['a date that is an object', tagged('Date', {})],
    ['a date that is a number', tagged('Date', 0)],
    ['a date without an offset', tagged('Date', '2026-01-01T00:00:00')],
    ['a date in words', tagged('Date', 'Thu Jan 01 2026')],
    ['a date that does not exist', tagged('Date', '2026-13-01T00:00:00Z')],
    ['a date out of range', tagged('Date', '+999999-01-01T00:00:00Z')],
    ['an undefined with a value', tagged('undefined', 1)],
    ['a number in digits', tagged('Number', '1')],
    ['a number as a number', tagged('Number', 1)],
    ['a bigint in letters', tagged('BigInt', 'abc')],
    ['a bigint in hexadecimal', tagged('BigInt', '0x10')],
    ['a bigint of nothing', tagged('BigInt', '')],
    ['a bigint that is negative zero', tagged('BigInt', '-0')],
    ['a bigint with a line break', tagged('BigInt', '1\n')],
    ['a bigint that takes long to parse', tagged('BigInt', '9'.repeat(10_001))],
    ['bytes that are no base64', tagged('Uint8Array', 'AQ*=')],
    ['bytes as numbers', tagged('Uint8Array', [1, 2])],
    ['a map that is an object', tagged('Map', {})],
    ['a map of triples', tagged('Map', [[1, 2, 3]])],
    ['a map of strings', tagged('Map', ['ab'])],
    ['a set that is a string', tagged('Set', 'ab')],
    ['a pattern with garbage for flags', tagged('RegExp', '/a/qq')],
    ['a pattern with a flag twice', tagged('RegExp', '/a/gg')],
    ['a pattern that does not parse', tagged('RegExp', '/(/')],
    ['an empty pattern', tagged('RegExp', '//')],
    ['a pattern without slashes', tagged('RegExp', 'a')],
    ['a pattern that is endless', tagged('RegExp', `/${'a'.repeat(10_000)}/`)],
    ['a relative URL', tagged('URL', '/etc/passwd')],
    ['a URL that is an object', tagged('URL', { href: 'https://example.org' })],
    ['arguments that are an object', tagged('Args', { length: 1 })],
    ['named arguments that are an array', tagged('Kwargs', [1])],
    ['an escaped object that is none', tagged('Object', [1])],
    ['an escaped object that is missing', tagged('Object')],
    ['an error that is a string', tagged('Error', 'boom')],
    ['an error without a name', tagged('Error', { message: 'm' })],
    ['an error whose message is an object', tagged('Error', { name: 'n', message: {} })],
    ['an error whose stack is a number', tagged('Error', { name: 'n', message: 'm', stack: 1 })],
    ['an error whose fields are an array', tagged('Error', { name: 'n', message: 'm', fields: [] })],
    ['an error whose errors are none', tagged('Error', { name: 'n', message: 'm', errors: 1 })],
    [
      'an object that cannot be described',
      raw('Date', '{"constructor":{"name":{"toString":1,"valueOf":1}}}'),
    ],
  ])('is malformed: %s', (_, text) => {
    const error = refusal(text);
    expect(error).toMatchObject({ fault: 'malformed', path: 'args[0]' });
    expect(error.message.length).toBeLessThan(400);
  });

  it('is named however deep it sits', () => {
    const text = jsonSerializer
      .serialize([new Map([['k', { at: new Set([new Date(0)]) }]])])
      .replace('1970', '19x0');
    expect(refusal(text).path).toBe('[0].entries[0][1].at[0]');
  });
});

describe('nesting', () => {
  it.each<[string, string]>([
    ['arrays', '['.repeat(501) + ']'.repeat(501)],
    ['a million arrays', '['.repeat(1e6) + ']'.repeat(1e6)],
    ['objects', '{"a":'.repeat(501) + '1' + '}'.repeat(501)],
    ['maps', '{"$":"Map","v":[[1,'.repeat(501) + '1' + ']]}'.repeat(501)],
    ['causes', '{"$":"Error","v":{"name":"a","message":"b","cause":'.repeat(501) + '1' + '}}'.repeat(501)],
  ])('is bounded: %s', (_, text) => expect(refusal(text).fault).toBe('too-large'));
});

describe('prototypes', () => {
  const polluting = '{"polluted":true}';

  it.each([
    `{"__proto__":${polluting}}`,
    `{"\\u005f_proto__":${polluting}}`,
    `{"__pr\\u006fto__":${polluting},"a":1}`,
    `{"a":{"b":[{"__proto__":${polluting}}]}}`,
    `{"__proto__":{"__proto__":${polluting}}}`,
    `{"$":"Object","v":{"__proto__":${polluting}}}`,
    `{"$":"Kwargs","v":{"__proto__":${polluting}}}`,
    `{"$":"Date","v":null,"__proto__":${polluting}}`,
    `{"$":"Map","v":[[{"__proto__":${polluting}},{"__proto__":${polluting}}]]}`,
    `{"$":"Error","v":{"name":"n","message":"m","fields":{"__proto__":${polluting}}}}`,
    `{"$":"Error","v":{"name":"n","message":"m","__proto__":${polluting}}}`,
    `{"constructor":{"prototype":${polluting}}}`,
  ])('are out of reach: %s', (text) => {
    const value = read(text);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    for (const part of parts(value)) {
      expect(Object.hasOwn(part, '__proto__')).toBe(false);
      expect(ORDINARY).toContain(Object.getPrototypeOf(part)?.constructor.name);
    }
  });

  it.each(['constructor', 'Object', '__proto__', 'toString', 'Function', 'MARK'])(
    'are not chosen by an error called %s',
    (name) => {
      const error = read(JSON.stringify({ $: 'Error', v: { name, message: 'm' } }));
      expect(Object.getPrototypeOf(error)).toBe(Error.prototype);
    },
  );

  it('stay as they are under what is merged later', () => {
    const target: Record<string, unknown> = {};
    Object.assign(target, read(`{"__proto__":${polluting},"a":1}`));
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
    expect(target).toEqual({ a: 1 });
  });
});

const ORDINARY = ['Object', 'Array', 'Map', 'Set', 'Date', 'Error', 'Kwargs'];

function parts(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = value instanceof Map ? [...value].flat() : Object.values(value);
  return [value, ...inner.flatMap(parts)];
}
