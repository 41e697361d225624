// The calendar: every firing of ten years in seven zones against brute force, and the nights in which clocks change by hand.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cron, crontab, MemoryHuey, type Schedule } from 'huey-ts';
import { calendarText, firings, Simulation, type CalendarOptions, type Firing } from 'huey-ts/sim';
import { ROOT } from '../../files.js';
import {
  clockOf,
  type Decade,
  FIRST_PASS,
  firingMinutes,
  GAP,
  ORDINARY,
  readDecade,
  type Rule,
  SECOND_PASS,
} from './decade-oracle.js';

const ZONES = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Antarctica/Troll',
  'Pacific/Apia',
  'UTC',
];
// Apia left out a whole day of this decade, and took up and changed its daylight saving in it.
const FROM = Date.UTC(2010, 0, 1);
const TO = Date.UTC(2020, 0, 1);
const MINUTE_MS = 60_000;

const range = (first: number, last: number, step = 1): number[] =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);

const RULES: readonly [cron: string, rule: Rule][] = [
  ['17 * * * *', { minutes: [17] }],
  ['*/10 * * * 0', { minutes: range(0, 50, 10), weekdays: [0] }],
  ['30 2 * * *', { minutes: [30], hours: [2] }],
  ['15,45 1 * * *', { minutes: [15, 45], hours: [1] }],
  ['*/20 2-4 * * 0', { minutes: [0, 20, 40], hours: [2, 3, 4], weekdays: [0] }],
  ['0 0,12 * * *', { minutes: [0], hours: [0, 12] }],
  ['59 23 31 * *', { minutes: [59], hours: [23], days: [31] }],
  ['5 0 30 12 *', { minutes: [5], hours: [0], days: [30], months: [12] }],
];

const KINDS: Readonly<Record<string, number>> = {
  gap: GAP,
  'first-pass': FIRST_PASS,
  'second-pass': SECOND_PASS,
};

describe.each(ZONES)('ten years in %s', (timeZone) => {
  const count = (TO - FROM) / MINUTE_MS;
  let known: Decade | undefined;
  const decade = (): Decade => (known ??= readDecade(timeZone, FROM, count));

  it('fire as they do minute by minute', { timeout: 120_000 }, () => {
    const tasks = RULES.map(([expression]) => ({
      name: expression,
      schedule: cron(expression, { timeZone }),
    }));
    const found = new Map<string, number[]>(RULES.map(([expression]) => [expression, []]));
    const { readings, oddities } = decade();
    const wrong: string[] = [];
    for (const { at, name, local, offset, note } of firings(tasks, { from: FROM, to: TO })) {
      const index = (at - FROM) / MINUTE_MS;
      found.get(name)!.push(index);
      const shown = readings[index]!;
      const ahead =
        (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))) * (offset.startsWith('-') ? -1 : 1);
      const kind = note === undefined ? ORDINARY : KINDS[note.kind]!;
      if (
        Date.parse(`${local.replace(' ', 'T')}Z`) !== shown * MINUTE_MS ||
        at / MINUTE_MS + ahead !== shown ||
        kind !== oddities[index]!
      )
        wrong.push(`${name} ${new Date(at).toISOString()} ${local} ${offset} ${note?.kind}`);
    }
    expect(wrong).toEqual([]);
    for (const [rule, minutes] of firingMinutes(
      decade(),
      RULES.map(([, rule]) => rule),
    ).entries()) {
      const [expression] = RULES[rule]!;
      // Apia skipped the only 30th of December of its kind; everywhere else nothing is empty.
      expect(minutes.length, expression).toBeGreaterThan(0);
      const first = minutes.findIndex((minute, index) => found.get(expression)![index] !== minute);
      expect([first, found.get(expression)!.length], expression).toEqual([-1, minutes.length]);
    }
  });

  it('are read by the oracle as Intl tells them', () => {
    const read = clockOf(timeZone, FROM);
    const { readings } = decade();
    for (let index = 0; index < count; index += 7919) expect(readings[index]).toBe(read(index));
  });
});

function list(schedule: Schedule, options: CalendarOptions): string[] {
  const shown = ({ at, local, offset, note }: Firing): string =>
    [new Date(at).toISOString().slice(0, 16), local.slice(11), offset, note?.kind ?? ''].join(' ').trimEnd();
  return [...firings([{ name: 'night', schedule }], options)].map(shown);
}

describe('the nights in which clocks change', () => {
  it('look like this', async () => {
    const nights: [timeZone: string, from: string, expressions: string[]][] = [
      ['America/New_York', '2026-03-08T05:00Z', ['30 2 * * *', '*/30 * * * *']],
      ['America/New_York', '2026-11-01T04:00Z', ['30 1 * * *', '*/30 * * * *']],
      ['Australia/Lord_Howe', '2026-10-03T14:00Z', ['15 2 * * *', '15 * * * *']],
      ['Pacific/Apia', '2011-12-30T08:00Z', ['0 12 30 * *', '0 */6 * * *']],
    ];
    const text = nights.map(([timeZone, from, expressions]) => {
      const tasks = expressions.map((expression) => ({
        name: expression,
        schedule: cron(expression, { timeZone }),
      }));
      return calendarText(firings(tasks, { from, duration: '4h' }));
    });
    await expect(text.join('\n')).toMatchFileSnapshot(join(ROOT, 'fixtures/calendar/nights.txt'));
  });

  it('are the same when the tasks run', async () => {
    const options: CalendarOptions = { from: '2026-11-01T04:00Z', to: '2026-11-01T08:00Z' };
    const huey = new MemoryHuey();
    const ran: string[] = [];
    for (const minute of ['*/20', '30'])
      huey.periodicTask(
        minute,
        crontab({ minute }, { timeZone: 'America/New_York' }),
        { context: true },
        (ctx) => {
          ran.push(`${ctx.now.toISOString()} ${minute}`);
        },
      );
    const listed = [...firings(huey, options)].map(({ at, name }) => `${new Date(at).toISOString()} ${name}`);
    await using sim = await Simulation.start(huey, { start: '2026-11-01T04:00Z' });
    await sim.until('2026-11-01T07:59Z');
    expect(ran.toSorted()).toEqual(listed.toSorted());
    expect(ran).toHaveLength(16);
  });
});

describe('the part of the calendar', () => {
  const hourly = crontab({ minute: 0 });

  it('has its first instant in, and its last out', () => {
    const at = (from: string, to: string): string[] =>
      list(hourly, { from, to }).map((line) => line.slice(11, 16));
    expect(at('2026-01-01T00:00Z', '2026-01-01T02:00Z')).toEqual(['00:00', '01:00']);
    expect(at('2026-01-01T00:00:00.001Z', '2026-01-01T02:00:00.001Z')).toEqual(['01:00', '02:00']);
    expect(at('2026-01-01T00:00Z', '2026-01-01T00:00Z')).toEqual([]);
  });

  it('can be as long as one likes, as it is listed lazily', () => {
    const [first, second] = firings([{ name: 'hourly', schedule: hourly }], {
      from: 0,
      duration: '365000 days',
    });
    expect([first!.local, second!.local]).toEqual(['1970-01-01 00:00', '1970-01-01 01:00']);
  });

  it('shows the clock that it is asked for, if the schedule has none', () => {
    const own: Schedule = {
      ...hourly,
      matches: () => true,
      next: (after) => hourly.next(after),
      previous: () => undefined,
      toString: () => 'own',
    };
    const { timeZone, ...bare } = own as Schedule & { timeZone?: string };
    void timeZone;
    expect(list(bare, { from: 0, duration: '2h', timeZone: 'Asia/Tokyo' })).toEqual([
      '1970-01-01T00:00 09:00 +09:00',
      '1970-01-01T01:00 10:00 +09:00',
    ]);
    expect(list(crontab({ minute: 0 }, { timeZone: 'Asia/Tokyo' }), { from: 0, duration: '1h' })).toEqual([
      '1970-01-01T00:00 09:00 +09:00',
    ]);
  });

  it('keeps the order of the tasks within a minute', () => {
    const tasks = ['b', 'a', 'c'].map((name) => ({ name, schedule: hourly }));
    expect([...firings(tasks, { from: 0, duration: '2h' })].map(({ name }) => name).join('')).toBe('bacbac');
  });

  it.each<[unknown, unknown, string]>([
    [[], { from: 0 }, 'expected `to` to be given, or `duration` instead'],
    [[], { from: 0, to: 1, duration: 1 }, 'expected `to` to be given, or `duration` instead'],
    [[], { from: 1, to: 0 }, '`to` to be not before `from`'],
    [[], { from: 'soon', to: 0 }, '`from` to be an instant'],
    [[], { from: 0, too: 0 }, 'did you mean `to`?'],
    [[], { from: 0, to: 1, timeZone: 'Mars' }, '`timeZone` to be the name of a time zone'],
    [
      [{ name: '', schedule: hourly }],
      { from: 0, to: 1 },
      '`tasks[0].name` to be a string that is not empty',
    ],
    [
      [{ name: 'a', schedule: '* * * * *' }],
      { from: 0, to: 1 },
      '`tasks[0].schedule` to be a schedule, as crontab() or cron() make them',
    ],
  ])('of %j with %j is refused', (tasks, options, message) => {
    expect(() => [...firings(tasks as [], options as CalendarOptions)]).toThrow(message);
  });
});
