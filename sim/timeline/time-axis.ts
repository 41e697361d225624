// Where the ticks of a time axis go: at round times since the start, as many as there is room for.

const MS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SECONDS = [1, 2, 5, 10, 15, 30].map((count) => count * 1000);
const MINUTES = [1, 2, 5, 10, 15, 30].map((count) => count * 60_000);
const HOURS = [1, 2, 3, 6, 12].map((count) => count * 3_600_000);
const DAYS = [1, 2, 7, 14, 28, 91, 182, 365].map((count) => count * 86_400_000);

/** Round steps, in milliseconds, from a millisecond to a year. */
export const AXIS_STEPS: readonly number[] = [...MS, ...SECONDS, ...MINUTES, ...HOURS, ...DAYS];

/** The times of the ticks, in milliseconds since the start: multiples of one step, at most `most` of them and the first. */
export function axisTicks(from: number, to: number, most: number): number[] {
  const span = to - from;
  const step = AXIS_STEPS.find((step) => span / step <= most) ?? Math.ceil(span / most);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}
