import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { crontab, type CrontabFields, type CrontabOptions, daily, hourly } from '../../src/model/crontab.js';
import type { Schedule } from '../../src/model/schedule.js';
import { MINUTE_MS, walk } from './minute-oracle.js';

const DAY_MS = 24 * 60 * MINUTE_MS;

interface Entry {
  readonly id: string;
  readonly preset?: 'crontab' | 'hourly' | 'daily';
  readonly fields: Readonly<Record<string, string | number>>;
  readonly loose: 'ok' | 'ValueError';
  readonly strict: 'ok' | 'ValueError';
  readonly windows?: readonly {
    readonly from: string;
    readonly days: number;
    readonly first: readonly number[];
    readonly count: number;
  }[];
}

const corpus: { readonly entries: readonly Entry[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/conformance/crontab.json', import.meta.url), 'utf8'),
);

const MAKERS = { crontab, hourly, daily };

function make({ preset = 'crontab', fields }: Entry, options: CrontabOptions): Schedule {
  const { day_of_week: dayOfWeek, ...rest } = fields;
  return MAKERS[preset]({ ...rest, ...(dayOfWeek !== undefined && { dayOfWeek }) }, options);
}

function verdict(entry: Entry, strict: boolean): string {
  try {
    make(entry, { strict });
    return 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return 'ValueError';
  }
}

/**
 * The minutes, counted from `start`, of which `matches` does not say what it should: of all in the first three days and of
 * every 31st later on, which is each minute of the day a dozen times over.
 */
function disagreements(schedule: Schedule, start: number, days: number, fired: readonly number[]): number[] {
  const wrong: number[] = [];
  let index = 0;
  for (let minute = 0; minute < days * 1440; minute += minute < 3 * 1440 ? 1 : 31) {
    while (fired[index]! < minute) index += 1;
    if (schedule.matches(start + minute * MINUTE_MS) !== (fired[index] === minute)) wrong.push(minute);
  }
  return wrong;
}

describe("the recorded behaviour of huey's crontab", () => {
  it('holds all its entries', () => {
    expect(corpus.entries).toHaveLength(204);
  });

  it.each(corpus.entries)('$id', (entry) => {
    expect(verdict(entry, false)).toBe(entry.loose);
    expect(verdict(entry, true)).toBe(entry.strict);
    if (entry.windows === undefined) return;
    const schedule = make(entry, { strict: entry.strict === 'ok' });
    for (const { from, days, first, count } of entry.windows) {
      const start = Date.parse(`${from}Z`);
      const fired = walk(schedule, start, start + days * DAY_MS).map((at) => (at - start) / MINUTE_MS);
      expect(fired.slice(0, 50)).toEqual(first);
      expect(fired).toHaveLength(count);
      expect(disagreements(schedule, start, days, fired)).toEqual([]);
    }
  });
});

describe('crontab()', () => {
  it.each<[CrontabFields, string]>([
    [{ minute: '60' }, 'expected `minute` to be made of numbers from 0 to 59'],
    [{ minute: '5,60' }, 'got "5,60" (string); 60 is not between 0 and 59'],
    [{ hour: 24 }, 'expected `hour`'],
    [{ day: '0-3' }, '0 is not between 1 and 31'],
    [{ month: 'jan' }, `got "jan" (string); "jan" is none of '*', '5', '1-5' and '*/5'`],
    [{ dayOfWeek: '*/2' }, 'expected `dayOfWeek` to be made of numbers from 0 to 7'],
    [{ minute: '*/0' }, 'a step is at least 1'],
    [{ minute: '' }, 'got "" (string)'],
    [{ minute: 1.5 }, 'expected `minute` to be text or an integer, got 1.5 (number)'],
    [{ minute: Number.NaN }, 'expected `minute`'],
  ])('refuses %o, naming the field and its value', (fields, message) => {
    expect(() => crontab(fields)).toThrow(ConfigurationError);
    expect(() => crontab(fields)).toThrow(message);
  });

  it('refuses what only JavaScript could pass', () => {
    expect(() => Reflect.apply(crontab, undefined, ['0 3 * * *'])).toThrow('call cron()');
    expect(() => Reflect.apply(daily, undefined, [null])).toThrow('expected `fields`');
    expect(() => Reflect.apply(crontab, undefined, [{ minute: null }])).toThrow('expected `minute`');
    expect(() => Reflect.apply(crontab, undefined, [{ minute: true }])).toThrow('expected `minute`');
    expect(() => Reflect.apply(crontab, undefined, [{ day_of_week: '1' }])).toThrow(
      'did you mean `dayOfWeek`?',
    );
    expect(() => Reflect.apply(crontab, undefined, [{}, { timezone: 'UTC' }])).toThrow(
      'did you mean `timeZone`?',
    );
    expect(() => Reflect.apply(crontab, undefined, [{}, { strict: 1 }])).toThrow('expected `strict`');
  });

  it('names an unknown time zone', () => {
    expect(() => crontab({}, { timeZone: 'Mars/Olympus' })).toThrow('expected `timeZone`');
    expect(() => crontab({}, { timeZone: 'Mars/Olympus' })).toThrow('"Mars/Olympus"');
  });

  it('is strict unless told otherwise', () => {
    expect(() => crontab({ minute: 'abc' })).toThrow(ConfigurationError);
    expect(crontab({ minute: 'abc' }, { strict: false }).next(0)).toBeUndefined();
  });

  it('exposes its fields and its time zone', () => {
    const schedule = crontab({ minute: 0, hour: '9-17' }, { timeZone: 'Europe/London' });
    expect(schedule.fields).toEqual({ minute: '0', hour: '9-17', day: '*', month: '*', dayOfWeek: '*' });
    expect(schedule.timeZone).toBe('Europe/London');
    expect(crontab().timeZone).toBe('UTC');
  });

  it('is written as the call that makes it', () => {
    expect(String(crontab())).toBe('crontab({})');
    expect(String(daily({ dayOfWeek: 1 }))).toBe("crontab({ minute: '0', hour: '0', dayOfWeek: '1' })");
    expect(String(hourly({}, { timeZone: 'Asia/Tokyo' }))).toBe(
      "crontab({ minute: '0' }, { timeZone: 'Asia/Tokyo' })",
    );
  });

  it('takes an undefined field for one left out', () => {
    const schedule = Reflect.apply(daily, undefined, [{ hour: undefined, day: undefined }]);
    expect(schedule.fields).toEqual(daily().fields);
  });
});
