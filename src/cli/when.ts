// Instants as people read them on a terminal: exact in UTC, and how far from now.
const SECOND_MS = 1000;

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
] as const;

/** An instant to the second: '2026-03-08 09:00:00Z'. */
export function stamp(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** How far an instant is from now, in its two largest units: 'in 4m 10s', '2d 3h ago', 'now'. */
export function fromNow(at: number, now: number): string {
  const seconds = Math.round(Math.abs(at - now) / SECOND_MS);
  if (seconds === 0) return 'now';
  return at > now ? `in ${briefly(seconds)}` : `${briefly(seconds)} ago`;
}

function briefly(seconds: number): string {
  let rest = seconds;
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** What the clocks of a zone show at an instant, and how far they are from UTC: 'Sun 2026-03-08 03:00 GMT+02:00'. */
export function reading(at: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longOffset',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${part('weekday')} ${date} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}
