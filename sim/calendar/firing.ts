// When periodic tasks fire, worked out from their schedules alone: nothing runs. It is what the scheduler of a consumer does
// that is never late, minute by minute, with what the local clock shows then, and what is odd about it.
import { checkOptionNames, expected, nonEmptyString } from '../../src/check.js';
import { Heap } from '../../src/heap.js';
import { engineOf, type Huey } from '../../src/huey.js';
import type { Schedule } from '../../src/model/schedule.js';
import { zoneNamed } from '../../src/model/zone.js';
import { type Duration, durationMs, type Instant, instantMs } from '../../src/time.js';
import { type ClockNote, LocalClock } from './local-clock.js';

/** Something that fires by a schedule. */
export interface ScheduledTask {
  readonly name: string;
  readonly schedule: Schedule;
}

/** Which part of the calendar is listed. */
export interface CalendarOptions {
  /** The first instant; a minute that starts then is in. */
  readonly from: Instant;
  /** The first instant that is out. Either this or `duration` is needed. */
  readonly to?: Instant;
  /** How long the part is. */
  readonly duration?: Duration;
  /** The clock on which local time is shown for a schedule that names no time zone of its own. Default UTC. */
  readonly timeZone?: string;
}

/** One firing. */
export interface Firing {
  /** The start of the minute, in epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  readonly timeZone: string;
  /** What the local clock shows, as `2026-03-08 03:00`. */
  readonly local: string;
  /** How far it is from UTC, as `-04:00`. */
  readonly offset: string;
  /** What is odd about the local clock in this minute, if anything is. */
  readonly note: ClockNote | undefined;
}

const KNOWN = ['from', 'to', 'duration', 'timeZone'];

interface Upcoming {
  readonly at: number;
  readonly order: number;
  readonly task: ScheduledTask;
  readonly clock: LocalClock;
}

/**
 * Lists every firing in a part of the calendar, earliest first, and those of one minute in the order of their tasks. Lazily:
 * taking the first few costs only those. Takes the periodic tasks of a Huey, or a list of names and schedules.
 */
export function* firings(
  tasks: Huey | readonly ScheduledTask[],
  options: CalendarOptions,
): Generator<Firing> {
  const { from, to } = partOf(options);
  const fallback = options.timeZone ?? 'UTC';
  zoneNamed('timeZone', fallback);
  const upcoming = new Heap<Upcoming>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  const push = (after: number, entry: Omit<Upcoming, 'at'>): void => {
    const at = entry.task.schedule.next(after);
    if (at !== undefined && at < to) upcoming.push({ ...entry, at });
  };
  for (const [order, task] of listOf(tasks).entries())
    push(from - 1, { order, task, clock: new LocalClock(zoneOf(task.schedule) ?? fallback) });
  for (let next = upcoming.pop(); next !== undefined; next = upcoming.pop()) {
    const { at, task, clock } = next;
    yield { at, name: task.name, ...clock.at(at) };
    push(at, next);
  }
}

function listOf(tasks: Huey | readonly ScheduledTask[]): readonly ScheduledTask[] {
  if (!Array.isArray(tasks)) return engineOf(tasks).registry.periodic();
  const list = tasks as readonly ScheduledTask[];
  for (const [index, task] of list.entries()) {
    nonEmptyString(`tasks[${index}].name`, task?.name);
    if (typeof task.schedule?.next !== 'function')
      throw expected(
        `tasks[${index}].schedule`,
        'a schedule, as crontab() or cron() make them',
        task.schedule,
      );
  }
  return list;
}

function partOf(options: CalendarOptions): { from: number; to: number } {
  checkOptionNames(options, KNOWN, 'firings');
  const from = instantMs('from', options.from);
  if ((options.to === undefined) === (options.duration === undefined))
    throw expected('to', 'given, or `duration` instead', options.to);
  const to =
    options.to === undefined ? from + durationMs('duration', options.duration) : instantMs('to', options.to);
  if (to < from) throw expected('to', 'not before `from`', options.to);
  return { from, to };
}

/** A schedule of one's own need not know of time zones. */
function zoneOf(schedule: Schedule): string | undefined {
  const { timeZone } = schedule as { readonly timeZone?: unknown };
  return typeof timeZone === 'string' ? timeZone : undefined;
}
