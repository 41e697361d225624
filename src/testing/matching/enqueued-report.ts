// The message of a failed assertion about enqueued tasks: what was asked for, how many there were, and the tasks that
// came nearest, with every respect in which each is different.
import type { Difference } from './deep-difference.js';
import { dueText, matchDifferences, type ResolvedMatch, stagesText } from './enqueued-match.js';
import type { EnqueuedState, EnqueuedTask } from './enqueued-task.js';
import { differingTexts, instantText, valueText } from './value-text.js';

/** How many there are to be, both bounds included. */
export interface Count {
  readonly least: number;
  readonly most: number;
}

/** Everything that the message tells. */
export interface Failure {
  readonly match: ResolvedMatch;
  readonly count: Count;
  readonly tasks: readonly EnqueuedTask[];
  readonly now: number;
  /** What to do about it, if that can be told. */
  readonly hints: readonly string[];
}

/** How many tasks that match, and how many that nearly do, are shown. */
const MOST_SHOWN = 3;

/** Where a task is, in words. */
export const WHEREABOUTS: Readonly<Record<EnqueuedState, string>> = {
  queued: 'in the queue',
  scheduled: 'in the schedule',
  running: 'running',
  ended: 'has ended',
};

/** A task with its distance from what was asked for. */
interface Candidate {
  readonly task: EnqueuedTask;
  readonly differences: readonly Difference[];
  readonly distance: number;
}

/** Writes the message. */
export function enqueuedReport({ match, count, tasks, now, hints }: Failure): string {
  const candidates = ranked(match, tasks, now);
  const matching = candidates.filter(({ differences }) => differences.length === 0);
  const near = candidates.filter((one) => one.differences.length > 0 && isOfTask(match, one.task));
  const others = candidates.filter(({ task }) => !isOfTask(match, task)).map(({ task }) => task);
  const tooMany = matching.length > count.most;
  return [
    wantedText(match, count),
    gotText(matching.length, near.length, tasks.length),
    ...listText(matching, now),
    ...(tooMany ? [] : [...besideText(matching.length, near.length), ...nearText(near, now)]),
    ...(tooMany ? [] : othersText(others)),
    ...hints.map((hint) => `  ${hint}`),
  ].join('\n');
}

/** The tasks, nearest to what was asked for first; of equals, the latest. */
export function ranked(
  match: ResolvedMatch,
  tasks: readonly EnqueuedTask[],
  now: number,
): readonly Candidate[] {
  const candidates = tasks.map((task) => {
    const differences = matchDifferences(match, task, now);
    return { task, differences, distance: distanceOf(differences) };
  });
  return candidates.sort((a, b) => a.distance - b.distance || b.task.enqueuedAt - a.task.enqueuedAt);
}

/**
 * Another task is further away than any difference, a whole argument weighs more than a member of one, and what is
 * nearly right weighs less than what is not.
 */
function distanceOf(differences: readonly Difference[]): number {
  return differences.reduce(
    (sum, one) => sum + (one.path === 'task' ? 1000 : unlikeness(one) / depthOf(one)),
    0,
  );
}

function depthOf({ path }: Difference): number {
  return Math.max(1, path.match(/[.[]/g)?.length ?? 0);
}

function unlikeness({ expected, actual }: Difference): number {
  if (typeof expected !== typeof actual) return 1;
  if (typeof expected === 'number' && typeof actual === 'number') {
    const gap = Math.abs(expected - actual);
    return 0.5 + 0.5 * (gap / (gap + 1000));
  }
  if (typeof expected !== 'string' || typeof actual !== 'string') return 1;
  const longest = Math.max(expected.length, actual.length, 1);
  return 1 - 0.5 * (commonEnds(expected, actual) / longest);
}

/** How many characters two texts share at their start and their end. */
function commonEnds(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return start + end;
}

function isOfTask({ name }: ResolvedMatch, task: EnqueuedTask): boolean {
  return name === undefined || name === task.name;
}

function wantedText(match: ResolvedMatch, count: Count): string {
  const what = match.name === undefined ? 'a task' : `\`${match.name}\``;
  const asked = askedLines(match);
  const often = count.most === 0 ? 'never to be enqueued' : `to be enqueued ${countText(count)}`;
  return `expected ${what} ${often}${asked.length === 0 ? '' : ', with'}${asked
    .map(([name, text]) => `\n    ${name.padEnd(10)}${text}`)
    .join('')}`;
}

function countText({ least, most }: Count): string {
  if (most === Infinity) return least === 1 ? 'at least once' : `at least ${timesText(least)}`;
  return least === most ? timesText(least) : `${least} to ${timesText(most)}`;
}

function timesText(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}

function askedLines({ fields, due, stages, state, where }: ResolvedMatch): (readonly [string, string])[] {
  return [
    ...fields.map(([name, wanted]) => [name, valueText(wanted)] as const),
    ...(due === undefined ? [] : [['due', dueText(due)] as const]),
    ...(stages === undefined ? [] : [['stages', stagesText(stages)] as const]),
    ...(state === undefined ? [] : [['state', state] as const]),
    ...(where === undefined ? [] : [['where', valueText(where)] as const]),
  ];
}

function gotText(matching: number, near: number, all: number): string {
  if (all === 0) return '  got none: nothing is enqueued at all';
  if (matching > 0) return `  got ${matching} that match${matching === 1 ? 'es' : ''}:`;
  if (near === 0) return `  got none`;
  return `  got none that matches, but ${near} that ${near === 1 ? 'does' : 'do'} not:`;
}

/** Those that do not match are counted again from 1: a line tells them from those that do. */
function besideText(matching: number, near: number): string[] {
  if (matching === 0 || near === 0) return [];
  return [`\n  and ${near} that ${near === 1 ? 'does' : 'do'} not:`];
}

function listText(matching: readonly Candidate[], now: number): string[] {
  const shown = matching
    .slice(0, MOST_SHOWN)
    .map(
      ({ task }, index) =>
        `\n    ${index + 1}. ${headText(task, now)}\n         args      ${valueText(task.args)}`,
    );
  return [...shown, ...moreText(matching.length)];
}

function nearText(near: readonly Candidate[], now: number): string[] {
  const shown = near.slice(0, MOST_SHOWN).map(({ task, differences }, index) => {
    const width = Math.max(...differences.map(({ path }) => path.length)) + 2;
    const lines = differences.map((one) => differenceText(one, width));
    return [`\n    ${index + 1}. ${headText(task, now)}`, ...lines].join('\n');
  });
  return [...shown, ...moreText(near.length)];
}

function headText(task: EnqueuedTask, now: number): string {
  const attempt = task.attempt === 0 ? '' : `, attempt ${task.attempt + 1}`;
  const due =
    task.dueAt === undefined || task.state === 'ended' ? '' : `, due at ${instantText(task.dueAt, now)}`;
  return `${task.name} ${task.id}, ${WHEREABOUTS[task.state]}${attempt}, enqueued at ${instantText(task.enqueuedAt, now)}${due}`;
}

function differenceText({ path, expected, actual, texts }: Difference, width: number): string {
  const [wanted, got] = texts ?? differingTexts(expected, actual);
  return `         ${path.padEnd(width)}expected  ${wanted}\n         ${''.padEnd(width)}     got  ${got}`;
}

function moreText(count: number): string[] {
  return count > MOST_SHOWN ? [`\n    … and ${count - MOST_SHOWN} more`] : [];
}

function othersText(others: readonly EnqueuedTask[]): string[] {
  if (others.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { name } of others) counts.set(name, (counts.get(name) ?? 0) + 1);
  const list = [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count} times)`));
  return [`\n  enqueued besides: ${list.join(', ')}`];
}
