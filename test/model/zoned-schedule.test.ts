import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crontab, type CrontabFields, type CrontabOptions, daily, hourly } from '../../src/model/crontab.js';
import type { Schedule } from '../../src/model/schedule.js';
import { LAST_INSTANT_MS } from '../../src/time.js';
import { firing, MINUTE_MS, readingsOf, type Shown, walk, walkBack } from './minute-oracle.js';

const DAY_MS = 24 * 60 * MINUTE_MS;

describe('next, previous and matches', () => {
  const noon = Date.UTC(2026, 0, 1, 12);

  it('name whole minutes, strictly after and strictly before', () => {
    const schedule = crontab({ hour: '12' });
    expect(schedule.next(noon - 1)).toBe(noon);
    expect(schedule.next(noon)).toBe(noon + MINUTE_MS);
    expect(schedule.next(noon + 1)).toBe(noon + MINUTE_MS);
    expect(schedule.previous(noon + 1)).toBe(noon);
    expect(schedule.previous(noon + MINUTE_MS)).toBe(noon);
    expect(schedule.previous(noon + MINUTE_MS + 1)).toBe(noon + MINUTE_MS);
    expect(schedule.matches(noon - 1)).toBe(false);
    expect(schedule.matches(noon + 59 * MINUTE_MS + 59_999)).toBe(true);
  });

  it('find what is rare: a leap day that is a Thursday, forty years apart', () => {
    const schedule = daily({ day: 29, month: 2, dayOfWeek: 4 });
    expect(schedule.next(Date.UTC(2080, 2))).toBe(Date.UTC(2120, 1, 29));
    expect(schedule.previous(Date.UTC(2120, 0))).toBe(Date.UTC(2080, 1, 29));
    expect(daily({ day: 29, month: 2 }).next(Date.UTC(2096, 2))).toBe(Date.UTC(2104, 1, 29));
  });

  it.each<[CrontabFields]>([
    [{ day: '31', month: '2,4,6,9,11' }],
    [{ day: '30', month: 2, hour: 0 }],
    [{ hour: '22-2' }],
    [{ minute: '59-0' }],
  ])('know that %o never comes', (fields) => {
    for (const timeZone of ['UTC', 'Europe/London']) {
      const schedule = crontab(fields, { timeZone });
      expect(schedule.next(noon)).toBeUndefined();
      expect(schedule.previous(noon)).toBeUndefined();
      expect(schedule.matches(noon)).toBe(false);
    }
  });

  it('end with the range of dates', () => {
    for (const timeZone of ['UTC', 'America/New_York']) {
      for (const schedule of [crontab({}, { timeZone }), daily({}, { timeZone })]) {
        expect(schedule.next(LAST_INSTANT_MS)).toBeUndefined();
        expect(schedule.previous(-LAST_INSTANT_MS)).toBeUndefined();
        expect(schedule.next(schedule.previous(LAST_INSTANT_MS)!)).toBeOneOf([undefined, LAST_INSTANT_MS]);
      }
      expect(crontab({}, { timeZone }).previous(LAST_INSTANT_MS)).toBe(LAST_INSTANT_MS - MINUTE_MS);
    }
  });

  it('refuse what is no instant', () => {
    for (const bad of [Number.NaN, Infinity, LAST_INSTANT_MS + 1]) {
      expect(() => crontab().next(bad)).toThrow('expected `after`');
      expect(() => crontab().previous(bad)).toThrow('expected `before`');
      expect(() => crontab().matches(bad)).toThrow('expected `instant`');
    }
  });
});

describe('daylight saving', () => {
  const times = (schedule: Schedule, from: string, to: string): string[] =>
    walk(schedule, Date.parse(from), Date.parse(to)).map((at) => new Date(at).toISOString().slice(0, 16));

  // In New York 02:00 to 03:00 is skipped on 2026-03-08 and 01:00 to 02:00 shown twice on 2026-11-01.
  const inNewYork: CrontabOptions = { timeZone: 'America/New_York' };
  const spring = ['2026-03-08T00:00-05:00', '2026-03-08T05:00-04:00'] as const;
  const autumn = ['2026-11-01T00:00-04:00', '2026-11-01T04:00-05:00'] as const;

  it.each<[string, CrontabFields, readonly [string, string], string[]]>([
    ['a fixed time in a gap fires after it', { minute: 30, hour: 2 }, spring, ['2026-03-08T07:00']],
    ['several in a gap fire together', { minute: '0,15,45', hour: 2 }, spring, ['2026-03-08T07:00']],
    ['also with one right after it', { minute: 0, hour: '2-3' }, spring, ['2026-03-08T07:00']],
    [
      'only those in the gap do',
      { minute: 30, hour: '1-3' },
      spring,
      ['06:30', '07:00', '07:30'].map((time) => `2026-03-08T${time}`),
    ],
    [
      'every hour follows real time',
      { minute: 30 },
      spring,
      ['05:30', '06:30', '07:30', '08:30'].map((time) => `2026-03-08T${time}`),
    ],
    [
      'however it is written',
      { minute: 30, hour: '0-23' },
      spring,
      ['05:30', '06:30', '07:30', '08:30'].map((time) => `2026-03-08T${time}`),
    ],
    ['in a fold the first pass fires', { minute: 30, hour: 1 }, autumn, ['2026-11-01T05:30']],
    [
      'but every hour means both',
      { minute: 30 },
      autumn,
      ['04:30', '05:30', '06:30', '07:30', '08:30'].map((time) => `2026-11-01T${time}`),
    ],
  ])('%s', (_, fields, [from, to], fired) => {
    expect(times(crontab(fields, inNewYork), from, to)).toEqual(fired);
  });

  it.each([
    // Midnight to 23:00 on the day before, and 01:00 to midnight on the same day.
    ['the end', 'America/Sao_Paulo', { minute: 10, day: 17 }, ['2018-02-18T01:10Z', '2018-02-18T02:10Z']],
    ['the start', 'Atlantic/Azores', { minute: 30, day: 25 }, ['2026-10-25T00:30Z', '2026-10-25T01:30Z']],
  ] as const)('repeats %s of the only day of a month, in %s', (_, timeZone, fields, [first, second]) => {
    const schedule = crontab(fields, { timeZone });
    const [firstPass, secondPass] = [Date.parse(first), Date.parse(second)];
    expect(schedule.next(firstPass)).toBe(secondPass);
    expect(schedule.previous(secondPass)).toBe(firstPass);
  });

  it('is half an hour on Lord Howe Island', () => {
    const schedule = crontab({ minute: '0,15,45', hour: 2 }, { timeZone: 'Australia/Lord_Howe' });
    expect(times(schedule, '2026-10-04T00:00+10:30', '2026-10-04T04:00+11:00')).toEqual([
      '2026-10-03T15:30',
      '2026-10-03T15:45',
    ]);
  });

  it('is a whole day in Samoa, where the 30th of December 2011 was skipped', () => {
    const options = { timeZone: 'Pacific/Apia' };
    const window = ['2011-12-28T00:00Z', '2011-12-31T12:00Z'] as const;
    expect(times(daily({ hour: 12 }, options), ...window)).toEqual([
      '2011-12-28T22:00',
      '2011-12-29T22:00',
      '2011-12-30T10:00',
      '2011-12-30T22:00',
    ]);
    expect(times(hourly({ day: 30, month: 12 }, options), ...window)).toEqual([]);
  });
});

describe('against a brute-force search', () => {
  // Each: a zone and an instant at which its clock is changed, as the time zone database has it.
  const changes = [
    ['UTC', '2026-02-28T23:00Z'],
    ['America/New_York', '2026-03-08T07:00Z'],
    ['America/New_York', '2026-11-01T06:00Z'],
    ['Europe/London', '2026-03-29T01:00Z'],
    ['Europe/London', '2026-10-25T01:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
    ['Pacific/Chatham', '2026-04-04T14:00Z'],
    ['Pacific/Chatham', '2026-09-26T14:00Z'],
    ['Antarctica/Troll', '2026-03-29T01:00Z'],
    ['Antarctica/Troll', '2026-10-25T01:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00Z'],
    ['Pacific/Kwajalein', '1969-09-30T13:00Z'],
  ] as const;

  const field = (least: number, most: number): fc.Arbitrary<readonly number[] | '*'> =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('*' as const) },
      {
        weight: 3,
        arbitrary: fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 5 }),
      },
    );

  const anyFields = fc.record({
    minute: field(0, 59),
    hour: fc.oneof(field(0, 5), field(0, 23)),
    day: fc.oneof(fc.constant('*' as const), field(1, 31)),
    month: fc.oneof(
      { weight: 5, arbitrary: fc.constant('*' as const) },
      { weight: 1, arbitrary: field(1, 12) },
    ),
    dayOfWeek: fc.oneof(fc.constant('*' as const), field(0, 6)),
  });

  it.each(changes)('agrees minute by minute in %s around %s', (timeZone, change) => {
    const at = Date.parse(change);
    const from = at - 2 * DAY_MS;
    const count = 3 * 24 * 60;
    const readings = readingsOf(timeZone, from, count);
    const irregular = readings.some((reading, index) => index > 0 && reading !== readings[index - 1]! + 1);
    expect(irregular).toBe(timeZone !== 'UTC');
    fc.assert(
      fc.property(anyFields, fc.nat(count * MINUTE_MS), (fields, after) => {
        const texts = Object.fromEntries(
          Object.entries(fields).map(([name, values]) => [name, String(values)]),
        );
        const schedule = crontab(texts, { timeZone });
        const allows = (values: readonly number[] | '*', value: number): boolean =>
          values === '*' || values.includes(value);
        const fits = ({ minute, hour, day, month, weekday }: Shown): boolean =>
          allows(fields.minute, minute) &&
          allows(fields.hour, hour) &&
          allows(fields.day, day) &&
          allows(fields.month, month) &&
          allows(fields.dayOfWeek, weekday);
        const fired = firing(readings, fits, fields.hour === '*').map((index) => from + index * MINUTE_MS);
        const end = from + count * MINUTE_MS;
        expect(walk(schedule, from, end)).toEqual(fired);
        expect(walkBack(schedule, from, end)).toEqual(fired);
        const matching = readings
          .map((_, index) => from + index * MINUTE_MS)
          .filter((minute) => schedule.matches(minute));
        expect(matching).toEqual(fired);
        const later = fired.find((minute) => minute > from + after);
        if (later !== undefined) expect(schedule.next(from + after)).toBe(later);
      }),
      { seed: 20260101, numRuns: 25 },
    );
  });

  it('agrees far away: next, previous and matches are one', () => {
    const anyZone = fc.constantFrom('UTC', 'America/New_York', 'Africa/Casablanca', 'Asia/Gaza');
    const anyInstant = fc.integer({ min: Date.UTC(1850, 0), max: Date.UTC(2250, 0) });
    fc.assert(
      fc.property(anyFields, anyZone, anyInstant, (fields, timeZone, instant) => {
        const texts = Object.fromEntries(
          Object.entries(fields).map(([name, values]) => [name, String(values)]),
        );
        const schedule = crontab(texts, { timeZone });
        const next = schedule.next(instant);
        if (next === undefined) return;
        expect(next).toBeGreaterThan(instant);
        expect(schedule.matches(next)).toBe(true);
        const previous = schedule.previous(next)!;
        expect(previous).toBeLessThanOrEqual(instant);
        expect(schedule.matches(previous)).toBe(true);
        expect(schedule.next(previous)).toBe(next);
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });
});
