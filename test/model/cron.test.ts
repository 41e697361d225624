import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { cron } from '../../src/model/cron.js';
import { firing, MINUTE_MS, readingsOf, type Shown, walk, walkBack } from './minute-oracle.js';

const DAY_MS = 24 * 60 * MINUTE_MS;

function days(expression: string, from: string, to: string): string[] {
  return walk(cron(expression), Date.parse(from), Date.parse(to)).map((at) =>
    new Date(at).toISOString().slice(0, 10),
  );
}

describe('cron()', () => {
  it.each([
    ['0 12 * * *', '2026-01-01T12:00Z', '2026-01-02T12:00Z'],
    ['*/15 * * * *', '2026-01-01T00:15Z', '2026-01-01T00:30Z'],
    ['  30   3 * * 1-5 ', '2026-01-01T03:30Z', '2026-01-02T03:30Z'],
    ['0 12 * * MON-FRI', '2026-01-01T12:00Z', '2026-01-02T12:00Z'],
    ['0 0 1 JAN,jul *', '2026-07-01T00:00Z', '2027-01-01T00:00Z'],
    ['0 0 12 * * *', '2026-01-01T12:00Z', '2026-01-02T12:00Z'],
    ['0 0 ? * SUN', '2026-01-04T00:00Z', '2026-01-11T00:00Z'],
    ['0 0 * * 7', '2026-01-04T00:00Z', '2026-01-11T00:00Z'],
    ['0 0 * * 5-7', '2026-01-02T00:00Z', '2026-01-03T00:00Z'],
    ['0 0 L * *', '2026-01-31T00:00Z', '2026-02-28T00:00Z'],
    ['0 0 * * 5L', '2026-01-30T00:00Z', '2026-02-27T00:00Z'],
    ['0 0 * * MON#2', '2026-01-12T00:00Z', '2026-02-09T00:00Z'],
    ['0 0 29 2 *', '2028-02-29T00:00Z', '2032-02-29T00:00Z'],
    ['0 0 * 2 FRI#5', '2036-02-29T00:00Z', '2064-02-29T00:00Z'],
    ['@hourly', '2026-01-01T01:00Z', '2026-01-01T02:00Z'],
    ['@daily', '2026-01-02T00:00Z', '2026-01-03T00:00Z'],
    ['@weekly', '2026-01-04T00:00Z', '2026-01-11T00:00Z'],
    ['@monthly', '2026-02-01T00:00Z', '2026-03-01T00:00Z'],
    ['@yearly', '2027-01-01T00:00Z', '2028-01-01T00:00Z'],
  ])('%s: after the first minute of 2026 at %s, then %s', (expression, first, second) => {
    const schedule = cron(expression);
    expect(schedule.next(Date.UTC(2026, 0))).toBe(Date.parse(first));
    expect(schedule.next(Date.parse(first))).toBe(Date.parse(second));
    expect(schedule.previous(Date.parse(second))).toBe(Date.parse(first));
  });

  it('takes a day that matches either day field, if both are restricted', () => {
    const january = ['2026-01-01T00:00Z', '2026-02-01T00:00Z'] as const;
    expect(days('0 0 13 * FRI', ...january)).toEqual(
      ['02', '09', '13', '16', '23', '30'].map((day) => `2026-01-${day}`),
    );
    expect(days('0 0 L * MON#1', ...january)).toEqual(['2026-01-05', '2026-01-31']);
    expect(days('0 0 13 * *', ...january)).toEqual(['2026-01-13']);
    expect(days('0 0 ? * FRI', ...january)).toEqual(
      ['02', '09', '16', '23', '30'].map((day) => `2026-01-${day}`),
    );
  });

  it('keeps fixed times and real time apart when clocks change', () => {
    const inNewYork = { timeZone: 'America/New_York' };
    const spring = [Date.parse('2026-03-08T06:00Z'), Date.parse('2026-03-08T08:00Z')] as const;
    expect(walk(cron('30 2 * * *', inNewYork), ...spring)).toEqual([Date.parse('2026-03-08T07:00Z')]);
    expect(walk(cron('30 * * * *', inNewYork), ...spring)).toEqual(
      ['06:30', '07:30'].map((time) => Date.parse(`2026-03-08T${time}Z`)),
    );
  });

  it('is written as the call that makes it', () => {
    expect(String(cron(' 0 12 * * MON-FRI '))).toBe("cron('0 12 * * MON-FRI')");
    expect(String(cron('@daily', { timeZone: 'Asia/Tokyo' }))).toBe(
      "cron('@daily', { timeZone: 'Asia/Tokyo' })",
    );
  });

  it.each([
    ['', 'this has 0 fields'],
    ['   ', 'this has 0 fields'],
    ['5', 'this has 1 field'],
    ['1 2 3', 'this has 3 fields'],
    ['1 2 3 4', 'this has 4 fields'],
    ['0 0 0 1 1 * 2026', 'this has 7 fields'],
    ['30 0 12 * * *', 'leave the seconds out, or make them 0'],
    ['* * * * * *', 'leave the seconds out, or make them 0'],
    ['@secondly', 'leave the seconds out, or make them 0'],
    ['@reboot', '@reboot'],
    ['@daily 5 * * *', '@daily'],
    ['H 3 * * *', 'H, a value picked by a hash, is not supported'],
    ['H(0-29)/10 * * * *', 'H, a value picked by a hash, is not supported'],
    ['0 3 * * THU,H', 'H, a value picked by a hash, is not supported'],
    ['0 0 15W * *', 'W, the nearest weekday, is not supported'],
    ['0 0 LW * *', 'W, the nearest weekday, is not supported'],
    ['60 * * * *', '60'],
    ['0 24 * * *', '24'],
    ['0 0 0 * *', '0'],
    ['0 0 * 13 *', '13'],
    ['0 0 30 2 *', 'day of month'],
    ['0 0 31 4,6 *', 'day of month'],
    ['0 0 * * 8', '8'],
    ['0 0 * * FRY', 'fry'],
    ['0 0 * * L', 'L'],
    ['0 0 L-2 * *', 'L'],
    ['0 0 * * MON#6', '#'],
    ['0 0 * * MON#1.5', '# takes a whole number'],
    ['5-1 * * * *', '5-1'],
    ['*/0 * * * *', '0'],
    ['1,,2 * * * *', 'list'],
    ['x * * * *', 'x'],
  ])('refuses %j: %s', (expression, reason) => {
    expect(() => cron(expression)).toThrow(ConfigurationError);
    expect(() => cron(expression)).toThrow('expected `expression` to be a cron expression');
    expect(() => cron(expression)).toThrow(`got ${JSON.stringify(expression)} (string)`);
    expect(() => cron(expression)).toThrow(reason);
  });

  it('refuses what only JavaScript could pass', () => {
    expect(() => Reflect.apply(cron, undefined, [{ minute: 0 }])).toThrow('got an instance of Object');
    expect(() => Reflect.apply(cron, undefined, ['@daily', { tz: 'UTC' }])).toThrow('unknown option `tz`');
    expect(() => cron('@daily', { timeZone: 'Nowhere' })).toThrow('expected `timeZone`');
  });

  describe('reads nothing ambient', () => {
    afterEach(() => {
      vi.restoreAllMocks();
      vi.useRealTimers();
    });

    it('neither the clock nor chance', () => {
      const ambient = vi.spyOn(Math, 'random');
      vi.useFakeTimers({ toFake: ['Date'] });
      const clock = vi.spyOn(Date, 'now');
      expect(cron('0 12 * * MON-FRI').matches(Date.UTC(2026, 0, 1, 12))).toBe(true);
      expect(ambient).not.toHaveBeenCalled();
      expect(clock).not.toHaveBeenCalled();
    });
  });
});

/** A field of numbers: '*', a number, a range, steps, or a list of such. */
function field(least: number, most: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: least, max: most });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc
    .tuple(fc.oneof(fc.constant('*'), range), fc.integer({ min: 1, max: 20 }))
    .map(([of, by]) => `${of}/${by}`);
  const item = fc.oneof(value.map(String), range, step);
  const list = fc.uniqueArray(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
  return fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, { weight: 3, arbitrary: list });
}

const weekday = fc.integer({ min: 0, max: 7 });
const anyExpression = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    fc.oneof(fc.constantFrom('*', '?', 'L'), field(1, 31)),
    fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: field(1, 12) }),
    fc.oneof(
      fc.constantFrom('*', '?', 'MON-FRI', 'sat,SUN'),
      weekday.map((day) => `${day}L`),
      fc.tuple(weekday, fc.integer({ min: 1, max: 4 })).map(([day, nth]) => `${day}#${nth}`),
      field(0, 6),
    ),
  )
  .map((fields) => fields.join(' '))
  .filter(isReadable);

/** A list may name a value twice, which cron-parser refuses. */
function isReadable(expression: string): boolean {
  try {
    CronExpressionParser.parse(expression);
    return true;
  } catch {
    return false;
  }
}

describe('in UTC', () => {
  it('means what cron-parser means', () => {
    const anyInstant = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2090, 0) });
    fc.assert(
      fc.property(anyExpression, anyInstant, (expression, instant) => {
        const theirs = CronExpressionParser.parse(expression, { currentDate: new Date(instant), tz: 'UTC' });
        const ours = cron(expression);
        let at: number | undefined = instant;
        for (let step = 0; step < 10; step += 1) {
          at = ours.next(at);
          if (at === undefined || at > instant + 3650 * DAY_MS) return;
          expect(at).toBe(theirs.next().getTime());
          expect(ours.matches(at)).toBe(true);
        }
      }),
      { seed: 20260101, numRuns: 150 },
    );
  });
});

describe('in a zone whose clock is changed', () => {
  it.each([
    ['America/New_York', '2026-03-08T07:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
    ['Antarctica/Troll', '2026-03-29T01:00Z'],
  ])('agrees minute by minute with a brute-force search in %s around %s', (timeZone, change) => {
    const from = Date.parse(change) - 2 * DAY_MS;
    const count = 3 * 24 * 60;
    const readings = readingsOf(timeZone, from, count);
    const hours = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }));
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 4 });
    const weekdays = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        minutes,
        hours,
        fc.integer({ min: 1, max: 31 }),
        weekdays,
        (minutes, hours, day, weekdays) => {
          const schedule = cron([minutes, hours ?? '*', day, '*', weekdays].map(String).join(' '), {
            timeZone,
          });
          const fits = (shown: Shown): boolean =>
            minutes.includes(shown.minute) &&
            (hours === null || hours.includes(shown.hour)) &&
            (shown.day === day || weekdays.includes(shown.weekday));
          const fired = firing(readings, fits, hours === null).map((index) => from + index * MINUTE_MS);
          expect(walk(schedule, from, from + count * MINUTE_MS)).toEqual(fired);
          expect(walkBack(schedule, from, from + count * MINUTE_MS)).toEqual(fired);
        },
      ),
      { seed: 20260101, numRuns: 30 },
    );
  });
});
