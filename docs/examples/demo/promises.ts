// What the week and production promised. Each promise is a claim in words, what was wanted, and what came: equal, or it is broken.
import type { SimulationEvent } from 'huey-ts/sim';
import { DAY_MS, MINUTE_MS, time } from './calendar.js';
import type { Production } from './production.js';
import { site } from './server.js';
import { MONDAY, type Week } from './simulated.js';
import { catalogue, undeliverable } from './tasks.js';

export interface Promised {
  readonly claim: string;
  readonly wanted: unknown;
  readonly got: unknown;
}

/** Everything promised about the week, with what came of it. */
export function promisesOf(week: Week): Promised[] {
  const { events } = week;
  const ofTask = (name: string): SimulationEvent[] => events.filter(({ task }) => task.name === name);
  const times = (name: string): number[] => startsOf(ofTask(name));
  const ofId = (id: string): SimulationEvent[] => events.filter(({ task }) => task.id === id);
  return [
    promised('every file of the site is in the catalogue', names(site.urls()), [...catalogue.keys()].sort()),
    promised('a health check every 15 minutes, 672 in all', everyQuarter(), times('check-health')),
    promised('7 clean-ups, each at 03:00', Array(7).fill('03:00'), times('clean-up').map(time)),
    promised('the mail is delivered at the third attempt, after 1m and 2m', [1, 2], waits(ofId(week.mail))),
    promised('so one letter arrives', ['ada@example.org: Your report is ready.'], site.delivered),
    promised('the other one is given up after 1m, 2m and 4m', [1, 2, 4], waits(ofId(week.deadMail))),
    promised(
      'its error handler hears of it once',
      ['nobody@example.org: there is no such mailbox'],
      undeliverable,
    ),
    promised('the second report starts after the first has ended', true, inTurn(week)),
    promised('the chord adds up the words of all pages', wordsInCatalogue(), week.words),
    promised(
      'the revoked newsletter is skipped',
      ['enqueued', 'scheduled', 'enqueued', 'revoked'],
      signals(ofId(week.newsletter)),
    ),
  ];
}

/** Everything promised about production, with what came of it. */
export function productionPromises({ stored, words, lines, lastLines, ...rest }: Production): Promised[] {
  const writers = new Set(lines.map(({ pid }) => pid)).size;
  const numbers = lines.map(({ number }) => number);
  return [
    promised(
      'workers in processes of their own do the same work',
      [names(site.urls()), wordsInCatalogue()],
      [stored, words],
    ),
    promised(
      'the task whose worker was killed is delivered again',
      [2, '6 lines, of which 3 were there'],
      [writers, rest.copied],
    ),
    promised('each line is copied once', [1, 2, 3, 4, 5, 6], numbers),
    promised('a consumer that is told to stop finishes what runs', [4, 0], [lastLines.length, rest.exitCode]),
    promised('and leaves nothing in the queue', [0, 0], rest.left),
  ];
}

/** Whether what came is what was wanted. */
export function isKept({ wanted, got }: Promised): boolean {
  return JSON.stringify(wanted) === JSON.stringify(got);
}

function promised(claim: string, wanted: unknown, got: unknown): Promised {
  return { claim, wanted, got };
}

function names(urls: readonly string[]): string[] {
  return urls.map((url) => url.split('/').at(-1)!).sort();
}

function everyQuarter(): number[] {
  return Array.from(
    { length: (7 * DAY_MS) / (15 * MINUTE_MS) },
    (_, index) => MONDAY + index * 15 * MINUTE_MS,
  );
}

function signals(events: readonly SimulationEvent[]): string[] {
  return events.map(({ signal }) => signal);
}

function startsOf(events: readonly SimulationEvent[]): number[] {
  return events.filter(({ signal }) => signal === 'executing').map(({ at }) => at);
}

/** The minutes between one attempt and the next. */
function waits(events: readonly SimulationEvent[]): number[] {
  const starts = startsOf(events);
  return starts.slice(1).map((at, index) => (at - starts[index]!) / MINUTE_MS);
}

function inTurn({ events, reports }: Week): boolean {
  const order = events.filter(({ task, signal }) => reports.includes(task.id) && signal === 'complete');
  const [first, second] = order;
  if (first === undefined || second === undefined) return false;
  const start = events.findLast(({ task, signal }) => task.id === second.task.id && signal === 'executing');
  return start !== undefined && start.at >= first.at;
}

function wordsInCatalogue(): number {
  return [...catalogue.values()].reduce((sum, facts) => sum + (facts.kind === 'text' ? facts.words : 0), 0);
}
