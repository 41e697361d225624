// The wire format, text by text. A change of a text here strands what users have stored: add a tag, never change one.
import { describe, expect, it } from 'vitest';
import golden from '../../fixtures/golden/serializer.json' with { type: 'json' };
import { RateLimitExceeded } from '../../src/errors.js';
import { CompressedSerializer } from '../../src/model/compressed-serializer.js';
import { args, kwargs } from '../../src/model/pass-on.js';
import { jsonSerializer } from '../../src/model/serializer.js';
import { SignedSerializer } from '../../src/model/signed-serializer.js';

function withStack<E extends Error>(error: E): E {
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n    at task (app.js:1:1)` });
}

const VALUES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['a message', { v: 1, id: 'a1', task: 'add', args: [1, 'two', null, true, { three: [3.5] }] }],
  ['text in every script', ['é', '日本', '😀', '\u2028', '\t\n\0"\\', '\ud800']],
  ['undefined', [undefined, { a: undefined }]],
  ['numbers that JSON lacks', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
  ['bigint', [0n, -12345678901234567890n]],
  ['date', [new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), new Date(-1e15), new Date(Number.NaN)]],
  [
    'map',
    new Map<unknown, unknown>([
      ['key', 1],
      [{ id: 2 }, new Map()],
    ]),
  ],
  ['set', new Set([1, 'two', new Set()])],
  ['bytes', [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array([251, 255])]],
  ['pattern', [/a+\/b/gi, /(?:)/]],
  ['url', new URL('https://user@example.org:8080/a b?q=é#f')],
  ['args and kwargs', [args(1, new Date(0)), kwargs({ to: 'a@example.org', $: 1 })]],
  ['keys that look like tags', { $: 'Date', v: { $: null } }],
  ['error', withStack(new TypeError('boom'))],
  [
    'error with cause and fields',
    withStack(Object.assign(new Error('down', { cause: withStack(new RangeError('port')) }), { code: 'E1' })),
  ],
  ['error of our own', withStack(new RateLimitExceeded('mail', 1500, true))],
  ['aggregate error', withStack(new AggregateError([withStack(new Error('one')), 2], 'all'))],
]);

describe('golden texts', () => {
  it('cover every value', () => expect(Object.keys(golden.json)).toEqual([...VALUES.keys()]));

  it.each(Object.entries(golden.json))('are what JsonSerializer writes: %s', (name, text) => {
    expect(jsonSerializer.serialize(VALUES.get(name))).toBe(text);
  });

  it.each(Object.entries(golden.json))('are read by JsonSerializer: %s', (name, text) => {
    expect(jsonSerializer.deserialize(text)).toEqual(VALUES.get(name));
    expect(jsonSerializer.serialize(jsonSerializer.deserialize(text))).toBe(text);
  });

  it('are what SignedSerializer writes', () => {
    const signed = new SignedSerializer(jsonSerializer, { keys: ['a secret for golden texts'] });
    expect(signed.serialize(VALUES.get('a message'))).toBe(golden.signed['a message']);
    expect(signed.deserialize(golden.signed['a message'])).toEqual(VALUES.get('a message'));
  });

  // Not written: how well zlib compresses differs between releases of Node.
  it.each(Object.entries(golden.compressed))('are read by CompressedSerializer: %s', (_, text) => {
    expect(new CompressedSerializer(jsonSerializer).deserialize(text)).toEqual('abc'.repeat(500));
  });
});
