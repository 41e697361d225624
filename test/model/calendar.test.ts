import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstDayOf, monthOf, monthOfYear, weekdayOf } from '../../src/model/calendar.js';

const DAY_MS = 86_400_000;

it('is the calendar of Date, over all the days that a Date knows', () => {
  const anyDay = fc.integer({ min: -99_999_969, max: 100_000_000 });
  fc.assert(
    fc.property(fc.oneof(anyDay, fc.integer({ min: -300_000, max: 300_000 })), (day) => {
      const date = new Date(day * DAY_MS);
      const month = monthOf(day);
      expect(month).toBe(date.getUTCFullYear() * 12 + date.getUTCMonth());
      expect(day - firstDayOf(month) + 1).toBe(date.getUTCDate());
      expect(monthOfYear(month)).toBe(date.getUTCMonth() + 1);
      expect(weekdayOf(day)).toBe(date.getUTCDay());
    }),
    { seed: 20260101, numRuns: 3000 },
  );
});

it('knows leap years', () => {
  const lengthOfFebruary = (year: number): number => firstDayOf(year * 12 + 2) - firstDayOf(year * 12 + 1);
  expect([1900, 2000, 2023, 2024, 2100, 0, -4].map(lengthOfFebruary)).toEqual([28, 29, 28, 29, 28, 29, 29]);
});
