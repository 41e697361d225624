import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, SerializationError } from '../../src/errors.js';
import { CompressedSerializer } from '../../src/model/compressed-serializer.js';
import { type Serializer, jsonSerializer } from '../../src/model/serializer.js';
import { SignedSerializer } from '../../src/model/signed-serializer.js';
import { richValue } from './rich-arbitrary.js';

const OLD = 'an old secret of enough bytes';
const NEW = new TextEncoder().encode('a new secret of enough bytes');

const signedWith = (...keys: Array<string | Uint8Array>): SignedSerializer =>
  new SignedSerializer(jsonSerializer, { keys });

function faultOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    if (error instanceof SerializationError) return error.fault;
    throw error;
  }
}

describe('SignedSerializer', () => {
  it('gives back every value', () => {
    const property = fc.property(richValue, (value) => {
      const text = signedWith(OLD).serialize(value);
      expect(text).toMatch(/^hmac-sha256:[0-9a-f]{64}:[^\t\n\0]*$/);
      expect(signedWith(OLD).deserialize(text)).toStrictEqual(value);
    });
    fc.assert(property, { seed: 20260101, numRuns: 100 });
  });

  it('signs as any other program would', () => {
    const digest = createHmac('sha256', OLD).update('{"a":"é"}').digest('hex');
    expect(signedWith(OLD).serialize({ a: 'é' })).toBe(`hmac-sha256:${digest}:{"a":"é"}`);
  });

  it('refuses a text changed in any one place', () => {
    const serializer = signedWith(OLD);
    const text = serializer.serialize({ id: 'a', task: 'add', args: [1, '\ufffd', 'A', new Date(0)] });
    const changes = fc.oneof(
      fc.constantFrom(...'0aA:\ufffd\ud800\u0141'),
      fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
    );
    const property = fc.property(fc.nat(text.length - 1), changes, (at, char) => {
      const changed = text.slice(0, at) + char + text.slice(at + 1);
      expect(faultOf(() => serializer.deserialize(changed))).toBe(changed === text ? 'none' : 'tampered');
    });
    fc.assert(property, { seed: 20260101, numRuns: 3000 });
  });

  it.each<[string, (char: string) => string]>([
    ['another character', () => 'B'],
    ['one that UTF-8 cannot spell', () => '\ud800'],
    ['one with the same low byte', (char) => String.fromCharCode(char.charCodeAt(0) + 0x100)],
  ])('refuses every single place changed to %s', (_, change) => {
    const serializer = signedWith(OLD);
    const text = serializer.serialize(['\ufffd', 'A']);
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + change(text[at]!) + text.slice(at + 1);
      expect(faultOf(() => serializer.deserialize(changed))).toBe('tampered');
    }
  });

  it.each<[string, (text: string) => string]>([
    ['without a signature', (text) => text.slice('hmac-sha256:'.length + 65)],
    ['of another scheme', (text) => text.replace('sha256', 'sha512')],
    [
      'with the signature in capitals',
      (text) => text.replace(/[0-9a-f]{64}/, (digits) => digits.toUpperCase()),
    ],
    ['with half a signature', (text) => text.replace(/[0-9a-f]{32}:/, ':')],
    ['cut off after the signature', (text) => text.slice(0, 'hmac-sha256:'.length + 64)],
    ['with something added', (text) => `${text} `],
    ['that is empty', () => ''],
  ])('refuses a text %s', (_, change) => {
    const text = change(signedWith(OLD).serialize({ a: 1 }));
    expect(faultOf(() => signedWith(OLD).deserialize(text))).toBe('tampered');
  });

  it('does not show the inner serializer what it does not trust', () => {
    const inner: Serializer = { serialize: String, deserialize: () => expect.fail('looked inside') };
    const signed = new SignedSerializer(inner, { keys: [OLD] });
    expect(faultOf(() => signed.deserialize('x'))).toBe('tampered');
    expect(faultOf(() => signed.deserialize(signedWith(NEW).serialize('x')))).toBe('tampered');
  });

  it('says what to check', () => {
    expect(() => signedWith(OLD).deserialize('{}')).toThrow(
      /without one; check that everyone who writes to the queue signs/,
    );
    expect(() => signedWith(OLD).deserialize(signedWith(NEW).serialize(1))).toThrow(
      /check that readers have the key of the writers/,
    );
  });

  it('rotates keys: the first signs, every one verifies', () => {
    const [before, between, after] = [signedWith(OLD), signedWith(NEW, OLD), signedWith(NEW)];
    expect(between.deserialize(before.serialize(1))).toBe(1);
    expect(after.deserialize(between.serialize(2))).toBe(2);
    expect(faultOf(() => after.deserialize(before.serialize(3)))).toBe('tampered');
    expect(faultOf(() => before.deserialize(between.serialize(4)))).toBe('tampered');
  });

  it('is not changed by what happens to the keys it was given', () => {
    const secret = Uint8Array.from(NEW);
    const serializer = signedWith(secret);
    const text = serializer.serialize(1);
    secret.fill(0);
    expect(serializer.serialize(1)).toBe(text);
  });

  it('signs what is compressed', () => {
    const serializer = new SignedSerializer(new CompressedSerializer(jsonSerializer), { keys: [OLD] });
    const value = 'a'.repeat(5000);
    expect(serializer.serialize(value)).toMatch(/^hmac-sha256:[0-9a-f]{64}:gzip:/);
    expect(serializer.deserialize(serializer.serialize(value))).toBe(value);
  });

  it.each<[unknown, string]>([
    [{ keys: [] }, 'expected `keys` to be an array with at least one secret'],
    [{ keys: 'fifteen bytes, hidden' }, 'expected `keys` to be an array of secrets'],
    [{ keys: [OLD, 'hidden fifteen!'] }, 'expected `keys[1]` to have at least 16 bytes, got 15'],
    [{ keys: [new Uint8Array(15)] }, 'expected `keys[0]` to have at least 16 bytes, got 15'],
    [{ keys: [undefined] }, 'expected `keys[0]` to be a string or a Uint8Array, got undefined'],
    [{ keys: [null] }, 'expected `keys[0]` to be a string or a Uint8Array, got null'],
    [{ key: ['hidden but otherwise long enough'] }, 'unknown option `key`, did you mean `keys`?'],
  ])('refuses the options %o', (options, message) => {
    const act = (): unknown => new SignedSerializer(jsonSerializer, options as { keys: string[] });
    expect(act).toThrow(ConfigurationError);
    expect(act).toThrow(message);
    expect(act).not.toThrow('hidden');
  });

  it('does not show its keys when it is logged', () => {
    expect(inspect(signedWith(OLD), { depth: 9, showHidden: true })).not.toContain('secret');
  });
});
