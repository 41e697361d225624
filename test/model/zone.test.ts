import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { type Zone, zoneNamed } from '../../src/model/zone.js';
import { LAST_INSTANT_MS } from '../../src/time.js';
import { MINUTE_MS, readingsOf } from './minute-oracle.js';

const minuteOf = (iso: string): number => Date.parse(iso) / MINUTE_MS;
const offsetAt = (zone: Zone, minute: number): number => zone.spanAt(minute).offset;

const ZONES = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Antarctica/Troll',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/St_Johns',
  'Etc/GMT+12',
];

describe('a zone', () => {
  it.each([
    ['America/New_York', '2026-03-08T07:00Z', -300, -240],
    ['America/New_York', '2026-11-01T06:00Z', -240, -300],
    ['Europe/London', '2026-03-29T01:00Z', 0, 60],
    ['Europe/London', '2026-10-25T01:00Z', 60, 0],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z', 660, 630],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z', 630, 660],
    ['Pacific/Chatham', '2026-04-04T14:00Z', 825, 765],
    ['Antarctica/Troll', '2026-03-29T01:00Z', 0, 120],
    ['Antarctica/Troll', '2026-10-25T01:00Z', 120, 0],
    ['Pacific/Apia', '2011-12-30T10:00Z', -600, 840],
    // A rule of one week only, the shortest there has been.
    ['America/Boa_Vista', '2000-10-08T04:00Z', -240, -180],
    ['America/Boa_Vista', '2000-10-15T03:00Z', -180, -240],
    ['America/New_York', '2400-03-12T07:00Z', -300, -240],
  ])('%s changes at %s from %d to %d minutes', (name, iso, before, after) => {
    const zone = zoneNamed('timeZone', name);
    const change = minuteOf(iso);
    expect([change - 1, change].map((minute) => offsetAt(zone, minute))).toEqual([before, after]);
    expect(zone.spanAt(change).start).toBe(change);
    expect(zone.spanAt(change - 1).end).toBe(change);
  });

  it('drops the seconds of offsets before standard time', () => {
    // -4:56:02 and -0:44:30, rounded down.
    expect(offsetAt(zoneNamed('timeZone', 'America/New_York'), minuteOf('1850-01-01T00:00Z'))).toBe(-297);
    expect(offsetAt(zoneNamed('timeZone', 'Africa/Monrovia'), minuteOf('1971-01-01T00:00Z'))).toBe(-45);
  });

  it('is steady at the ends of time', () => {
    const zone = zoneNamed('timeZone', 'Europe/Paris');
    const last = LAST_INSTANT_MS / MINUTE_MS;
    expect(offsetAt(zone, last)).toBe(offsetAt(zone, last + 1440));
    expect(offsetAt(zone, -last)).toBe(offsetAt(zone, -last - 1440));
  });

  it('shows what Intl shows, at any minute, in any order', () => {
    const anyMinute = fc.integer({ min: minuteOf('1950-01-01T00:00Z'), max: minuteOf('2150-01-01T00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), anyMinute, (name, minute) => {
        const [reading] = readingsOf(name, minute * MINUTE_MS, 1);
        expect(minute + offsetAt(zoneNamed('timeZone', name), minute)).toBe(reading);
      }),
      { seed: 20260101, numRuns: 1500 },
    );
  });

  it('knows what was shown before, and when each reading came', () => {
    // Around the changes of a year, minute by minute, in a zone of its own so that nothing is known beforehand.
    for (const [name, iso] of [
      ['Australia/Adelaide', '2026-04-04T16:30Z'],
      ['Australia/Adelaide', '2026-10-03T16:30Z'],
      ['Pacific/Kwajalein', '1969-09-30T13:00Z'],
      ['Pacific/Enderbury', '1994-12-31T11:00Z'],
      // The very minute in which another year of spans begins.
      ['Antarctica/Casey', '1969-01-01T00:00Z'],
    ] as const) {
      const zone = zoneNamed('timeZone', name);
      const from = minuteOf(iso) - 2 * 1440;
      const readings = readingsOf(name, from * MINUTE_MS, 3 * 1440);
      let latest = readings[0]! - 1;
      for (const [index, reading] of readings.entries()) {
        expect(zone.seenBefore(from + index)).toBe(latest);
        for (; latest < reading; latest += 1) expect(zone.firstMinuteOf(latest + 1)).toBe(from + index);
      }
    }
  });
});

describe('UTC', () => {
  it.each(['UTC', 'utc', 'Etc/UTC', 'GMT'])('is one endless span as %s', (name) => {
    const zone = zoneNamed('timeZone', name);
    expect(zone.spanAt(0)).toEqual({ start: -Infinity, end: Infinity, offset: 0, seen: -Infinity });
    expect(zone.seenBefore(10)).toBe(9);
    expect(zone.firstMinuteOf(10)).toBe(10);
    expect(zone.name).toBe(name);
  });
});

describe('zoneNamed', () => {
  it('keeps one zone per name', () => {
    expect(zoneNamed('timeZone', 'Europe/Madrid')).toBe(zoneNamed('zone', 'Europe/Madrid'));
  });

  it.each(['Mars/Olympus', '', ' ', '+02:00', '-0500', 'Europe/London ', 5, null, undefined, {}])(
    'refuses %o',
    (name) => {
      expect(() => zoneNamed('timeZone', name)).toThrow(ConfigurationError);
      expect(() => zoneNamed('timeZone', name)).toThrow('expected `timeZone` to be the name of a time zone');
    },
  );
});
