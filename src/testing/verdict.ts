// What can be asserted of tasks and Hueys beside what was enqueued, decided once: the matchers of vitest and jest and
// the functions for node:test only pass the verdict on.
import { expected, integer } from '../check.js';
import { SIGNALS, type Signal } from '../model/signals.js';
import { engineOf, type Huey } from '../huey.js';
import { type Instant, instantMs } from '../time.js';
import { type Journal, type JournalEvent, journalsHere } from './journal.js';
import { listAll } from './listing.js';
import { WHEREABOUTS } from './matching/enqueued-report.js';
import { taskNameOf, type TaskReference } from './matching/enqueued-match.js';
import { instantText, isoText, valueText } from './matching/value-text.js';

/** Whether it holds, and how to tell it if that was not expected. */
export interface Verdict {
  readonly pass: boolean;
  /** Told when it does not hold, and when it does but was expected not to. */
  readonly message: () => string;
}

/** A task, by its function or name, or one instance of it: its handle. */
export type Observed = TaskReference | { readonly id: string };

/** Whether exactly these signals were sent, in this order, since a journal is kept. */
function signalsVerdict(observed: Observed, signals: readonly Signal[]): Verdict {
  for (const signal of signals)
    if (!SIGNALS.includes(signal))
      throw expected('signals', `names of signals: ${SIGNALS.join(', ')}`, signal);
  const got = eventsOf(observed).map(({ signal }) => signal);
  const parting = signals.findIndex((signal, index) => signal !== got[index]);
  const pass = parting === -1 && got.length === signals.length;
  const where = parting === -1 ? signals.length : parting;
  return {
    pass,
    message: () =>
      pass
        ? `expected ${nameOf(observed)} not to have the signals\n    ${got.join(', ')}`
        : `expected ${nameOf(observed)} to have the signals\n    ${signals.join(', ') || 'none'}\n  ` +
          gotSignalsText(observed, signals, where),
  };
}

function gotSignalsText(observed: Observed, wanted: readonly Signal[], where: number): string {
  const events = eventsOf(observed);
  if (events.length === 0) return 'got none: nothing is known of it since the journal is kept';
  const got = events.map(({ signal }) => signal);
  const parting = `expected ${wanted[where] ?? 'no more'}, got ${got[where] ?? 'no more'}`;
  return `got\n    ${got.join(', ')}\n  they part at the ${ordinal(where + 1)}: ${parting}${errorText(events)}`;
}

/** What it failed with last, for who did not expect that. */
function errorText(events: readonly JournalEvent[]): string {
  const failed = events.findLast(({ error }) => error !== undefined);
  return failed === undefined ? '' : `\n  it failed with ${valueText(failed.error)}`;
}

/** Whether it was tried again, so many times if given, since a journal is kept. */
function retriedVerdict(observed: Observed, times?: number): Verdict {
  if (times !== undefined) integer('times', times, undefined, 0);
  const events = eventsOf(observed);
  const count = events.filter(({ signal }) => signal === 'retrying').length;
  const pass = times === undefined ? count > 0 : count === times;
  const wanted = times === undefined ? 'to be retried' : `to be retried ${timesText(times)}`;
  return {
    pass,
    message: () =>
      `expected ${nameOf(observed)} ${pass ? 'not ' : ''}${wanted}, got ${timesText(count)}\n  its signals: ` +
      `${events.map(({ signal }) => signal).join(', ') || 'none'}${errorText(events)}`,
  };
}

/** When a periodic task is to have fired. */
export interface FiredOptions {
  readonly times?: number;
  /** The instants, all of them, in order; to the minute. */
  readonly at?: readonly Instant[];
}

/** Whether a periodic task was enqueued by its schedule, since a journal is kept. */
function firedVerdict(task: TaskReference, asked: number | FiredOptions = {}): Verdict {
  const options = typeof asked === 'number' ? { times: asked } : asked;
  const minutes = eventsOf(task)
    .filter(({ signal }) => signal === 'enqueued')
    .map(({ at }) => at - (at % 60_000));
  const wanted = options.at?.map((at) => instantMs('at', at));
  const times = options.times ?? wanted?.length;
  if (times !== undefined) integer('times', times, undefined, 0);
  const isAsOften = times === undefined ? minutes.length > 0 : minutes.length === times;
  const isThen = wanted === undefined || wanted.every((at, index) => minutes[index] === at - (at % 60_000));
  const pass = isAsOften && isThen;
  const often = times === undefined ? '' : ` ${timesText(times)}`;
  const got = minutes.length === 0 ? '' : `, at ${minutes.map(isoText).join(', ')}`;
  const when = wanted === undefined ? '' : `, at ${wanted.map(isoText).join(', ')}`;
  return {
    pass,
    message: () =>
      `expected ${nameOf(task)} ${pass ? 'not ' : ''}to have fired${often}${when}\n  got ${timesText(minutes.length)}${got}`,
  };
}

/** What can be revoked: a task, or the handle of one instance. */
export interface Revocable {
  isRevoked(): Promise<boolean>;
}

/** Whether a task or an instance is revoked. */
async function revokedVerdict(observed: Revocable & Observed): Promise<Verdict> {
  if (typeof observed?.isRevoked !== 'function')
    throw expected('what is revoked', 'a declared task or the handle of one', observed);
  const pass = await observed.isRevoked();
  return {
    pass,
    message: () =>
      pass
        ? `expected ${nameOf(observed)} not to be revoked, but it is`
        : `expected ${nameOf(observed)} to be revoked, but it is not`,
  };
}

/** Whether nothing is queued, scheduled or running. */
async function idleVerdict(huey: Huey): Promise<Verdict> {
  const engine = engineOf(huey);
  const { tasks } = await listAll(engine, undefined);
  const busy = tasks.filter(({ state }) => state !== 'ended');
  const now = engine.now();
  const lines = busy.map(({ name, id, state, dueAt }) => {
    const due = dueAt === undefined ? '' : `, due at ${instantText(dueAt, now)}`;
    return `\n    ${name} ${id}, ${WHEREABOUTS[state]}${due}`;
  });
  return {
    pass: busy.length === 0,
    message: () =>
      busy.length === 0
        ? `expected the Huey ${huey.name} not to be idle, but nothing of it waits or runs`
        : `expected the Huey ${huey.name} to be idle, but ${busy.length} of its tasks ${busy.length === 1 ? 'waits or runs' : 'wait or run'}${lines.slice(0, 10).join('')}${
            lines.length > 10 ? `\n    … and ${lines.length - 10} more` : ''
          }`,
  };
}

/** The verdicts, by what is asserted: the matchers and the functions have these same ones. */
export const VERDICTS = {
  signals: signalsVerdict,
  retried: retriedVerdict,
  fired: firedVerdict,
  revoked: revokedVerdict,
  idle: idleVerdict,
} as const;

/** What was written about it in the journal that reaches back the furthest. */
function eventsOf(observed: Observed): readonly JournalEvent[] {
  const journals = journalsHere();
  const by = isInstance(observed) ? { id: observed.id } : { name: taskNameOf('task', observed) };
  const journal: Journal | undefined = journals.find((one) => one.events(by).length > 0) ?? journals[0];
  if (journal === undefined)
    throw expected(
      'a journal',
      'kept of what happens',
      undefined,
      'run the test in withImmediate, withCapture or inMode, or call observe(huey) at its start',
    );
  return journal.events(by);
}

function isInstance(observed: Observed): observed is { readonly id: string } {
  return typeof observed === 'object' && observed !== null && 'id' in observed;
}

function nameOf(observed: Observed): string {
  return isInstance(observed) ? `the task ${observed.id}` : `\`${taskNameOf('task', observed)}\``;
}

function timesText(times: number): string {
  if (times === 0) return 'never';
  return times === 1 ? 'once' : `${times} times`;
}

function ordinal(place: number): string {
  const ending = place % 100 > 10 && place % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
}
