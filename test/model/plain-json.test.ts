import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainJson, isPlainJsonText, isPlainScalar } from '../../src/model/plain-json.js';
import { richValue } from './rich-arbitrary.js';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('isPlainJson', () => {
  it.each([
    ['a message', { id: 'a', task: 'add', args: [1, 'two', null, true, { three: [3] }] }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['32 levels', nested(32)],
  ])('lets %s pass', (_, value) => expect(isPlainJson(value)).toBe(true));

  it.each([
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['-0', [-0]],
    ['NaN', [Number.NaN]],
    ['a date', [new Date(0)]],
    ['a hole', [1, , 3]], // oxlint-disable-line no-sparse-arrays
    ['a key "$"', { $: 1 }],
    ['a key "__proto__"', JSON.parse('{"__proto__":1}')],
    ['a hidden toJSON', Object.defineProperty({}, 'toJSON', { value: () => 1 })],
    ['a toJSON of an array', Object.assign([], { toJSON: () => 1 })],
    [
      'a member that throws',
      Object.defineProperty({}, 'a', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    ['an instance of a class', [new (class Point {})()]],
    ['33 levels', nested(33)],
  ])('stops %s', (_, value) => expect(isPlainJson(value)).toBe(false));

  it('is right about whatever it lets pass', () => {
    const property = fc.property(fc.oneof(fc.jsonValue(), richValue), (value) => {
      fc.pre(isPlainJson(value));
      expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
    });
    fc.assert(property, { seed: 20260101, numRuns: 500, maxSkipsPerRun: 1000 });
  });
});

describe('isPlainScalar', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1n, undefined])(
    'stops %s',
    (value) => expect(isPlainScalar(value)).toBe(false),
  );
  it.each([0, -1, Number.MAX_VALUE, Number.MIN_VALUE, '', null, false])('lets %s pass', (value) =>
    expect(isPlainScalar(value)).toBe(true),
  );
});

describe('isPlainJsonText', () => {
  it.each(['{"id":"a","args":[1,"\\n"]}', '"$5"', '{"_proto_":1}'])('lets %s pass', (text) =>
    expect(isPlainJsonText(text)).toBe(true),
  );

  it.each([
    '{"$":"Date"}',
    '{ "a":1, "$" :"Date"}',
    '{"\\u0024":1}',
    '{"__proto__":{}}',
    '{"\\u005f_proto__":{}}',
    '{"__pr\\u006Fto__":{}}',
    '['.repeat(500) + ']'.repeat(500),
  ])('stops %s', (text) => expect(isPlainJsonText(text)).toBe(false));
});
