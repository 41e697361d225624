// Where a replay parts from its recording: the first step of any task that differs, by the clock of the recording. Tasks
// are compared one by one: how they lie beside each other is the machine's affair.
import { alignColumns, visible } from '../../../sim/text-columns.js';
import { formatDuration } from '../../time.js';
import { isSameStep, type Step, type TaskStory } from './story.js';

/** The first difference, with its neighbours. */
export interface Divergence {
  /** The name of the task, and what it is called in both runs: its id, or how it was enqueued. */
  readonly name: string;
  readonly task: string;
  /** In epoch milliseconds. */
  readonly at: number;
  /** What both have in common, before it. */
  readonly before: readonly Step[];
  /** What comes then in the recording, and in the replay. */
  readonly recorded: readonly Step[];
  readonly replayed: readonly Step[];
  /** All of it, to be read. */
  readonly text: string;
}

/** What is compared. */
export interface Compared {
  /** When the recording began, and when it ended. */
  readonly start: number;
  readonly end: number;
  readonly recorded: readonly TaskStory[];
  readonly replayed: readonly TaskStory[];
}

/** How many neighbours are shown. */
const NEIGHBOURS = 4;
const MINUTE = 60_000;
/** How much of a value is shown. */
const LONGEST = 300;

/** The first divergence; undefined: there is none. */
export function firstDivergence(compared: Compared): Divergence | undefined {
  const { recorded, replayed } = compared;
  const others = new Map(replayed.map((story) => [story.label, story]));
  const known = new Map(recorded.map((story) => [story.label, story]));
  const found = [
    ...recorded.flatMap((story) => parting(story, others.get(story.label), compared) ?? []),
    ...replayed.flatMap((story) => (known.has(story.label) ? [] : (extra(story, known, compared) ?? []))),
  ];
  return found.reduce<Divergence | undefined>(
    (first, one) => (first === undefined || one.at < first.at ? one : first),
    undefined,
  );
}

function parting(mine: TaskStory, theirs: TaskStory | undefined, compared: Compared): Divergence | undefined {
  if (isOnTheEdge(mine, compared) && theirs === undefined) return undefined;
  const [left, right] = [mine.steps, theirs?.steps ?? []];
  let agreed = 0;
  while (agreed < left.length && agreed < right.length && isSameStep(left[agreed]!, right[agreed]!))
    agreed += 1;
  const isOver = agreed === left.length;
  // What had not ended when the recording did may go on.
  if (isOver && (agreed === right.length || !mine.hasEnded)) return undefined;
  return divergence(mine, agreed, left, right, compared);
}

/** A task that only the replay has: unless the recording ended, or began, before it could have been enqueued. */
function extra(
  story: TaskStory,
  known: ReadonlyMap<string, TaskStory>,
  compared: Compared,
): Divergence | undefined {
  if (story.steps.length === 0 || isOnTheEdge(story, compared)) return undefined;
  if (story.by !== undefined && known.get(story.by)?.hasEnded !== true) return undefined;
  return divergence(story, 0, [], story.steps, compared);
}

/** Ticks of the minutes in which the recording began and ended may fall on either side. */
function isOnTheEdge({ minute }: TaskStory, { start, end }: Compared): boolean {
  return minute !== undefined && (minute <= start || minute + MINUTE >= end);
}

function divergence(
  story: TaskStory,
  agreed: number,
  left: readonly Step[],
  right: readonly Step[],
  compared: Compared,
): Divergence {
  const before = left.slice(Math.max(0, agreed - NEIGHBOURS), agreed);
  const recorded = left.slice(agreed, agreed + 1 + NEIGHBOURS);
  const replayed = right.slice(agreed, agreed + 1 + NEIGHBOURS);
  const at = (recorded[0] ?? replayed[0])!.at;
  const sides = { before, recorded, replayed };
  const { name, label: task } = story;
  return { name, task, at, ...sides, text: textOf(story, at, agreed, sides, compared) };
}

function textOf(
  story: TaskStory,
  at: number,
  agreed: number,
  { before, recorded, replayed }: Pick<Divergence, 'before' | 'recorded' | 'replayed'>,
  compared: Compared,
): string {
  const { start } = compared;
  const rows = alignColumns([...before, ...recorded, ...replayed].map((step) => cells(step, start)));
  const own = before.length + recorded.length;
  return [
    `The replay parts from the recording at +${formatDuration(at - start)}, in ${calledIn(story, compared)}: ` +
      `${commonText(story, agreed, compared)}.`,
    ...rows.slice(0, before.length).map((row) => `      ${row}`),
    '  recorded',
    ...side('<', rows.slice(before.length, own)),
    '  replayed',
    ...side('>', rows.slice(own)),
  ].join('\n');
}

/** `price 6f1c…`; what a task enqueued is told with that task. */
function calledIn({ name, label, by, minute }: TaskStory, { recorded, replayed }: Compared): string {
  if (minute !== undefined) return label;
  if (by === undefined) return `${name} ${label}`;
  const parent = [...recorded, ...replayed].find((story) => story.label === by);
  return `${name}, enqueued by ${parent?.name ?? 'a task'} as ${label}`;
}

function commonText({ label }: TaskStory, agreed: number, { recorded, replayed }: Compared): string {
  const has = (stories: readonly TaskStory[]): boolean =>
    stories.some((story) => story.label === label && story.steps.length > 0);
  if (!has(recorded)) return 'the recording does not have it';
  if (!has(replayed)) return 'the replay does not have it';
  if (agreed === 0) return 'nothing of it is the same';
  return `its first ${agreed === 1 ? 'step is' : `${agreed} steps are`} the same`;
}

function side(mark: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [`  ${mark} nothing more`] : rows.map((row) => `  ${mark} ${row}`);
}

function cells({ at, op, attempt, value }: Step, start: number): readonly string[] {
  const shown =
    value === undefined ? '' : typeof value === 'string' && op === 'error' ? value : JSON.stringify(value);
  const detail = visible(shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown);
  return [`+${formatDuration(at - start)}`, `attempt ${attempt + 1}`, op, detail];
}
