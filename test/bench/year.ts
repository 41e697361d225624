// A year of ten periodic tasks through the whole engine: scheduler, queue, worker, settlement, signals, under virtual
// time. The floor finds the same minutes and calls the same body, with nothing in between.
import { crontab, MemoryHuey, type Schedule } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';
import type { Comparison } from './measure.js';

const START = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 24 * 60 * 60_000;
/** 4 x 8,760 hourly, 2 x 35,040 quarter-hourly, 3 x 365 daily, 12 monthly; the first minute of the next year included. */
const EXECUTIONS = 106_200;

const SCHEDULES: readonly Schedule[] = [
  ...[5, 20, 35, 50].map((minute) => crontab({ minute })),
  crontab({ minute: '*/15' }),
  crontab({ minute: '*/15' }),
  ...[1, 2, 3].map((hour) => crontab({ minute: 30, hour })),
  crontab({ minute: 0, hour: 0, day: 1 }),
];

async function byHand(): Promise<void> {
  let executions = 0;
  const body = async (): Promise<void> => void (executions += 1);
  for (const schedule of SCHEDULES)
    for (let at = schedule.next(START - 1)!; at < START + YEAR_MS; at = schedule.next(at)!) await body();
  check(executions);
}

async function simulated(): Promise<void> {
  let executions = 0;
  const huey = new MemoryHuey();
  for (const [index, schedule] of SCHEDULES.entries())
    huey.periodicTask(`periodic-${index}`, schedule, async () => void (executions += 1));
  await using simulation = await Simulation.start(huey, { start: START });
  await simulation.advance((YEAR_MS - 60_000) / 1000);
  check(executions);
}

function check(executions: number): void {
  if (Math.abs(executions - EXECUTIONS) > 100)
    throw new Error(`expected about ${EXECUTIONS} executions, got ${executions}`);
}

export const year: Comparison = {
  title: 'a simulated year of ten periodic tasks, 106,000 executions',
  unit: 'years',
  operations: 1,
  floor: { name: 'finding the minutes and calling the body', run: byHand },
  ours: { name: 'huey-ts, whole engine', run: simulated },
  goalRate: 1,
};
