// The options of a Huey: every default, and what each option is read into.
import { describe, expect, it } from 'vitest';
import { CompressedSerializer } from '../../src/model/compressed-serializer.js';
import { type HueyOptions, resolveHueyOptions } from '../../src/model/huey-options.js';
import { jsonSerializer } from '../../src/model/serializer.js';
import { SignedSerializer } from '../../src/model/signed-serializer.js';
import { systemRuntime } from '../../src/runtime.js';

const KEY = 'sixteen bytes at least';

function setup(options: HueyOptions = {}) {
  return resolveHueyOptions(options);
}

it('has defaults', () => {
  expect(setup()).toEqual({
    name: 'huey',
    results: true,
    storeNone: false,
    storeIntermediateErrors: true,
    resultExpiresMs: undefined,
    immediate: false,
    immediateUseMemory: true,
    delivery: 'at-least-once',
    maxDeliveries: 3,
    serializer: jsonSerializer,
    maxMessageBytes: 64 * 1024 * 1024,
    runtime: undefined,
  });
});

it('reads what is given', () => {
  const runtime = systemRuntime();
  const given = {
    name: 'mail',
    results: false,
    storeNone: true,
    storeIntermediateErrors: false,
    immediate: true,
  };
  expect(
    setup({
      ...given,
      immediateUseMemory: false,
      resultExpires: '1h',
      delivery: 'at-most-once',
      maxDeliveries: 1,
      maxMessageBytes: 1000,
      runtime,
    }),
  ).toMatchObject({
    ...given,
    immediateUseMemory: false,
    resultExpiresMs: 3_600_000,
    delivery: 'at-most-once',
    maxDeliveries: 1,
    maxMessageBytes: 1000,
    runtime,
  });
});

it('takes the options that a storage of its own looks at', () => {
  expect(() => resolveHueyOptions({ url: 'x' } as never, ['url'])).not.toThrow();
});

describe('the serializer', () => {
  const own = { serialize: () => '1', deserialize: () => 1 };

  it.each<[string, HueyOptions, string, string]>([
    ['is JSON', {}, '[1]', '[1]'],
    ['may be one of your own', { serializer: own }, '1', '1'],
    ['compresses what is long', { compression: true }, '[1]', 'gzip:'],
    ['compresses with the algorithm asked for', { compression: 'zlib' }, '[1]', 'zlib:'],
    ['signs', { signingKeys: [KEY] }, 'hmac-sha256:', 'hmac-sha256:'],
    ['signs what is compressed', { compression: 'gzip', signingKeys: [KEY] }, 'hmac-sha256:', 'hmac-sha256:'],
  ])('%s', (_, options, short, long) => {
    const { serializer } = setup(options);
    const list = Array.from({ length: 2000 }, () => 1);
    expect(serializer.serialize([1]).startsWith(short)).toBe(true);
    expect(serializer.serialize(list).startsWith(long.replace('[1]', '[1,'))).toBe(true);
    if (options.serializer === undefined)
      expect(serializer.deserialize(serializer.serialize(list))).toEqual(list);
  });

  it('has the compression inside of the signature', () => {
    const { serializer } = setup({ compression: true, signingKeys: [KEY] });
    expect(serializer).toBeInstanceOf(SignedSerializer);
    expect(serializer.serialize('x'.repeat(5000))).toMatch(/^hmac-sha256:[0-9a-f]{64}:gzip:/);
    expect(setup({ compression: true }).serializer).toBeInstanceOf(CompressedSerializer);
  });

  it('decompresses no more than a message may take', () => {
    const bomb = setup({ compression: true }).serializer.serialize('x'.repeat(100_000));
    const { serializer } = setup({ compression: true, maxMessageBytes: 50_000 });
    expect(() => serializer.deserialize(bomb)).toThrow(
      expect.objectContaining({ fault: 'too-large' }) as Error,
    );
  });
});

describe('bad options', () => {
  it.each<[object | null, string]>([
    [{ nmae: 'x' }, 'Huey: unknown option `nmae`, did you mean `name`?'],
    [{ store_none: true }, 'did you mean `storeNone`?'],
    [{ name: '' }, 'expected `name` to be a string that is not empty'],
    [{ results: 1 }, 'expected `results` to be true or false, got 1 (number)'],
    [{ storeNone: 'no' }, 'expected `storeNone`'],
    [{ storeIntermediateErrors: null }, 'expected `storeIntermediateErrors`'],
    [{ resultExpires: 0 }, 'expected `resultExpires` to be a duration of at least 1ms'],
    [{ resultExpires: '-1s' }, 'expected `resultExpires`'],
    [{ immediate: 'true' }, 'expected `immediate`'],
    [{ immediateUseMemory: 0 }, 'expected `immediateUseMemory`'],
    [{ delivery: 'exactly-once' }, "expected `delivery` to be 'at-least-once' or 'at-most-once'"],
    [{ maxDeliveries: 0 }, 'expected `maxDeliveries` to be an integer of at least 1'],
    [{ maxMessageBytes: 0.5 }, 'expected `maxMessageBytes`'],
    [{ serializer: JSON }, 'expected `serializer` to be an object with `serialize` and `deserialize`'],
    [{ serializer: null }, 'expected `serializer`'],
    [{ compression: 'brotli' }, "expected `compression` to be true, false, 'gzip' or 'zlib'"],
    [{ signingKeys: [] }, 'leave the option out to send unsigned messages'],
    [{ signingKeys: ['short'] }, 'expected `keys[0]` to have at least 16 bytes, got 5'],
    [null, 'expected `options of Huey` to be an object, got null'],
  ])('%o are refused', (options, words) => {
    expect(() => setup(options as HueyOptions)).toThrow(words);
  });
});
