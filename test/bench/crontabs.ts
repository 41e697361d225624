// Crontabs: ten of them checked for every minute of a year, and the next occurrence found.
import { CronExpressionParser } from 'cron-parser';
import { cron, crontab, type Schedule } from 'huey-ts';
import type { Comparison } from './measure.js';

const MINUTE_MS = 60_000;
const YEAR_MINUTES = 365 * 24 * 60;
const START = Date.UTC(2026, 0, 1);

const SCHEDULES: readonly Schedule[] = [
  ...['0', '10', '25', '40'].map((minute) => crontab({ minute })),
  crontab({ minute: '*/15' }),
  crontab({ minute: '*/15', hour: '9-17', dayOfWeek: '1-5' }),
  ...[1, 2, 3].map((hour) => crontab({ minute: 0, hour })),
  crontab({ minute: 0, hour: 0, day: 1 }),
];

/** Ten comparisons a minute, with nothing to parse and no calendar. */
function floorMatches(): void {
  let matches = 0;
  for (let minute = 0; minute < YEAR_MINUTES; minute += 1)
    for (let hour = 0; hour < 10; hour += 1) if (minute % 60 === hour) matches += 1;
  if (matches !== 87_600) throw new Error(`unexpected ${matches}`);
}

function ourMatches(): void {
  let matches = 0;
  for (let minute = 0; minute < YEAR_MINUTES; minute += 1)
    for (const schedule of SCHEDULES) if (schedule.matches(START + minute * MINUTE_MS)) matches += 1;
  if (matches < 80_000) throw new Error(`unexpected ${matches}`);
}

export const matching: Comparison = {
  title: 'ten crontabs checked for every minute of a year',
  unit: 'years',
  operations: 1,
  floor: { name: 'ten comparisons a minute', run: floorMatches },
  ours: { name: 'huey-ts', run: ourMatches },
};

const EXPRESSION = '*/20 9-17 * * MON-FRI';

function nextBy(schedule: Schedule): (operations: number) => void {
  return (operations) => {
    for (let index = 0, at = START; index < operations; index += 1) at = schedule.next(at)!;
  };
}

function nextByParser(operations: number): void {
  const expression = CronExpressionParser.parse(EXPRESSION, { currentDate: new Date(START), tz: 'UTC' });
  for (let index = 0; index < operations; index += 1) expression.next();
}

function comparison(title: string, schedule: Schedule, name: string): Comparison {
  return {
    title,
    unit: 'occurrences',
    operations: 5_000,
    floor: { name: 'cron-parser, UTC', run: nextByParser },
    ours: { name, run: nextBy(schedule) },
  };
}

export const nextInUtc = comparison(
  'next occurrence of a cron string, UTC',
  cron(EXPRESSION),
  'huey-ts, cron()',
);
export const nextInZone = comparison(
  'next occurrence of a cron string, in a time zone',
  cron(EXPRESSION, { timeZone: 'America/New_York' }),
  'huey-ts, cron(), New York',
);
