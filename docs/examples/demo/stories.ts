// Two hours of the week looked at from close by, minute for minute: the letters that came back, and the lock that
// two reports wanted.
import type { SimulationEvent } from 'huey-ts/sim';
import { dayAndTime, MINUTE_MS, time } from './calendar.js';

/** One line for each attempt to deliver a letter, and for what was done with the letter that nobody took. */
export function mailStory(events: readonly SimulationEvent[]): string[] {
  const ends = events.filter(
    ({ task, signal }) =>
      (task.name === 'send-mail' && (signal === 'complete' || signal === 'error')) ||
      (task.name === 'return-to-sender' && signal === 'complete'),
  );
  // Letter by letter: which of two is answered first in the same minute is for the network to decide.
  ends.sort((a, b) => addressOf(a).localeCompare(addressOf(b)));
  return ends.map((event) => {
    const [what, how, then] = partsOf(events, event);
    const line = `  ${dayAndTime(event.at)}   ${addressOf(event).padEnd(20)}${what.padEnd(15)}${how.padEnd(27)}${then}`;
    return line.trimEnd();
  });
}

/** What was tried, how it ended, and what follows. */
function partsOf(events: readonly SimulationEvent[], end: SimulationEvent): [string, string, string] {
  if (end.task.name === 'return-to-sender') return ['error handler', 'noted', ''];
  const what = `attempt ${end.task.attempt + 1}`;
  if (end.signal === 'complete') return [what, 'delivered', ''];
  return [what, (end.error as Error).message, afterwards(events, end)];
}

function addressOf({ task }: SimulationEvent): string {
  return String(task.args[0]);
}

function afterwards(events: readonly SimulationEvent[], { at, task }: SimulationEvent): string {
  const again = events.find((one) => one.signal === 'scheduled' && one.at === at && one.task.id === task.id);
  return again?.task.eta === undefined ? 'given up' : `again in ${(again.task.eta - at) / MINUTE_MS}m`;
}

/** A lane for each report, a column for each minute. */
export function lockStory(events: readonly SimulationEvent[], reports: readonly string[]): string[] {
  const lanes = reports.map((id) => events.filter(({ task }) => task.id === id));
  const instants = lanes.flat().map(({ at }) => at);
  const from = Math.min(...instants);
  const length = (Math.max(...instants) - from) / MINUTE_MS;
  const ruler = Array.from({ length: Math.floor(length / 10) + 1 }, (_, ten) =>
    time(from + ten * 10 * MINUTE_MS).padEnd(10),
  );
  return [
    `  ${' '.repeat(20)}${ruler.join('')}`.trimEnd(),
    ...lanes.map((lane) => `  ${String(lane[0]!.task.args[0]).padEnd(20)}${minutes(lane, from, length)}`),
    '',
    '  = holds the lock, x finds it taken and tries again six minutes later',
  ];
}

function minutes(lane: readonly SimulationEvent[], from: number, length: number): string {
  const taken = new Set(lane.filter(({ signal }) => signal === 'locked').map(({ at }) => at));
  const begun = lane.findLast(({ signal }) => signal === 'executing')?.at ?? Infinity;
  const ended = lane.find(({ signal }) => signal === 'complete')?.at ?? Infinity;
  const marks = Array.from({ length }, (_, minute) => {
    const at = from + minute * MINUTE_MS;
    if (taken.has(at)) return 'x';
    return at >= begun && at < ended ? '=' : '.';
  });
  return marks.join('');
}
