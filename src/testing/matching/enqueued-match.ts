// What an assertion about enqueued tasks may ask for: options checked in one place, and the differences that a task
// shows against them. A task matches when it shows none.
import { callable, checkOptionNames, expected, nonEmptyString } from '../../check.js';
import { type Duration, durationMs, formatDuration, type Instant, instantMs } from '../../time.js';
import { type Difference, differences } from './deep-difference.js';
import type { EnqueuedState, EnqueuedTask } from './enqueued-task.js';
import { type AsymmetricMatcher, distanceText, isMatcher, isoText } from './value-text.js';

/** What may stand for a value: itself, the members that matter, a pattern, a matcher, or a function that judges. */
export type Matchable<T> =
  | T
  | AsymmetricMatcher
  | ((value: T) => boolean)
  | (T extends string ? RegExp : never)
  | (T extends object ? { readonly [K in keyof T]?: Matchable<T[K]> } : never);

/** What may stand for a list of arguments. */
export type MatchableArgs<A extends readonly unknown[]> =
  { readonly [K in keyof A]: Matchable<A[K]> } | AsymmetricMatcher;

/** A task by its function or its name. */
export type TaskReference = string | { readonly taskName: string };

/** What is asked of a stage that follows in a pipeline. */
export interface StageMatch {
  readonly task: TaskReference;
  readonly args?: MatchableArgs<readonly unknown[]>;
}

/** What is asked of an enqueued task; what is left out does not matter. */
export interface EnqueuedMatch<A extends readonly unknown[] = readonly unknown[]> {
  readonly task?: TaskReference;
  readonly args?: MatchableArgs<A>;
  readonly kwargs?: Readonly<Record<string, unknown>> | AsymmetricMatcher;
  /** Due so long from now. */
  readonly in?: Duration;
  /** Due so long after it was enqueued. */
  readonly delay?: Duration;
  /** Due at that instant. */
  readonly at?: Instant;
  /** How far from `in`, `delay` or `at` it may be due. Default 1s. */
  readonly tolerance?: Duration;
  /** Tasks without one have priority 0. */
  readonly priority?: Matchable<number>;
  /** The name of the Huey. */
  readonly queue?: Matchable<string>;
  readonly id?: Matchable<string>;
  /** Attempts that have ended before. */
  readonly attempt?: Matchable<number>;
  /** Retries left. */
  readonly retries?: Matchable<number>;
  /** The stages of its pipeline that follow, all of them. */
  readonly stages?: readonly StageMatch[];
  /** Where it is now; 'waiting' is in the queue or in the schedule. */
  readonly state?: EnqueuedState | 'waiting';
  /** Anything else. */
  readonly where?: (task: EnqueuedTask) => boolean;
}

/** The same for a task of any arguments. */
export type AnyMatch = Omit<EnqueuedMatch, 'args'> & { readonly args?: unknown };

/** The names of the options above. */
export const MATCH_OPTIONS = [
  'task',
  'args',
  'kwargs',
  'in',
  'delay',
  'at',
  'tolerance',
  'priority',
  'queue',
  'id',
  'attempt',
  'retries',
  'stages',
  'state',
  'where',
] as const;

const STATES: readonly unknown[] = ['queued', 'scheduled', 'running', 'ended', 'waiting'];

/** When a task is to be due: an instant, relative to now, to when it was enqueued, or to nothing. */
interface Due {
  readonly base: 'now' | 'enqueued' | 'epoch';
  readonly offsetMs: number;
  readonly toleranceMs: number;
}

/** The options, checked. */
export interface ResolvedMatch {
  readonly name: string | undefined;
  readonly due: Due | undefined;
  readonly stages: ReadonlyArray<{ readonly name: string; readonly args: unknown }> | undefined;
  /** What is compared with the field of the same name. */
  readonly fields: ReadonlyArray<readonly [name: FieldName, expected: unknown]>;
  readonly state: EnqueuedMatch['state'];
  readonly where: EnqueuedMatch['where'];
}

const FIELDS = ['args', 'kwargs', 'priority', 'queue', 'id', 'attempt', 'retries'] as const;
type FieldName = (typeof FIELDS)[number];

/** Checks what is asked. @throws ConfigurationError naming the option. */
export function resolveMatch(match: AnyMatch, where: string): ResolvedMatch {
  const { args, kwargs, state, task, stages } = match;
  if (args !== undefined && !Array.isArray(args) && !isMatcher(args))
    throw expected('args', 'an array, or a matcher of one', args, 'write args: [first, second]');
  if (kwargs !== undefined && (typeof kwargs !== 'object' || kwargs === null))
    throw expected('kwargs', 'an object, or a matcher of one', kwargs);
  if (state !== undefined && !STATES.includes(state))
    throw expected('state', `one of ${STATES.join(', ')}`, state);
  if (match.where !== undefined) callable('where', match.where);
  return {
    name: task === undefined ? undefined : taskNameOf('task', task),
    due: dueOf(match, where),
    stages: stages?.map((stage, index) => resolveStage(stage, index)),
    fields: FIELDS.filter((name) => match[name] !== undefined).map((name) => [name, match[name]] as const),
    state,
    where: match.where,
  };
}

/** The name that is referred to. @throws ConfigurationError. */
export function taskNameOf(what: string, task: unknown): string {
  if (typeof task === 'string') return nonEmptyString(what, task);
  const name = (task as { readonly taskName?: unknown } | null | undefined)?.taskName;
  if (typeof name === 'string') return name;
  throw expected(what, 'a declared task or its name', task);
}

function resolveStage(stage: StageMatch, index: number) {
  checkOptionNames(stage, ['task', 'args'], `stages[${index}]`);
  return { name: taskNameOf(`stages[${index}].task`, stage.task), args: stage.args };
}

function dueOf(match: AnyMatch, where: string): Due | undefined {
  const asked = (['in', 'delay', 'at'] as const).filter((name) => match[name] !== undefined);
  if (asked.length > 1)
    throw expected(where, `asked for one of \`in\`, \`delay\` and \`at\``, asked.join(' and '));
  const toleranceMs = durationMs('tolerance', match.tolerance ?? '1s');
  const [name] = asked;
  if (name === undefined) return undefined;
  if (name === 'at') return { base: 'epoch', offsetMs: instantMs('at', match.at), toleranceMs };
  const offsetMs = durationMs(name, match[name], { least: -Infinity });
  return { base: name === 'in' ? 'now' : 'enqueued', offsetMs, toleranceMs };
}

/** Every respect in which the task is not what is asked for. */
export function matchDifferences(
  match: ResolvedMatch,
  task: EnqueuedTask,
  now: number,
): readonly Difference[] {
  const found = [
    ...(match.name === undefined ? [] : differences(match.name, task.name, 'task')),
    ...match.fields.flatMap(([name, wanted]) => differences(wanted, task[name], name)),
    ...dueDifferences(match.due, task, now),
    ...stageDifferences(match.stages, task),
    ...stateDifferences(match.state, task),
  ];
  if (found.length > 0 || match.where === undefined || match.where(task)) return found;
  return [
    {
      path: 'where',
      expected: true,
      actual: false,
      texts: ['a task that `where` accepts', 'one that it refuses'],
    },
  ];
}

function dueDifferences(due: Due | undefined, task: EnqueuedTask, now: number): readonly Difference[] {
  if (due === undefined) return [];
  const wanted = wantedAt(due, task.enqueuedAt, now);
  const dueAt = task.dueAt ?? task.enqueuedAt;
  if (Math.abs(dueAt - wanted) <= due.toleranceMs) return [];
  const texts = [dueText(due), task.dueAt === undefined ? 'at once' : actualDueText(due, task, now)] as const;
  return [{ path: 'due', expected: wanted, actual: dueAt, texts }];
}

function wantedAt({ base, offsetMs }: Due, enqueuedAt: number, now: number): number {
  if (base === 'epoch') return offsetMs;
  return (base === 'now' ? now : enqueuedAt) + offsetMs;
}

/** What is asked of the due time, in words: '10s from now, ± 1s'. */
export function dueText({ base, offsetMs, toleranceMs }: Due): string {
  const tolerance = toleranceMs === 0 ? '' : `, ± ${formatDuration(toleranceMs)}`;
  if (base === 'epoch') return `at ${isoText(offsetMs)}${tolerance}`;
  if (base === 'now') return `${distanceText(offsetMs, 0)}${tolerance}`;
  return `${formatDuration(offsetMs)} after it was enqueued${tolerance}`;
}

function actualDueText({ base }: Due, { dueAt, enqueuedAt }: EnqueuedTask, now: number): string {
  const at = dueAt!;
  if (base === 'epoch') return `at ${isoText(at)}`;
  if (base === 'now') return distanceText(at, now);
  return `${formatDuration(at - enqueuedAt)} after it was enqueued`;
}

/** The names of stages, in order. */
export function stagesText(stages: readonly { readonly name: string }[]): string {
  return stages.length === 0 ? 'no stages' : stages.map(({ name }) => name).join(' | ');
}

function stageDifferences(wanted: ResolvedMatch['stages'], { stages }: EnqueuedTask): readonly Difference[] {
  if (wanted === undefined) return [];
  const isSame =
    wanted.length === stages.length && wanted.every(({ name }, index) => name === stages[index]!.name);
  if (!isSame)
    return [
      { path: 'stages', expected: wanted, actual: stages, texts: [stagesText(wanted), stagesText(stages)] },
    ];
  return wanted.flatMap(({ args }, index) =>
    args === undefined ? [] : differences(args, stages[index]!.args, `stages[${index}].args`),
  );
}

function stateDifferences(wanted: ResolvedMatch['state'], { state }: EnqueuedTask): readonly Difference[] {
  const isWaiting = wanted === 'waiting' && (state === 'queued' || state === 'scheduled');
  return wanted === undefined || wanted === state || isWaiting
    ? []
    : [{ path: 'state', expected: wanted, actual: state, texts: [wanted, state] }];
}
