import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../src/errors.js';
import { durationMs, formatDuration, instantMs, LAST_INSTANT_MS } from '../src/time.js';

describe('durationMs', () => {
  it.each([
    [10, 10_000],
    [0, 0],
    [0.25, 250],
    [1.1, 1100],
    [0.0001, 0],
    ['250ms', 250],
    ['10s', 10_000],
    ['0s', 0],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    [' 1 h 30 m ', 5_400_000],
    ['1.5h', 5_400_000],
    ['2 days', 172_800_000],
    ['1 week', 604_800_000],
    ['1w2d3h4m5s6ms', 788_645_006],
    ['0.1s', 100],
    ['1.0006s', 1001],
  ])('reads %j as %d', (value, ms) => {
    expect(durationMs('delay', value)).toBe(ms);
  });

  it.each([
    [1, 'ms millisecond milliseconds'],
    [1000, 's sec secs second seconds'],
    [60_000, 'm min mins minute minutes'],
    [3_600_000, 'h hr hrs hour hours'],
    [86_400_000, 'd day days'],
    [604_800_000, 'w week weeks'],
  ])('knows the units of %d ms: %s', (unitMs, names) => {
    for (const name of names.split(' ')) expect(durationMs('delay', `3${name}`)).toBe(3 * unitMs);
  });

  it.each([
    ['10', "write '10s'"],
    ['-2.5', "write '-2.5s'"],
    ['', 'got "" (string)'],
    ['   ', '(string)'],
    ['soon', 'got "soon"'],
    ['10x', '`x` is not a unit'],
    ['10S', '`S` is not a unit'],
    ['1 month', '`month` is not a unit'],
    ['1h 30', 'got "1h 30"'],
    ['1e3s', 'got "1e3s"'],
    ['+10s', 'got "+10s"'],
    ['1h-30m', 'got "1h-30m"'],
    ['30m1h', 'the largest first'],
    ['1m1m', 'name each unit once'],
    [Number.NaN, 'got NaN (number)'],
    [Infinity, 'got Infinity (number)'],
    [1e300, 'longer than all the time that dates cover'],
    ['99999999999w', 'longer than all the time that dates cover'],
    [undefined, 'got undefined'],
    [null, 'got null'],
    [true, 'got true (boolean)'],
    [10n, 'got 10 (bigint)'],
    [new Date(0), 'got an instance of Date'],
  ])('refuses %o: %s', (value, reason) => {
    const read = (): number => durationMs('retryDelay', value);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow('expected `retryDelay` to be a duration');
    expect(read).toThrow(reason);
  });

  it('refuses a negative duration unless `least` allows it', () => {
    for (const value of [-1, '-10s', '-1h 30m'])
      expect(() => durationMs('delay', value)).toThrow(
        'expected `delay` to be a duration that is not negative',
      );
    expect(durationMs('delay', '-1h 30m', { least: -Infinity })).toBe(-5_400_000);
    expect(durationMs('delay', -2, { least: -2000 })).toBe(-2000);
    expect(() => durationMs('delay', -2.001, { least: -2000 })).toThrow('at least -2s');
  });

  it('takes `least` in milliseconds, and says it', () => {
    expect(durationMs('interval', '1s', { least: 1000 })).toBe(1000);
    expect(() => durationMs('interval', '999ms', { least: 1000 })).toThrow(
      'expected `interval` to be a duration of at least 1s, got "999ms" (string)',
    );
  });

  it('has no negative zero', () => {
    expect(Object.is(durationMs('delay', -0), 0)).toBe(true);
    expect(Object.is(durationMs('delay', '-0s'), 0)).toBe(true);
    expect(Object.is(durationMs('delay', -0.0001), 0)).toBe(true);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [250, '250ms'],
    [250.4, '250ms'],
    [0.2, '0s'],
    [1000, '1s'],
    [1500, '1.5s'],
    [59_999, '59.999s'],
    [5_400_000, '1h 30m'],
    [90_061_001, '1d 1h 1m 1.001s'],
    [1_209_600_000, '14d'],
    [-250, '-250ms'],
    [-5_400_000, '-1h 30m'],
    [-0.2, '0s'],
  ])('writes %d as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('refuses what is not finite', () => {
    expect(() => formatDuration(Infinity)).toThrow(ConfigurationError);
  });

  it('is read back by durationMs', () => {
    const magnitudes = fc.oneof(
      fc.nat(5000),
      fc.nat(),
      fc.integer({ min: -LAST_INSTANT_MS, max: LAST_INSTANT_MS }),
    );
    fc.assert(
      fc.property(magnitudes, (ms) => {
        expect(durationMs('ms', formatDuration(ms), { least: -Infinity })).toBe(ms);
      }),
      { seed: 20260101, numRuns: 1000 },
    );
  });
});

describe('instantMs', () => {
  const nine = Date.UTC(2026, 2, 8, 9);

  it.each([
    [new Date(nine), nine],
    [nine, nine],
    [nine + 0.4, nine],
    [-1, -1],
    [{ epochMilliseconds: nine }, nine],
    ['2026-03-08T09:00Z', nine],
    ['2026-03-08T09:00:00.000Z', nine],
    ['2026-03-08t09:00z', nine],
    [' 2026-03-08T09:00Z ', nine],
    ['2026-03-08T04:00-05:00', nine],
    ['2026-03-08T14:45+05:45', nine],
    ['2026-03-08T14:30+0530', nine],
    ['2026-03-08 09:00:00+00:00', nine],
    ['2026-03-08T09:00:01.5Z', nine + 1500],
    ['2026-03-08T09:00:00.123456Z', nine + 123],
    ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
    ['+275760-09-13T00:00Z', LAST_INSTANT_MS],
  ])('reads %o', (value, ms) => {
    expect(instantMs('eta', value)).toBe(ms);
  });

  it.each([
    ['2026-03-08T09:00', 'the time and its offset'],
    ['2026-03-08', 'the time and its offset'],
    ['2026-02-30T00:00Z', 'no such date'],
    ['2025-02-29T00:00+02:00', 'no such date'],
    ['2026-13-01T00:00Z', 'no such date'],
    ['2026-01-01T25:00Z', 'no such date'],
    ['2026-01-01T00:60Z', 'no such date'],
    ['2026-01-01T00:00+99:00', 'no such date'],
    ['+275760-09-13T00:01Z', 'no such date'],
    ['tomorrow', 'got "tomorrow"'],
    ['', 'got ""'],
    ['1767225600000', 'got "1767225600000"'],
    [new Date(Number.NaN), 'this Date is invalid'],
    [Number.NaN, 'got NaN'],
    [Infinity, 'got Infinity'],
    [LAST_INSTANT_MS + 1, 'out of the range of dates'],
    [-LAST_INSTANT_MS - 1, 'out of the range of dates'],
    [{ epochMilliseconds: 9e15 }, 'out of the range of dates'],
    [{ epochMilliseconds: '0' }, 'got an instance of Object'],
    [{}, 'got an instance of Object'],
    [undefined, 'got undefined'],
    [null, 'got null'],
  ])('refuses %o: %s', (value, reason) => {
    const read = (): number => instantMs('eta', value);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow('expected `eta` to be an instant');
    expect(read).toThrow(reason);
  });

  it('reads what a Date writes', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(instantMs('eta', date.toISOString())).toBe(date.getTime());
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });
});
