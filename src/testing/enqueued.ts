// Looking at, and asserting, what was enqueued. What waits is read from the storage, so it works on any Huey; while a
// journal is kept (in a mode, in expectEnqueued, after observe) tasks that have run already are known as well.
import { AssertionError } from 'node:assert/strict';
import { checkOptionNames, integer } from '../check.js';
import type { Engine } from '../engine/engine.js';
import { type Duration, durationMs } from '../time.js';
import { journalOf } from './journal.js';
import { listAll, listWaiting } from './listing.js';
import { enginesOf, type Hueys } from './mode.js';
import {
  type AnyMatch,
  type EnqueuedMatch,
  MATCH_OPTIONS,
  matchDifferences,
  type ResolvedMatch,
  resolveMatch,
  type TaskReference,
} from './matching/enqueued-match.js';
import { type Count, enqueuedReport } from './matching/enqueued-report.js';
import type { EnqueuedTask } from './matching/enqueued-task.js';

/** A task function as these assertions see it: its name, and the arguments that it takes. */
export interface TaskWithArgs<A extends readonly unknown[]> {
  (...args: A): unknown;
  readonly taskName: string;
}

/** How many matching tasks an assertion asks for. */
export interface TimesOptions {
  /** Exactly so many. Excludes the others. */
  readonly times?: number;
  /** So many or more. Default 1. */
  readonly atLeast?: number;
  /** So many or fewer. */
  readonly atMost?: number;
  /** None at all. Excludes the others. */
  readonly never?: boolean;
}

/** What `assertEnqueued` takes. */
export interface AssertEnqueuedOptions<A extends readonly unknown[] = readonly unknown[]>
  extends Omit<EnqueuedMatch<A>, 'task'>, TimesOptions {
  /** Wait so long for what is asked; with `never`, watch so long that nothing comes. Default: look once. */
  readonly timeout?: Duration;
}

const TIMES_OPTIONS = ['times', 'atLeast', 'atMost', 'never'] as const;
/** The names of the options of `assertEnqueued`. */
export const ASSERT_OPTIONS = [
  ...MATCH_OPTIONS.filter((name) => name !== 'task'),
  ...TIMES_OPTIONS,
  'timeout',
];

/** How often the storage is asked while waiting: other processes enqueue, too. */
const LOOK_EVERY_MS = 50;

/** The tasks that wait in the queue, in its order, and in the schedule, in due order; those that match, if asked. */
export async function enqueued(huey: Hueys, match: EnqueuedMatch = {}): Promise<readonly EnqueuedTask[]> {
  checkOptionNames(match, MATCH_OPTIONS, 'enqueued');
  return matching(huey, resolveMatch(match, 'enqueued'), listWaiting);
}

/**
 * Like `enqueued`, with the tasks that run now, and those that have ended since a journal is kept: in a mode, in
 * `expectEnqueued`, or after `observe`.
 */
export async function allEnqueued(huey: Hueys, match: EnqueuedMatch = {}): Promise<readonly EnqueuedTask[]> {
  checkOptionNames(match, MATCH_OPTIONS, 'allEnqueued');
  return matching(huey, resolveMatch(match, 'allEnqueued'), listAll);
}

/**
 * Asserts that a task was enqueued, as asked and as often as asked; returns those that match.
 * @throws AssertionError that shows what came nearest.
 */
export async function assertEnqueued<A extends readonly unknown[]>(
  huey: Hueys,
  task: TaskWithArgs<A> | string,
  options: AssertEnqueuedOptions<A> = {},
): Promise<readonly EnqueuedTask[]> {
  checkOptionNames(options, ASSERT_OPTIONS, 'assertEnqueued');
  const question = newQuestion(huey, task, options, 'assertEnqueued');
  return settle(question, await waitForAnswer(question, options.timeout), assertEnqueued);
}

/** Asserts that no such task was enqueued. @throws AssertionError that shows those that were. */
export async function refuteEnqueued<A extends readonly unknown[]>(
  huey: Hueys,
  task: TaskWithArgs<A> | string,
  options: Omit<AssertEnqueuedOptions<A>, keyof TimesOptions> = {},
): Promise<void> {
  checkOptionNames(options, [...MATCH_OPTIONS, 'timeout'], 'refuteEnqueued');
  const question = newQuestion(huey, task, { ...options, never: true }, 'refuteEnqueued');
  settle(question, await waitForAnswer(question, options.timeout), refuteEnqueued);
}

/** What is asked of which Hueys. */
export interface Question {
  readonly engines: readonly Engine[];
  readonly match: ResolvedMatch;
  readonly count: Count;
  /** How to list what is enqueued. */
  readonly list: (engine: Engine) => Promise<Answer>;
}

/** What was found, all of it. */
export interface Answer {
  readonly tasks: readonly EnqueuedTask[];
  readonly unreadable: number;
}

function newQuestion(
  huey: Hueys,
  task: TaskReference,
  options: AnyMatch & TimesOptions,
  where: string,
): Question {
  const engines = enginesOf(huey);
  return {
    engines,
    match: resolveMatch({ ...options, task }, where),
    count: countOf(options, where),
    list: listAll,
  };
}

/** How many are asked for. @throws ConfigurationError for a contradiction. */
export function countOf(options: TimesOptions, where: string): Count {
  const { times, never } = options;
  if (never === true || times !== undefined) {
    const given = TIMES_OPTIONS.filter((name) => options[name] !== undefined && options[name] !== false);
    if (given.length > 1) checkOptionNames(options, [given[0]!], `${where} with \`${given[0]}\``);
    const exactly = never === true ? 0 : integer('times', times, undefined, 0);
    return { least: exactly, most: exactly };
  }
  const most = options.atMost === undefined ? Infinity : integer('atMost', options.atMost, undefined, 0);
  return { least: integer('atLeast', options.atLeast, Math.min(1, most), 0), most };
}

/** Looks once, or until the answer is settled or the time is up; events cut the pauses short. */
export async function waitForAnswer(question: Question, timeout: Duration | undefined): Promise<Answer> {
  let answer = await ask(question);
  if (timeout === undefined) return answer;
  const { clock } = question.engines[0]!.runtime;
  const deadline = clock.monotonic() + durationMs('timeout', timeout);
  for (let leftMs = deadline - clock.monotonic(); !isFinal(question, answer) && leftMs > 0;) {
    await pause(question, Math.min(LOOK_EVERY_MS, leftMs));
    answer = await ask(question);
    leftMs = deadline - clock.monotonic();
  }
  return answer;
}

/** Whether waiting could not change the verdict any more. */
function isFinal({ match, count, engines }: Question, { tasks }: Answer): boolean {
  const found = filtered(match, tasks, engines[0]!.now()).length;
  return found > count.most || (found >= count.least && count.most === Infinity);
}

async function pause({ engines }: Question, delayMs: number): Promise<void> {
  const awake = new AbortController();
  const unsubscribe = engines.map((engine) => journalOf(engine)?.subscribe(() => awake.abort()));
  await engines[0]!.runtime.clock.sleep(delayMs, awake.signal);
  for (const stop of unsubscribe) stop?.();
}

async function ask({ engines, list }: Question): Promise<Answer> {
  const answers = await Promise.all(engines.map((engine) => list(engine)));
  return {
    tasks: answers.flatMap(({ tasks }) => tasks),
    unreadable: answers.reduce((sum, { unreadable }) => sum + unreadable, 0),
  };
}

/** The tasks that match, if there are as many as asked. @throws AssertionError otherwise, from where `caller` was called. */
export function settle(
  { engines, match, count }: Question,
  answer: Answer,
  caller: (...args: never[]) => unknown,
): readonly EnqueuedTask[] {
  const now = engines[0]!.now();
  const found = filtered(match, answer.tasks, now);
  if (found.length >= count.least && found.length <= count.most) return found;
  const hints = found.length > count.most ? [] : hintsFor(engines, answer);
  const message = enqueuedReport({ match, count, tasks: answer.tasks, now, hints });
  throw new AssertionError({ message, stackStartFn: caller });
}

function hintsFor(engines: readonly Engine[], { unreadable }: Answer): string[] {
  const forgets = engines.some((engine) => engine.immediate && journalOf(engine) === undefined);
  return [
    ...(forgets
      ? [
          'the Huey is immediate: what has run is forgotten; use withImmediate, expectEnqueued or observe, which keep a journal',
        ]
      : []),
    ...(unreadable === 0
      ? []
      : [`besides, ${unreadable} message${unreadable === 1 ? '' : 's'} could not be read`]),
  ];
}

async function matching(
  huey: Hueys,
  match: ResolvedMatch,
  list: (engine: Engine) => Promise<Answer>,
): Promise<readonly EnqueuedTask[]> {
  const engines = enginesOf(huey);
  const { tasks } = await ask({ engines, list, match, count: { least: 0, most: Infinity } });
  return filtered(match, tasks, engines[0]!.now());
}

function filtered(
  match: ResolvedMatch,
  tasks: readonly EnqueuedTask[],
  now: number,
): readonly EnqueuedTask[] {
  return tasks.filter((task) => matchDifferences(match, task, now).length === 0);
}
