import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SerializationError } from '../../src/errors.js';
import { args, kwargs } from '../../src/model/pass-on.js';
import { jsonSerializer } from '../../src/model/serializer.js';
import { richValue } from './rich-arbitrary.js';

const roundTrip = (value: unknown): unknown => jsonSerializer.deserialize(jsonSerializer.serialize(value));

function refusal(value: unknown): SerializationError {
  try {
    jsonSerializer.serialize(value);
  } catch (error) {
    if (error instanceof SerializationError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

function nestedIn(container: (value: unknown) => unknown, levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = container(value);
  return value;
}

describe('what travels', () => {
  it('arrives deep-equal, whatever it is and wherever it sits', () => {
    const property = fc.property(richValue, (value) => {
      expect(roundTrip(value)).toStrictEqual(value);
    });
    fc.assert(property, { seed: 20260101, numRuns: 1000 });
  });

  it('is not touched', () => {
    const value = Object.freeze({ at: new Date(0), list: Object.freeze([Object.freeze({ $: undefined })]) });
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it.each([
    ['undefined', undefined],
    ['undefined inside an array and an object', [undefined, { a: undefined }]],
    ['an invalid date', new Date(Number.NaN)],
    ['the first and the last date', [new Date(-8.64e15), new Date(8.64e15)]],
    ['-0 as a key and a value', new Map([[-0, [-0]]])],
    [
      'a map with keys of every kind',
      new Map<unknown, unknown>([
        [{ a: 1 }, 1],
        [[1], 2],
        [null, 3],
        ['4', 4],
      ]),
    ],
    ['what looks tagged', { $: 'Date', v: '2026-01-01T00:00:00.000Z' }],
    ['what looks escaped', { $: 'Object', v: { $: { $: 1 } } }],
    ['what looks tagged inside named arguments', kwargs({ $: 'Date', v: new Date(0) })],
    ['nothing to pass on', [args(), kwargs({})]],
    ['no bytes', new Uint8Array()],
    ['strings that are not well-formed', '\ud800 \udfff'],
    ['40 levels', nestedIn((value) => [value, new Date(0)], 40)],
  ])('includes %s', (_, value) => expect(roundTrip(value)).toStrictEqual(value));

  it.each([
    [
      'an object without a prototype as one with',
      Object.assign(Object.create(null) as object, { a: 1n }),
      { a: 1n },
    ],
    ['a Buffer as a Uint8Array', Buffer.from([1, 2]), new Uint8Array([1, 2])],
    [
      'a getter as its value',
      {
        get at() {
          return new Date(0);
        },
      },
      { at: new Date(0) },
    ],
    ['an object with a symbol key without it', { a: 1n, [Symbol('b')]: 2 }, { a: 1n }],
    ['the matches of a pattern as an array', [1n, /b/.exec('abc')], [1n, ['b']]],
    ['one object in two places as two', ((one) => [one, one])({ a: 1n }), [{ a: 1n }, { a: 1n }]],
    [
      'a member called constructor',
      { constructor: { name: 'Date' }, a: 1n },
      { constructor: { name: 'Date' }, a: 1n },
    ],
  ])('passes %s', (_, value, arrived) => expect(roundTrip(value)).toEqual(arrived));

  it('may come from another realm', () => {
    const foreign: unknown = runInNewContext(
      '({ list: [new Date(0), new Map([[1, new Set([/a/g])]])], nil: Object.create(null) })',
    );
    expect(roundTrip(foreign)).toStrictEqual({
      list: [new Date(0), new Map([[1, new Set([/a/g])]])],
      nil: {},
    });
  });

  it('never has its toJSON called', () => {
    const toJSON = (): never => {
      throw new Error('called');
    };
    const hidden = <T extends object>(value: T): T =>
      Object.defineProperty(value, 'toJSON', { value: toJSON });
    expect(roundTrip([hidden({ a: 1 }), hidden([2])])).toStrictEqual([{ a: 1 }, [2]]);
    expect(roundTrip({ toJSON: 'text' })).toStrictEqual({ toJSON: 'text' });
  });
});

describe('dates', () => {
  afterEach(() => void vi.useRealTimers());

  it('travel while the clock is a fake', () => {
    vi.useFakeTimers({ now: 5 });
    const arrived = roundTrip([new Date(), new Date(7)]);
    expect(arrived).toStrictEqual([new Date(5), new Date(7)]);
  });

  it.each([
    ['2026-01-02T03:04:05.678Z', 1767323045678],
    ['2026-01-02T03:04:05.678901+02:00', 1767315845678],
    ['2026-01-02T03:04-05:30', 1767342840000],
    ['-000001-01-01T00:00:00Z', -62198755200000],
  ])('are read as other languages write them: %s', (text, ms) =>
    expect(jsonSerializer.deserialize(`{"$":"Date","v":"${text}"}`)).toStrictEqual(new Date(ms)),
  );
});

class Point {
  x = 1;
}
class Tags extends Array<string> {}
class Registry extends Map<string, number> {}

describe('what cannot travel', () => {
  const circle: Record<string, unknown> = { name: 'loop' };
  circle['self'] = [circle];
  const later = Promise.resolve();

  it.each<[string, unknown, string, RegExp]>([
    [
      'a function',
      { args: [0, { user: { callback() {} } }] },
      'args[1].user.callback',
      /callback \(function\); pass data/,
    ],
    ['a symbol', { args: [Symbol('s')] }, 'args[0]', /Symbol\(s\) \(symbol\); pass a string/],
    [
      'an instance of a class',
      { args: [new Point()] },
      'args[0]',
      /an instance of Point; pass its data as a plain object/,
    ],
    ['a subclass of Array', { tags: new Tags('a', 'b') }, 'tags', /an instance of a subclass of Array/],
    ['a subclass of Map', [new Registry()], '[0]', /an instance of Registry/],
    ['an object that inherits', { o: Object.create({ a: 1 }) }, 'o', /an instance of Object/],
    ['a boxed number', [Object(1)], '[0]', /an instance of Number/],
    ['a promise', { args: [later] }, 'args[0]', /an instance of Promise; await it first/],
    [
      'another typed array',
      [new Float64Array(1)],
      '[0]',
      /an instance of Float64Array; pass its bytes as a Uint8Array/,
    ],
    [
      'an ArrayBuffer',
      [new ArrayBuffer(1)],
      '[0]',
      /an instance of ArrayBuffer; pass its bytes as a Uint8Array/,
    ],
    ['a weak map', [new WeakMap()], '[0]', /an instance of WeakMap/],
    ['a hole', { args: [1, , 3] }, 'args[1]', /a hole in a sparse array; fill it/], // oxlint-disable-line no-sparse-arrays
    ['a circle', { args: [circle] }, 'args[0].self[0]', /it refers back to `args\[0\]`; break the circle/],
    ['a circle through the whole', circle, 'self[0]', /it refers back to the value; break/],
    [
      'a key __proto__',
      { args: [JSON.parse('{"__proto__":1}')] },
      'args[0].__proto__',
      /readers drop this key/,
    ],
    ['the key of a map', { args: [new Map([[later, 1]])] }, 'args[0].entries[0][0]', /Promise/],
    ['the value of a map', { args: [new Map([['k', later]])] }, 'args[0].entries[0][1]', /Promise/],
    ['an item of a set', new Set([later]), 'values[0]', /Promise/],
    ['what a stage passes on', { args: [args(1, later)], kwargs: 1 }, 'args[0][1]', /Promise/],
    ['a named argument', kwargs({ callback: later }), 'callback', /Promise/],
    [
      'a member that throws',
      [
        {
          get a() {
            throw new Error('no');
          },
        },
      ],
      '[0]',
      /reading it fails; see the cause/,
    ],
    ['the value itself', () => {}, '', /^the value cannot travel: anonymous \(function\)/],
  ])('is named: %s', (_, value, path, message) => {
    const error = refusal(value);
    expect(error).toMatchObject({ fault: 'unserializable', path });
    expect(error.message).toMatch(message);
  });

  it('keeps the error of a member that throws as the cause', () => {
    const cause = new Error('no');
    const value = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw cause;
      },
    });
    expect(refusal(value).cause).toBe(cause);
  });

  it.each<[string, unknown, string]>([
    ['501 levels', nestedIn((value) => [value], 501), `${'[0]'.repeat(16)}…`],
    ['a bigint of 10,001 digits', [10n ** 10_000n], '[0]'],
    ['a pattern of 10,001 characters', { a: new RegExp('a'.repeat(10_001)) }, 'a'],
  ])('may be too large: %s', (_, value, path) =>
    expect(refusal(value)).toMatchObject({ fault: 'too-large', path }),
  );

  it.each<[string, (value: unknown) => unknown]>([
    ['arrays', (value) => [value]],
    ['objects', (value) => ({ $: value })],
    ['maps', (value) => new Map([[1, value]])],
    ['arguments', (value) => kwargs({ a: value })],
    ['errors', (cause) => Object.assign(new Error('x', { cause }), { stack: 'x' })],
  ])('is not nested too deep at 500 levels of %s', (_, container) => {
    const text = jsonSerializer.serialize(nestedIn(container, 500));
    expect(jsonSerializer.serialize(jsonSerializer.deserialize(text))).toBe(text);
  });
});
