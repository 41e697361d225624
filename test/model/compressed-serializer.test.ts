import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, SerializationError } from '../../src/errors.js';
import {
  CompressedSerializer,
  type CompressedSerializerOptions,
} from '../../src/model/compressed-serializer.js';
import { type Serializer, jsonSerializer } from '../../src/model/serializer.js';
import { richValue } from './rich-arbitrary.js';

/** Passes strings through, so that a test can choose the text. */
const verbatim: Serializer = { serialize: String, deserialize: (text) => text };

const verbatimly = (options?: CompressedSerializerOptions): Serializer =>
  new CompressedSerializer(verbatim, options);

function refusal(act: () => unknown): SerializationError {
  try {
    act();
  } catch (error) {
    if (error instanceof SerializationError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('CompressedSerializer', () => {
  it.each<[string, CompressedSerializerOptions, string, RegExp]>([
    ['leaves 1024 bytes alone', {}, 'a'.repeat(1024), /^a+$/],
    ['compresses 1025', {}, 'a'.repeat(1025), /^gzip:[A-Za-z0-9+/]+=*$/],
    ['counts bytes, not characters', {}, 'é'.repeat(513), /^gzip:/],
    ['counts from the size it is given', { aboveBytes: 100 }, 'a'.repeat(101), /^gzip:/],
    ['takes the algorithm it is given', { algorithm: 'zlib' }, 'a'.repeat(1025), /^zlib:/],
    ['leaves alone what would not get smaller', { aboveBytes: 0 }, 'abc', /^abc$/],
    ['escapes a text that looks compressed', {}, 'gzip:abc', /^text:gzip:abc$/],
    ['escapes a text that looks escaped', {}, 'text:', /^text:text:$/],
    ['escapes no other', {}, 'lzma:abc', /^lzma:abc$/],
  ])('%s', (_, options, text, written) => {
    const serializer = verbatimly(options);
    expect(serializer.serialize(text)).toMatch(written);
    expect(serializer.deserialize(serializer.serialize(text))).toBe(text);
  });

  it('gives back every value and every text', () => {
    const prefix = fc.constantFrom('', 'gzip:', 'zlib:', 'text:');
    const texts = fc.tuple(prefix, fc.string({ unit: 'binary' })).map((parts) => parts.join(''));
    const options = fc.record({ algorithm: fc.constantFrom('gzip', 'zlib'), aboveBytes: fc.nat(100) });
    const property = fc.property(texts, richValue, options, (text, value, given) => {
      const serializer = new CompressedSerializer(jsonSerializer, given);
      expect(serializer.deserialize(serializer.serialize(value))).toStrictEqual(value);
      expect(verbatimly(given).deserialize(verbatimly(given).serialize(text))).toBe(text);
      expect(serializer.serialize(value)).not.toMatch(/[\t\n\0]/);
    });
    fc.assert(property, { seed: 20260101, numRuns: 200 });
  });

  it('reads what was written with other options, or without compression', () => {
    const text = '"'.padEnd(2000, 'a');
    const reader = verbatimly({ aboveBytes: 1e6 });
    const writers = [verbatim, verbatimly({ algorithm: 'gzip' }), verbatimly({ algorithm: 'zlib' })];
    expect(writers.map((writer) => reader.deserialize(writer.serialize(text)))).toEqual([text, text, text]);
  });

  it('keeps a byte order mark', () => {
    const text = `\ufeff${'a'.repeat(2000)}`;
    expect(verbatimly().deserialize(verbatimly().serialize(text))).toBe(text);
  });

  it('refuses a text above its bound, before it is written and while it is read', () => {
    const bounded = verbatimly({ maxBytes: 5000 });
    const bomb = verbatimly().serialize('a'.repeat(5001));
    expect(bomb.length).toBeLessThan(100);
    expect(refusal(() => bounded.serialize('a'.repeat(5001))).fault).toBe('too-large');
    expect(refusal(() => bounded.deserialize(bomb)).fault).toBe('too-large');
    expect(bounded.deserialize(bounded.serialize('a'.repeat(5000)))).toHaveLength(5000);
    expect(refusal(() => verbatimly({ maxBytes: 100 }).serialize('a'.repeat(101))).fault).toBe('too-large');
  });

  it('bounds what it reads at 64 MiB by default', () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024 + 1), { level: 1 }).toString('base64');
    expect(refusal(() => verbatimly().deserialize(`zlib:${bomb}`))).toMatchObject({
      fault: 'too-large',
      message: expect.stringContaining('at most 67108864 bytes') as string,
    });
  });

  const packed = gzipSync('a'.repeat(2000));

  it.each<[string, string]>([
    ['no base64', 'gzip:***'],
    ['no gzip', `gzip:${Buffer.from('plain').toString('base64')}`],
    ['the other algorithm', `zlib:${packed.toString('base64')}`],
    ['half a text', `gzip:${packed.subarray(0, 20).toString('base64')}`],
    [
      'a wrong checksum',
      `gzip:${Buffer.from(packed)
        .fill(0, packed.length - 8, packed.length - 4)
        .toString('base64')}`,
    ],
    ['nothing', 'gzip:'],
    ['no UTF-8', `gzip:${gzipSync(Buffer.from([0xff, 0xfe])).toString('base64')}`],
  ])('refuses %s', (_, text) =>
    expect(refusal(() => verbatimly().deserialize(text)).fault).toBe('malformed'),
  );

  it('leaves it to the inner serializer to refuse a value, and what was in the package', () => {
    const serializer = new CompressedSerializer(jsonSerializer);
    expect(refusal(() => serializer.serialize({ args: [() => {}] })).path).toBe('args[0]');
    expect(
      refusal(() => serializer.deserialize(`gzip:${gzipSync('{').toString('base64')}`)).message,
    ).toContain('JSON');
  });

  it.each<[unknown, string]>([
    [{ algorithm: 'brotli' }, "expected `algorithm` to be 'gzip' or 'zlib', got \"brotli\" (string)"],
    [{ algorithm: 'toString' }, "'gzip' or 'zlib'"],
    [{ aboveBytes: -1 }, 'expected `aboveBytes` to be an integer of at least 0, got -1 (number)'],
    [{ maxBytes: 0 }, 'expected `maxBytes` to be an integer of at least 1, got 0 (number)'],
    [{ maxbytes: 1 }, 'unknown option `maxbytes`, did you mean `maxBytes`?'],
  ])('refuses the options %o', (options, message) => {
    const act = (): unknown => verbatimly(options as CompressedSerializerOptions);
    expect(act).toThrow(ConfigurationError);
    expect(act).toThrow(message);
  });
});
