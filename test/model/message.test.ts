// The wire format of one task: what is written stays readable, what this version does not know travels on, and nothing
// that comes from outside is believed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SerializationError } from '../../src/errors.js';
import { fromWire, MESSAGE_VERSION, toWire } from '../../src/model/message.js';
import { jsonSerializer } from '../../src/model/serializer.js';
import type { Expiry, Task } from '../../src/model/task.js';

const SEED = { seed: 20260101, numRuns: 300 };

function setup(changed: Record<string, unknown> = {}) {
  return { v: 1, id: 'a', task: 'work', args: [], ...changed };
}

function refusal(wire: unknown): SerializationError {
  try {
    fromWire(wire);
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationError);
    return error as SerializationError;
  }
  throw new Error(`expected ${JSON.stringify(wire)} to be refused`);
}

describe('toWire', () => {
  it('leaves defaults out', () => {
    const task = {
      id: 'a',
      name: 'work',
      args: [1],
      retries: 0,
      retryDelayMs: 0,
      retryBackoff: 1,
      attempt: 0,
    };
    expect(toWire(task)).toEqual({ v: MESSAGE_VERSION, id: 'a', task: 'work', args: [1] });
  });
});

describe('fromWire', () => {
  it('keeps the keys that it does not know, in handlers too', () => {
    const handler = setup({ id: 'h', colour: 'red' });
    const wire = setup({ tenant: { id: 7 }, onError: [handler] });
    const task = fromWire(wire);
    expect(task.extra).toEqual({ tenant: { id: 7 } });
    expect(toWire(task)).toEqual(wire);
  });

  it('lets no unknown key pass for a known one', () => {
    const task = fromWire(setup({ retries: 2, extra: 1 }));
    expect(toWire({ ...task, extra: { retries: 9, id: 'other' } })).toMatchObject({ retries: 2, id: 'a' });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, '`a message` of the message to be an object, got undefined'],
    ['null', null, 'to be an object, got null'],
    ['a list', [setup()], 'to be an object, got an array of 1'],
    ['text', 'work', 'to be an object, got "work" (string)'],
    ['no version', setup({ v: undefined }), '`v` of the message to be the version number 1, got undefined'],
    ['version 0', setup({ v: 0 }), '`v` of the message'],
    ['a version in text', setup({ v: '1' }), 'got "1" (string)'],
    ['no id', setup({ id: undefined }), '`id` of the message to be a string that is not empty'],
    ['an empty id', setup({ id: '' }), '`id`'],
    ['a number for an id', setup({ id: 7 }), 'got 7 (number)'],
    ['no task', setup({ task: undefined }), '`task` of the message'],
    ['an empty task', setup({ task: '' }), '`task`'],
    ['no arguments', setup({ args: undefined }), '`args` of the message to be an array'],
    ['arguments that are no list', setup({ args: { 0: 1 } }), '`args`'],
    ['kwargs that are a list', setup({ kwargs: [] }), '`kwargs` of the message to be an object'],
    ['kwargs that are null', setup({ kwargs: null }), '`kwargs`'],
    ['retries below zero', setup({ retries: -1 }), '`retries` of the message to be a whole number'],
    ['half a retry', setup({ retries: 0.5 }), '`retries`'],
    ['retries in text', setup({ retries: '3' }), '`retries`'],
    ['retries that are no number', setup({ retries: Number.NaN }), '`retries`'],
    ['an attempt below zero', setup({ attempt: -1 }), '`attempt`'],
    ['attempts without an end', setup({ attempt: Infinity }), '`attempt`'],
    [
      'a delay below zero',
      setup({ retryDelayMs: -1 }),
      '`retryDelayMs` of the message to be a finite number',
    ],
    ['a delay without an end', setup({ retryDelayMs: Infinity }), '`retryDelayMs`'],
    ['a negative backoff', setup({ retryBackoff: -2 }), '`retryBackoff`'],
    ['a priority without an end', setup({ priority: Infinity }), '`priority` of the message'],
    ['a priority in text', setup({ priority: 'high' }), '`priority`'],
    ['an eta that is no number', setup({ eta: Number.NaN }), '`eta`'],
    ['an eta in text', setup({ eta: '2026-01-01' }), '`eta`'],
    ['an eta of null', setup({ eta: null }), '`eta`'],
    ['a timeout below zero', setup({ timeoutMs: -1 }), '`timeoutMs`'],
    ['an expiry that is a number', setup({ expires: 5 }), '`expires` of the message'],
    ['an expiry without a limit', setup({ expires: {} }), '`at` or `afterMs`'],
    ['an expiry that is no number', setup({ expires: { at: Number.NaN } }), '`expires`'],
    ['a handler that is no list', setup({ onError: setup() }), '`onError` of the message to be an array'],
    ['no handler in the list', setup({ onError: [] }), '`onError`'],
    ['a broken handler', setup({ onError: [setup({ id: 1 })] }), '`id`'],
    ['a broken stage of a handler', setup({ onError: [setup(), null] }), 'to be an object, got null'],
    ['a chord that is text', setup({ chord: 'c' }), '`chord` of the message'],
    ['a chord without an index', setup({ chord: { id: 'c' } }), '`chord`'],
    ['a chord with a broken index', setup({ chord: { id: 'c', index: -1 } }), '`chord`'],
    ['a class of its own making', setup({ args: { constructor: { name: {} } } }), 'got an object'],
  ])('refuses %s', (_, wire, words) => {
    const error = refusal(wire);
    expect(error.fault).toBe('malformed');
    expect(error.message).toContain(words);
    expect(error.message).toContain('it was not written by huey-ts, or it was damaged on the way');
  });

  it('says of a future version that the consumer is to be upgraded', () => {
    const error = refusal(setup({ v: 2 }));
    expect(error.fault).toBe('future-version');
    expect(error.message).toContain('expected a message of version 1, got version 2; upgrade huey-ts');
  });

  it('refuses any other JSON, and in no other way', () => {
    const patch = fc.dictionary(
      fc.constantFrom(
        'v',
        'id',
        'task',
        'args',
        'kwargs',
        'retries',
        'expires',
        'onError',
        'chord',
        'constructor',
      ),
      fc.jsonValue(),
    );
    const hostile = fc.oneof(
      fc.jsonValue(),
      patch.map((changed) => setup(changed)),
    );
    fc.assert(
      fc.property(hostile, (wire) => {
        try {
          const task = fromWire(wire);
          expect(fromWire(toWire(task))).toEqual(task);
        } catch (error) {
          expect(error).toBeInstanceOf(SerializationError);
        }
      }),
      { ...SEED, numRuns: 1000 },
    );
  });
});

describe('every task', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
  const positive = finite.map(Math.abs);
  const expiry: fc.Arbitrary<Expiry> = fc.oneof(fc.record({ at: finite }), fc.record({ afterMs: finite }));
  const extra = fc.dictionary(fc.stringMatching(/^x[a-z]{1,5}$/), fc.integer(), { minKeys: 1, maxKeys: 2 });
  const text = fc.string({ minLength: 1, maxLength: 5 });
  const required = {
    id: text,
    name: text,
    args: fc.array(fc.integer(), { maxLength: 3 }),
    retries: fc.oneof(fc.nat(), fc.constant(Infinity)),
    retryDelayMs: positive,
    retryBackoff: positive,
    attempt: fc.nat(),
  };
  const optional = {
    kwargs: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer(), { maxKeys: 3 }),
    priority: finite,
    eta: finite,
    expires: expiry,
    timeoutMs: positive,
    chord: fc.record({ id: text, index: fc.nat() }),
    extra,
  };
  const requiredKeys = Object.keys(required) as (keyof typeof required)[];
  const handler = fc.record({ ...required, ...optional }, { requiredKeys });
  const onError = fc.record({ head: handler, next: fc.array(handler, { maxLength: 2 }) });
  const task: fc.Arbitrary<Task> = fc.record({ ...required, ...optional, onError }, { requiredKeys });

  it('comes back the same from the text of its message', () => {
    fc.assert(
      fc.property(task, (sent) => {
        const text = jsonSerializer.serialize(toWire(sent));
        expect(fromWire(jsonSerializer.deserialize(text))).toEqual(sent);
      }),
      SEED,
    );
  });
});
