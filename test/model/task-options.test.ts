// What can be said of a task: every option with its default, what it is read into, and when it holds.
import { describe, expect, it } from 'vitest';
import {
  checkCallOptions,
  etaOf,
  resolveRateLimit,
  resolveTaskOptions,
  resolveValues,
  type CallOptions,
  type TaskOptions,
} from '../../src/model/task-options.js';

const NOW = Date.UTC(2026, 0, 1);
const DEFAULTS = { retries: 0, retryDelayMs: 0, retryBackoff: 1 };

function setup(options: TaskOptions = {}) {
  return resolveTaskOptions(options, 'task work');
}

describe('a declaration', () => {
  it('has defaults', () => {
    expect(setup()).toEqual({
      values: DEFAULTS,
      context: false,
      lock: undefined,
      rateLimit: undefined,
      delivery: undefined,
    });
  });

  it.each<[TaskOptions, object]>([
    [{ retries: 3 }, { retries: 3 }],
    [{ retries: Infinity }, { retries: Infinity }],
    [{ retryDelay: '1m' }, { retryDelayMs: 60_000 }],
    [{ retryDelay: 0.5 }, { retryDelayMs: 500 }],
    [{ retryBackoff: 1.5 }, { retryBackoff: 1.5 }],
    [{ priority: -0.5 }, { priority: -0.5 }],
    [{ timeout: '30s' }, { timeoutMs: 30_000 }],
    [{ timeout: 0 }, { timeoutMs: 0 }],
    [{ expires: '5m' }, { expires: { afterMs: 300_000 } }],
    [{ expires: 0 }, { expires: { afterMs: 0 } }],
    [{ expires: -1 }, { expires: { afterMs: -1000 } }],
    [{ expires: new Date(NOW) }, { expires: { at: NOW } }],
    [{ expires: { at: '2026-01-01T00:00Z' } }, { expires: { at: NOW } }],
    [{ expires: { at: NOW } }, { expires: { at: NOW } }],
  ])('reads %o', (options, values) => {
    expect(setup(options).values).toEqual({ ...DEFAULTS, ...values });
  });

  it('reads what concerns the worker', () => {
    const rateLimit = { name: 'api', limit: 10, per: '1m' };
    expect(setup({ context: true, lock: 'db', delivery: 'at-most-once', rateLimit })).toMatchObject({
      context: true,
      lock: 'db',
      delivery: 'at-most-once',
      rateLimit: { name: 'api', limit: 10, perMs: 60_000, retry: true },
    });
  });

  it('cannot be changed afterwards', () => {
    const resolved = setup({ rateLimit: { name: 'api', limit: 1, per: 1 } });
    for (const frozen of [resolved, resolved.values, resolved.rateLimit])
      expect(Object.isFrozen(frozen)).toBe(true);
  });
});

describe('a call', () => {
  it('says what it says, and leaves the rest to the declaration', () => {
    const { values } = setup({ retries: 3, priority: 1, timeout: '1m' });
    expect(resolveValues({ priority: 9 }, values)).toEqual({ ...values, priority: 9 });
    expect(resolveValues({}, values)).toEqual(values);
  });

  it.each<[Pick<CallOptions, 'delay' | 'eta'>, number | undefined]>([
    [{}, undefined],
    [{ delay: '10s' }, NOW + 10_000],
    [{ delay: 0 }, NOW],
    [{ delay: -10 }, NOW - 10_000],
    [{ eta: NOW + 5 }, NOW + 5],
    [{ eta: new Date(NOW - 5) }, NOW - 5],
    [{ eta: '2026-01-02T00:00+01:00' }, NOW + 23 * 3_600_000],
    [{ eta: { epochMilliseconds: NOW } }, NOW],
  ])('finds the instant of %o', (options, at) => {
    expect(etaOf(options)?.(NOW)).toBe(at);
  });

  it('counts a delay from each use, not from when it was written', () => {
    const later = etaOf({ delay: '1s' })!;
    expect([later(NOW), later(NOW + 60_000)]).toEqual([NOW + 1000, NOW + 61_000]);
  });
});

describe('bad options', () => {
  it.each<[object, string]>([
    [{ retires: 3 }, 'task work: unknown option `retires`, did you mean `retries`?'],
    [{ retry_delay: 3 }, 'did you mean `retryDelay`?'],
    [{ colour: 'red' }, 'the options are `retries`, `retryDelay`'],
    [{ delay: 1 }, 'unknown option `delay`'],
    [{ retries: -1 }, 'expected `retries` to be an integer of at least 0, got -1 (number)'],
    [{ retries: 1.5 }, 'expected `retries`'],
    [{ retries: '3' }, 'got "3" (string)'],
    [{ retryDelay: -1 }, 'expected `retryDelay` to be a duration that is not negative'],
    [{ retryDelay: '10' }, "write '10s'"],
    [{ retryBackoff: 0.5 }, 'expected `retryBackoff` to be a number of at least 1'],
    [{ retryBackoff: Number.NaN }, 'expected `retryBackoff`'],
    [{ retryBackoff: Infinity }, 'expected `retryBackoff`'],
    [{ priority: 'high' }, 'expected `priority` to be a finite number, got "high" (string)'],
    [{ priority: Infinity }, 'expected `priority`'],
    [{ timeout: -1 }, 'expected `timeout`'],
    [{ expires: new Date(Number.NaN) }, 'this Date is invalid'],
    [{ expires: { at: 'soon' } }, 'expected `expires.at` to be an instant'],
    [{ expires: null }, 'expected `expires`'],
    [{ expires: '2026-01-01T00:00Z' }, 'expected `expires` to be a duration'],
    [{ context: 'yes' }, 'expected `context` to be true or false, got "yes" (string)'],
    [{ lock: '' }, 'expected `lock` to be a string that is not empty'],
    [{ delivery: 'once' }, "expected `delivery` to be 'at-least-once' or 'at-most-once'"],
    [
      { rateLimit: { name: 'api', limit: 0, per: 1 } },
      'expected `rateLimit.limit` to be an integer of at least 1',
    ],
    [{ rateLimit: { name: 'api', limit: 1, per: 0 } }, 'expected `rateLimit.per` to be at least 1ms'],
    [{ rateLimit: { name: '', limit: 1, per: 1 } }, 'expected `rateLimit.name`'],
    [{ rateLimit: { name: 'api', per: 1 } }, 'expected `rateLimit.limit`'],
    [{ rateLimit: { name: 'api', limit: 1, per: 1, rety: true } }, 'did you mean `retry`?'],
    [{ rateLimit: 'api' }, 'expected `options of rateLimit` to be an object, got "api" (string)'],
  ])('%o are refused', (options, words) => {
    expect(() => setup(options)).toThrow(words);
    expect(() => setup(options)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }) as Error);
  });

  it.each<[object, string]>([
    [{ context: true }, 'add.with: unknown option `context`'],
    [{ etta: 1 }, 'did you mean `eta`?'],
    [{ id: '' }, 'expected `id` to be a string that is not empty'],
  ])('%o are refused in a call', (options, words) => {
    expect(() => checkCallOptions(options, 'add.with')).toThrow(words);
  });

  it.each<[object, string]>([
    [{ delay: 1, eta: NOW }, 'expected `delay` or `eta`, got both; leave one out'],
    [{ delay: 'soon' }, 'expected `delay` to be a duration'],
    [{ eta: 'tomorrow' }, 'expected `eta` to be an instant'],
    [{ eta: '2026-01-01T00:00' }, 'the time and its offset'],
  ])('%o name no instant', (options, words) => {
    expect(() => etaOf(options)).toThrow(words);
  });

  it('leave a rate limit that is missing a part unmade', () => {
    expect(() => resolveRateLimit({ name: 'api', limit: 1 } as never)).toThrow('expected `rateLimit.per`');
  });
});
