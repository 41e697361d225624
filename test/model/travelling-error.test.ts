import { isNativeError } from 'node:util/types';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors.js';
import { jsonSerializer } from '../../src/model/serializer.js';

function roundTrip<E extends Error>(error: E): E {
  return jsonSerializer.deserialize(jsonSerializer.serialize(error)) as E;
}

function revived(record: unknown): Error {
  return jsonSerializer.deserialize(JSON.stringify({ $: 'Error', v: record })) as Error;
}

describe('an error that travels', () => {
  it.each<[string, Error]>([
    ['Error', new Error('plain')],
    ['Error without a message', new Error()],
    ['TypeError', new TypeError('typed')],
    [
      'an error with a cause',
      new RangeError('outer', { cause: new SyntaxError('inner', { cause: { code: 1n } }) }),
    ],
    ['a cause that is undefined', new Error('x', { cause: undefined })],
    ['fields', Object.assign(new Error('refused'), { code: 'ECONNREFUSED', port: 6379, at: new Date(0) })],
    ['an enumerable cause', Object.assign(new Error('x'), { cause: 'field' })],
    ['errors as a field', Object.assign(new Error('x'), { errors: { name: new TypeError('too short') } })],
  ])('arrives the same: %s', (_, error) => {
    const arrived = roundTrip(error);
    expect(arrived).toStrictEqual(error);
    expect(arrived.stack).toBe(error.stack);
    expect(isNativeError(arrived)).toBe(true);
    expect(Object.keys(arrived)).toEqual(Object.keys(error));
  });

  const task = { error: new TypeError('boom'), retries: 0, traceback: undefined, taskId: 'a' };

  it.each<[errors.HueyError, string]>([
    [new errors.RateLimitExceeded('mail', 1500, true), 'RateLimitExceeded'],
    [new errors.TaskLockedException('db'), 'TaskLockedException'],
    [new errors.TaskTimeout(250), 'TaskTimeout'],
    [new errors.ResultTimeout('a', 10), 'ResultTimeout'],
    [new errors.UnknownTaskError('ad', ['add']), 'UnknownTaskError'],
    [new errors.DeliveriesExhausted(3), 'DeliveriesExhausted'],
    [new errors.StorageError('down', { cause: new Error('ECONNRESET') }), 'StorageError'],
    [new errors.SerializationError('unserializable', 'x', { path: 'args[0]' }), 'SerializationError'],
    [new errors.TaskException(task), 'TaskException'],
  ])('is still one of ours: %s', (error, name) => {
    const arrived = roundTrip(error);
    expect(errors.isHueyError(arrived, name)).toBe(true);
    expect(arrived).toStrictEqual(error);
    expect({ ...arrived }).toStrictEqual({ ...error });
    expect(arrived.constructor).toBe(error.constructor);
  });

  it('keeps its fields readable', () => {
    expect(roundTrip(new errors.RateLimitExceeded('mail', 1500, true)).delayMs).toBe(1500);
    expect(roundTrip(new errors.TaskException(task)).metadata.error).toStrictEqual(task.error);
  });

  it('may be control flow', () => {
    expect(errors.isRetryTask(roundTrip(new errors.RetryTask('later', { delay: '1m' })))).toBe(true);
    expect(roundTrip(new errors.RetryTask('later', { delay: '1m' })).delay).toBe('1m');
    expect(errors.isCancelExecution(roundTrip(new errors.CancelExecution({ retry: false })))).toBe(true);
  });

  it('keeps the name of a class unknown here', () => {
    class PaymentDeclined extends Error {
      override name = 'PaymentDeclined';
      readonly code = 402;
    }
    const arrived = roundTrip(new PaymentDeclined('no funds'));
    expect(Object.getPrototypeOf(arrived)).toBe(Error.prototype);
    expect(arrived).toMatchObject({ name: 'PaymentDeclined', message: 'no funds', code: 402 });
    expect(String(arrived)).toBe('PaymentDeclined: no funds');
  });

  it('keeps the errors of an AggregateError', () => {
    const arrived = roundTrip(new AggregateError([new TypeError('one'), 'two'], 'all failed'));
    expect(arrived).toBeInstanceOf(AggregateError);
    expect(arrived).toMatchObject({ name: 'AggregateError', message: 'all failed' });
    expect(arrived.errors).toStrictEqual([new TypeError('one'), 'two']);
    expect(Object.keys(arrived)).not.toContain('errors');
  });

  it('may be a DOMException', () => {
    const arrived = roundTrip(AbortSignal.abort().reason as Error);
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived).toMatchObject({ name: 'AbortError', message: 'This operation was aborted' });
  });

  it('leaves out what cannot travel, rather than staying behind', () => {
    const error = new Error('HTTP 500', { cause: () => {} });
    Object.assign(error, {
      status: 500,
      request: new (class ClientRequest {})(),
      config: { retry: () => {} },
      self: error,
    });
    Object.defineProperty(error, 'broken', { enumerable: true, get: () => expect.fail('read for good') });
    const arrived = roundTrip(error);
    expect({ ...arrived }).toEqual({ status: 500 });
    expect(arrived).not.toHaveProperty('cause');
  });

  it('carries on with the next value after leaving something out', () => {
    const shared = { deep: { deeper: [() => {}] } };
    const value = { error: Object.assign(new Error('x'), { shared, code: 1n }), next: [{ a: 1n }] };
    const arrived = jsonSerializer.deserialize(jsonSerializer.serialize(value)) as typeof value;
    expect(arrived.error.code).toBe(1n);
    expect(arrived.next).toEqual([{ a: 1n }]);
    expect(() => jsonSerializer.serialize({ error: value.error, bad: [shared] })).toThrow(
      /`bad\[0\]\.deep\.deeper\[0\]`/,
    );
  });

  it('has a stack even if its writer gave none, and not that of the reader', () => {
    expect(revived({ name: 'KeyError', message: "'id'" }).stack).toBe("KeyError: 'id'");
  });

  it('runs no constructor and no setter of its class', () => {
    const arrived = revived({
      name: 'TaskException',
      message: 'x',
      fields: { metadata: null, constructor: 1, ['__proto__']: 2 },
    });
    expect(errors.isHueyError(arrived, 'TaskException')).toBe(true);
    expect(Object.getPrototypeOf(arrived)).toBe(errors.TaskException.prototype);
    expect(Object.keys(arrived)).toEqual(['name', 'metadata', 'constructor']);
  });

  it('takes name, message and stack from nowhere else', () => {
    const arrived = revived({
      name: 'Error',
      message: 'm',
      stack: 's',
      fields: { name: 1, message: 2, stack: 3, code: 4 },
    });
    expect([arrived.name, arrived.message, arrived.stack, Object.keys(arrived)]).toEqual([
      'Error',
      'm',
      's',
      ['code'],
    ]);
  });
});
