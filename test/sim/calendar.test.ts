// Periodic tasks through the whole engine: once per minute whoever looks, and the nights on which clocks change.
import { describe, expect, it } from 'vitest';
import { cron, crontab, MemoryHuey, type Schedule } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

/** The minutes, in UTC, at which a schedule ran between two instants. */
async function minutes(
  schedule: Schedule,
  from: string,
  to: string,
  { consumers = 1, minutely = false } = {},
): Promise<string[]> {
  const huey = new MemoryHuey();
  const ran: string[] = [];
  huey.periodicTask('night', schedule, { context: true }, (ctx) => {
    ran.push(ctx.now.toISOString().slice(11, 16));
  });
  // The scheduler leaps to what is due next: this one makes it look at every minute in between.
  if (minutely) huey.periodicTask('minutely', crontab(), () => {});
  await using sim = await Simulation.start(huey, { start: from, consumers });
  await sim.until(to);
  return ran;
}

describe('a periodic task', () => {
  it('ticks once per minute, however many consumers look at it', async () => {
    const ran = await minutes(crontab(), '2026-01-01T00:00Z', '2026-01-01T02:59Z', { consumers: 3 });
    expect(ran).toHaveLength(180);
    expect(new Set(ran).size).toBe(180);
  });

  it('ticks in the first and in the last minute of the run, both included', async () => {
    const every5 = crontab({ minute: '*/5' });
    expect(await minutes(every5, '2026-01-01T00:00Z', '2026-01-01T00:10Z')).toEqual([
      '00:00',
      '00:05',
      '00:10',
    ]);
    expect(await minutes(every5, '2026-01-01T00:00Z', '2026-01-01T00:09:59.999Z')).toEqual([
      '00:00',
      '00:05',
    ]);
  });

  it('is looked at once a minute from the start of its consumer', async () => {
    const ran = await minutes(crontab({ minute: '1,2' }), '2026-01-01T00:00:30Z', '2026-01-01T00:05Z');
    expect(ran).toEqual(['00:01', '00:02']);
  });

  it('ran every night of a year', async () => {
    const ran = await minutes(
      cron('30 2 * * *', { timeZone: 'America/New_York' }),
      '2026-01-01T00:00Z',
      '2027-01-01T00:00Z',
    );
    expect(ran).toHaveLength(365);
  });
});

// New York: 02:00 to 03:00 is skipped at 07:00 UTC in March, 01:00 to 02:00 shown again at 06:00 UTC in November.
const NY_GAP = ['America/New_York', '2026-03-08T06:00Z', '2026-03-08T08:59Z'] as const;
const NY_FOLD = ['America/New_York', '2026-11-01T05:00Z', '2026-11-01T07:59Z'] as const;
// London: 01:00 to 02:00 is skipped at 01:00 UTC in March, and shown again at 01:00 UTC in October.
const LONDON_GAP = ['Europe/London', '2026-03-29T00:00Z', '2026-03-29T02:59Z'] as const;
const LONDON_FOLD = ['Europe/London', '2026-10-25T00:00Z', '2026-10-25T02:59Z'] as const;

type Night = readonly [timeZone: string, from: string, to: string];

describe('on the night when clocks change', () => {
  it.each<[string, Night, string, string, string[]]>([
    ['a fixed time in a gap runs once, after it', NY_GAP, '30', '2', ['07:00']],
    ['a fixed time in a gap runs once, after it', LONDON_GAP, '30', '1', ['01:00']],
    ['several in a gap run together', NY_GAP, '15,45', '2', ['07:00']],
    ['several in a gap run together', LONDON_GAP, '15,45', '1', ['01:00']],
    ['fixed times around a gap run when they are shown', NY_GAP, '30', '1,3', ['06:30', '07:30']],
    ['a fixed time in a fold runs in the first pass', NY_FOLD, '30', '1', ['05:30']],
    ['a fixed time in a fold runs in the first pass', LONDON_FOLD, '30', '1', ['00:30']],
    ['every hour follows real time over a gap', NY_GAP, '30', '*', ['06:30', '07:30', '08:30']],
    ['every hour follows real time over a gap', LONDON_GAP, '30', '*', ['00:30', '01:30', '02:30']],
    ['every hour follows real time through a fold', NY_FOLD, '30', '*', ['05:30', '06:30', '07:30']],
    ['every hour follows real time through a fold', LONDON_FOLD, '30', '*', ['00:30', '01:30', '02:30']],
  ])('%s: %o %s %s', async (_, [timeZone, from, to], minute, hour, expected) => {
    for (const crew of [{}, { consumers: 3, minutely: true }]) {
      expect(await minutes(crontab({ minute, hour }, { timeZone }), from, to, crew)).toEqual(expected);
      expect(await minutes(cron(`${minute} ${hour} * * *`, { timeZone }), from, to, crew)).toEqual(expected);
    }
  });
});
