// The local clocks of the IANA time zones. Minutes are counted from 1970-01-01T00:00Z, readings are what the local clock
// shows, counted in minutes the same way; the offset is their difference. Intl knows the offsets but is slow, so the spans
// between two changes are found once per zone and year, then kept: they are facts and never go stale.
// Offsets are whole minutes: the seconds of those before standard time are dropped, as schedules have none.
import { expected } from '../check.js';
import { LAST_INSTANT_MS } from '../time.js';

/** A time during which the offset does not change. Neighbours may have the same offset. */
export interface Span {
  /** The first minute of the span. */
  readonly start: number;
  /** The first minute after the span. */
  readonly end: number;
  /** In minutes; positive east of Greenwich. */
  readonly offset: number;
  /** The latest reading shown before the span. */
  readonly seen: number;
}

const MINUTE_MS = 60_000;
const DAY = 24 * 60;
const CHUNK = 365 * DAY;
/** Shorter than any rule the time zone database knows; the shortest are a week. */
const SAMPLE = 3 * DAY;
/** Offsets are less than a day, so readings shown longer ago than this are all earlier than those shown now. */
const LOOK_BACK = 2 * DAY;
const LAST_MINUTE = LAST_INSTANT_MS / MINUTE_MS;

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** One local clock. Use zoneNamed() to get it. */
export class Zone {
  readonly name: string;
  readonly #offsetAt: (minute: number) => number;
  readonly #chunks = new Map<number, readonly Span[]>();
  /** The span that was asked about last: mostly the next question is about it too. */
  #recent: Span;

  constructor(name: string, offsetAt: (minute: number) => number, recent: Span) {
    this.name = name;
    this.#offsetAt = offsetAt;
    this.#recent = recent;
  }

  /** The span that holds the minute. */
  spanAt(minute: number): Span {
    const recent = this.#recent;
    if (minute >= recent.start && minute < recent.end) return recent;
    const index = Math.floor(minute / CHUNK);
    let spans = this.#chunks.get(index);
    if (spans === undefined) this.#chunks.set(index, (spans = this.#spansOf(index)));
    return (this.#recent = spans.find((span) => minute < span.end)!);
  }

  /** The latest reading shown in any minute before this one. */
  seenBefore(minute: number): number {
    const { start, offset, seen } = this.spanAt(minute);
    return minute === start ? seen : Math.max(seen, minute - 1 + offset);
  }

  /** The first minute in which the clock shows this reading or a later one. */
  firstMinuteOf(reading: number): number {
    let span = this.spanAt(reading - this.#recent.offset);
    while (reading <= span.seen) span = this.spanAt(span.start - 1);
    while (reading >= span.end + span.offset) span = this.spanAt(span.end);
    return Math.max(span.start, reading - span.offset);
  }

  #spansOf(index: number): Span[] {
    const first = index * CHUNK;
    const end = first + CHUNK;
    const spans: Span[] = [];
    let start = first - LOOK_BACK;
    let seen = -Infinity;
    while (start < end) {
      const offset = this.#offsetAt(start);
      const change = this.#changeAfter(start, offset, end);
      if (start < first && change > first) {
        seen = Math.max(seen, first - 1 + offset);
        start = first;
      }
      if (start >= first) spans.push({ start, end: change, offset, seen });
      seen = Math.max(seen, change - 1 + offset);
      start = change;
    }
    return spans;
  }

  /** The first minute after `start`, but at most `end`, with another offset. */
  #changeAfter(start: number, offset: number, end: number): number {
    let same = start;
    let other = start;
    while (other < end && this.#offsetAt(other) === offset) {
      same = other;
      other = Math.min(other + SAMPLE, end);
    }
    if (this.#offsetAt(other) === offset) return end;
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#offsetAt(middle) === offset) same = middle;
      else other = middle;
    }
    return other;
  }
}

const zones = new Map<string, Zone>();

/**
 * The zone of that IANA name, as 'Europe/London'.
 * @throws ConfigurationError naming `what` if there is none. Fixed offsets such as '+02:00' are refused: not every version
 * of Node knows them.
 */
export function zoneNamed(what: string, name: unknown): Zone {
  const known = typeof name === 'string' ? zones.get(name) : undefined;
  if (known !== undefined) return known;
  const format = formatOf(name);
  if (typeof name !== 'string' || format === undefined)
    throw expected(what, "the name of a time zone, such as 'UTC' or 'Europe/London'", name);
  const zone = format.resolvedOptions().timeZone === 'UTC' ? utc(name) : local(name, format);
  zones.set(name, zone);
  return zone;
}

function formatOf(name: unknown): Intl.DateTimeFormat | undefined {
  if (typeof name !== 'string' || !/^[a-z]/i.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}

function utc(name: string): Zone {
  return new Zone(name, () => 0, { start: -Infinity, end: Infinity, offset: 0, seen: -Infinity });
}

function local(name: string, format: Intl.DateTimeFormat): Zone {
  const offsetAt = (minute: number): number => {
    const within = Math.min(Math.max(minute, -LAST_MINUTE), LAST_MINUTE);
    return offsetIn(format.format(within * MINUTE_MS));
  };
  return new Zone(name, offsetAt, { start: 0, end: 0, offset: 0, seen: 0 });
}

/** The offset in a text such as "1/1/2026, GMT-05:00". */
function offsetIn(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(text)!;
  const magnitude = Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
  return Math.floor(sign === '-' ? -magnitude : magnitude);
}
