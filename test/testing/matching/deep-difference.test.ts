import fc from 'fast-check';
import { expect as jestExpect } from 'expect';
import { describe, expect, it } from 'vitest';
import { args as severalArgs } from 'huey-ts';
import { differences } from '../../../src/testing/matching/deep-difference.js';
import { differingTexts, distanceText, valueText } from '../../../src/testing/matching/value-text.js';
import { richValue } from '../../model/rich-arbitrary.js';

const paths = (expected: unknown, actual: unknown): string[] =>
  differences(expected, actual, 'args').map(({ path }) => path);

describe('a value is as expected', () => {
  it.each<[expected: unknown, actual: unknown]>([
    [1, 1],
    [NaN, NaN],
    ['a', 'a'],
    [undefined, undefined],
    [{}, { a: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: { b: [1] } }, { a: { b: [1], c: 3 } }],
    [{ a: undefined }, {}],
    [
      [1, { a: 1 }],
      [1, { a: 1, b: 2 }],
    ],
    [new Date(5), new Date(5)],
    [new URL('http://a/'), new URL('http://a')],
    [/a/g, /a/g],
    [/^ht+p/g, 'http'],
    [
      new Map([['a', { b: 1 }]]),
      new Map([
        ['a', { b: 1, c: 2 }],
        ['z', { b: 0, c: 0 }],
      ]),
    ],
    [new Set([{ a: 1 }]), new Set([{ a: 1, b: 2 }, 3])],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new TypeError('no'), new TypeError('no')],
    [severalArgs(1, { a: 1 }), severalArgs(1, { a: 1, b: 2 })],
    [(n: number) => n > 3, 4],
    [{ a: (n: number) => n > 3 }, { a: 4 }],
    [expect.any(String), 'a'],
    [jestExpect.any(String), 'a'],
    [expect.objectContaining({ a: 1 }), { a: 1, b: 2 }],
    [{ a: [jestExpect.stringContaining('b'), expect.closeTo(0.3)] }, { a: ['abc', 0.1 + 0.2] }],
    [{ asymmetricMatch: (value: unknown) => value === 7 }, 7],
    [jestExpect.not.stringContaining('x'), 'a'],
  ])('%o, %o', (expected, actual) => {
    expect(differences(expected, actual, 'args')).toEqual([]);
  });
});

describe('a value is different', () => {
  it.each<[expected: unknown, actual: unknown, where: string[]]>([
    [1, 2, ['args']],
    [0, -0, ['args']],
    ['1', 1, ['args']],
    [null, undefined, ['args']],
    [null, {}, ['args']],
    [{}, null, ['args']],
    [{}, [], ['args']],
    [[], {}, ['args']],
    [{ a: 1, b: 2 }, { a: 2, b: 3 }, ['args.a', 'args.b']],
    [{ a: undefined }, { a: 1 }, ['args.a']],
    [{ toString: 1 }, {}, ['args.toString']],
    [{ 'a b': 1 }, {}, ['args["a b"]']],
    [[1, 2], [1], ['args']],
    [[1], [2, 3], ['args', 'args[0]']],
    [[{ a: [0] }], [{ a: [1] }], ['args[0].a[0]']],
    [new Date(5), new Date(6), ['args']],
    [new Date(5), 5, ['args']],
    [/a/, /a/g, ['args']],
    [/a/, 'b', ['args']],
    [new Map([['a', 1]]), new Map([['b', 1]]), ['args.get("a")']],
    [new Map([['a', { b: 1 }]]), new Map([['a', { b: 2 }]]), ['args.get("a").b']],
    [new Set([1]), new Set([2]), ['args.has(…)']],
    [new Uint8Array([1]), [1], ['args']],
    [new Uint8Array([1]), new Uint8Array([2]), ['args[0]']],
    [new TypeError('no'), new RangeError('no'), ['args']],
    [new Error('no'), { message: 'no' }, ['args']],
    [severalArgs(1), [1], ['args']],
    [() => false, 4, ['args']],
    [expect.any(Number), 'a', ['args']],
    [[jestExpect.stringMatching('a')], ['b'], ['args[0]']],
  ])('%o, %o', (expected, actual, where) => {
    expect(paths(expected, actual)).toEqual(where);
  });
});

describe('every value', () => {
  const parameters = { numRuns: 300, seed: 5 };

  it('that can travel is as itself, and as a part of more', () => {
    fc.assert(
      fc.property(richValue, richValue, (value, more) => {
        expect(differences(value, structuredCopy(value), 'args')).toEqual([]);
        const wider = { value: structuredCopy(value), more };
        expect(differences({ value }, wider, 'args')).toEqual([]);
      }),
      parameters,
    );
  });

  it('of JSON differs from another exactly if a deep comparison says so', () => {
    // Without members, nothing is partial.
    const { list } = fc.letrec((tie) => ({
      list: fc.array(
        fc.oneof(fc.integer({ max: 3, min: 0 }), fc.constantFrom('a', null, true), tie('list')),
        {
          maxLength: 2,
        },
      ),
    }));
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(differences(a, b, 'args').length === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      parameters,
    );
  });

  it('is written on one line, and not too long', () => {
    fc.assert(
      fc.property(richValue, (value) => {
        const text = valueText(value);
        expect(text).not.toBe('');
        expect(text.length).toBeLessThanOrEqual(160);
        expect(text).not.toContain('\n');
      }),
      parameters,
    );
  });

  it('that is a text is shown where it parts from another', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 600 }),
        fc.string({ maxLength: 600 }),
        fc.string(),
        (start, a, b) => {
          fc.pre(a !== b);
          const [expected, actual] = differingTexts(start + a, start + b);
          expect(expected).not.toBe(actual);
        },
      ),
      parameters,
    );
  });
});

it.each<[value: unknown, text: string]>([
  ['a "quoted" text', '"a \\"quoted\\" text"'],
  [{ a: [1, -0, 2n], 'b c': undefined }, '{ a: [1, -0, 2n], "b c": undefined }'],
  [{}, '{}'],
  [new Date(0), 'Date 1970-01-01T00:00:00.000Z'],
  [new Date(NaN), 'Date NaN'],
  [new Error('no'), 'Error: no'],
  [new URL('http://a/'), 'URL http://a/'],
  [new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
  [() => 1, 'a function'],
  [String.raw, 'function raw'],
  [expect.any(String), 'Any<String>'],
  [jestExpect.stringContaining('a'), 'StringContaining "a"'],
  [[expect.objectContaining({ a: expect.anything() })], '[ObjectContaining { a: Anything }]'],
  [{ asymmetricMatch: () => true }, 'a matcher'],
  [[[[[[[[[1]]]]]]]], '[[[[[[[[…]]]]]]]]'],
])('%o is written so', (value, text) => {
  expect(valueText(value)).toBe(text);
});

it.each([
  [0, 'now'],
  [90_000, '1m 30s from now'],
  [-250, '250ms ago'],
])('an instant %d ms away is %s', (ms, text) => {
  expect(distanceText(1000 + ms, 1000)).toBe(text);
});

/** A copy that shares no object with the original, and keeps what structuredClone would lose. */
function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, structuredCopy(member)]));
}
