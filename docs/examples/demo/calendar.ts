// Instants as a person reads them, in UTC.

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The day of the week and of the month: `Mon 2`. */
export function dayAndDate(at: number): string {
  return `${day(at)} ${new Date(at).getUTCDate()}`;
}

/** The time of day: `08:00`. */
export function time(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** The day of the week and the time of day: `Mon 08:00`. */
export function dayAndTime(at: number): string {
  return `${day(at)} ${time(at)}`;
}

function day(at: number): string {
  return DAYS[new Date(at).getUTCDay()]!;
}
