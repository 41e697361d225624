import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SerializationError } from '../../src/errors.js';
import { JsonSerializer, checkedSerializer, jsonSerializer } from '../../src/model/serializer.js';
import { richValue } from './rich-arbitrary.js';

const escapeOf = (char: string): string => `\\u00${char.codePointAt(0)!.toString(16)}`;

/** A key as JSON text, with some of its characters escaped. */
const spelledKey = fc
  .tuple(
    fc.constantFrom('__proto__', '__proto', 'proto__', 'constructor', 'prototype', 'toString', 'v', 'a'),
    fc.infiniteStream(fc.constantFrom(false, false, false, true)),
  )
  .map(([key, escapes]) => [...key].map((char) => (escapes.next().value === true ? escapeOf(char) : char)))
  .map((chars) => `"${chars.join('')}"`);

const jsonText: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value)),
    fc.array(tie('text'), { maxLength: 3 }).map((items) => `[${items.join(' ,')}]`),
    fc
      .array(fc.tuple(spelledKey, tie('text')), { maxLength: 4 })
      .map((members) => `{${members.map((member) => member.join(': ')).join()}}`),
  ),
})).text;

function withoutProto(parsed: unknown): unknown {
  if (typeof parsed !== 'object' || parsed === null) return parsed;
  if (Array.isArray(parsed)) return parsed.map(withoutProto);
  const kept = Object.entries(parsed).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutProto(value)]));
}

function faultOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    if (error instanceof SerializationError) return error.fault;
    throw error;
  }
}

describe('JsonSerializer', () => {
  it('is what jsonSerializer is', () => expect(jsonSerializer).toBeInstanceOf(JsonSerializer));

  it('writes plain JSON as JSON.stringify does', () => {
    const property = fc.property(fc.json(), (text) => {
      fc.pre(!text.includes('__proto__') && !text.includes('"$"'));
      const plain: unknown = JSON.parse(JSON.stringify(JSON.parse(text)));
      expect(jsonSerializer.serialize(plain)).toBe(JSON.stringify(plain));
    });
    fc.assert(property, { seed: 20260101, numRuns: 300 });
  });

  it('reads any JSON as JSON.parse does, but for keys __proto__', () => {
    const property = fc.property(jsonText, (text) => {
      expect(jsonSerializer.deserialize(text)).toEqual(withoutProto(JSON.parse(text)));
    });
    fc.assert(property, { seed: 20260101, numRuns: 500 });
  });

  it('writes text that storages can store and join', () => {
    const property = fc.property(richValue, (value) => {
      const text = jsonSerializer.serialize(value);
      expect(text).not.toMatch(/[\t\n\0]/);
      expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
    });
    fc.assert(property, { seed: 20260101, numRuns: 300 });
  });

  it('gives every caller a value of its own', () => {
    const text = jsonSerializer.serialize({ list: [new Date(0)] });
    const [one, two] = [1, 2].map(() => jsonSerializer.deserialize(text) as { list: Date[] });
    expect(one!.list).not.toBe(two!.list);
    expect(one!.list[0]).not.toBe(two!.list[0]);
  });

  it.each(['', 'gzip:H4sI', '{', '[1,]', 'undefined', "{'a':1}", '\ufeff1', '1 2', '"\t"'])(
    'refuses %j',
    (text) => {
      expect(faultOf(() => jsonSerializer.deserialize(text))).toBe('malformed');
    },
  );

  it('says what is wrong with a text, without repeating all of it', () => {
    const act = (): unknown => jsonSerializer.deserialize('(pickled by another program, and secret)');
    expect(act).toThrow(
      'expected JSON, got a text that starts with "(pickled by another " (string); check that',
    );
    expect(act).not.toThrow('secret');
  });

  it('refuses a damaged text, or reads something else, but never fails otherwise', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom(...'"\\{}[]:,$v0-1eTZ/=. \u0000\ud800'));
    const damages = fc.array(damage, { minLength: 1, maxLength: 3 });
    const seen = new Set<string>();
    const property = fc.property(richValue, damages, (value, changes) => {
      const text = changes.reduce(replaced, jsonSerializer.serialize(value));
      seen.add(faultOf(() => jsonSerializer.deserialize(text)));
    });
    fc.assert(property, { seed: 20260101, numRuns: 1500 });
    expect([...seen].sort()).toEqual(['malformed', 'none']);
  });
});

function replaced(text: string, [at, char]: readonly [number, string]): string {
  const place = at % text.length;
  return text.slice(0, place) + char + text.slice(place + 1);
}

describe('checkedSerializer', () => {
  it('lets any object with both methods pass', () => {
    const own = { serialize: String, deserialize: String };
    expect(checkedSerializer('SignedSerializer', own)).toBe(own);
  });

  it.each([undefined, null, {}, JSON, { serialize: String }])('refuses %o', (value) => {
    const act = (): unknown => checkedSerializer('SignedSerializer', value as never);
    expect(act).toThrow('expected `SignedSerializer` to be given a serializer');
  });
});
