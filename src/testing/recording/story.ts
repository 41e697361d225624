// A recording task by task: what happened to each, in order, as it is compared. What only the machine decides is taken
// out: when the caller learned that a task was enqueued, and attempts whose worker died or was stopped.
import type { Wire } from '../../model/message.js';
import type { Signal } from '../../model/signals.js';
import { Labels } from './labels.js';
import { REDACTED, type RecordingEvent } from './recording-event.js';

/** One thing that happened to a task. */
export interface Step {
  readonly at: number;
  /** A signal, or `arguments`, or `result`. */
  readonly op: Signal | 'arguments' | 'result';
  readonly attempt: number;
  /** The error as text, or the value as plain JSON. */
  readonly value?: unknown;
  /** It was redacted, so its value says nothing. */
  readonly redacted: boolean;
}

/** What happened to one task. */
export interface TaskStory {
  readonly label: string;
  readonly name: string;
  /** By which task it was enqueued, by its label. */
  readonly by?: string;
  /** The minute of a tick. */
  readonly minute?: number;
  readonly steps: readonly Step[];
  /** Whether it came to its end. */
  readonly hasEnded: boolean;
}

interface Draft {
  readonly label: string;
  name: string;
  by?: string;
  minute?: number;
  redacted: boolean;
  attempt: number;
  readonly steps: Step[];
}

/** How long the body of an attempt ran. */
export interface Stretch {
  readonly ms: number;
  /** It did not end by itself. */
  readonly isCut: boolean;
}

const ENDS: readonly Signal[] = [
  'complete',
  'error',
  'timeout',
  'locked',
  'rate-limited',
  'canceled',
  'revoked',
  'expired',
];

/** Events are added one by one, and may be: a run that is under way has a story, too. */
export class Story {
  readonly labels = new Labels();
  readonly #drafts = new Map<string, Draft>();
  readonly #stretches = new Map<string, Stretch>();
  readonly #begun = new Map<string, number>();

  add(event: RecordingEvent): void {
    this.labels.add(event);
    this.#tell(event);
  }

  /** The story of events that may tell of a task before they tell who enqueued it: answers overtake each other. */
  static of(events: readonly RecordingEvent[]): Story {
    const story = new Story();
    story.labels.addAll(events);
    for (const event of events) story.#tell(event);
    return story;
  }

  #tell(event: RecordingEvent): void {
    switch (event.kind) {
      case 'enqueued':
      case 'arrived':
        return this.#enqueued(event);
      case 'tick': {
        const draft = this.#draft(event.id, event.name);
        draft.minute = event.minute;
        return;
      }
      case 'signal':
        return this.#signalled(event);
      case 'result': {
        const draft = this.#draft(event.id, '');
        const redacted = event.redacted === true || draft.redacted;
        draft.steps.push({
          at: event.at,
          op: 'result',
          attempt: draft.attempt,
          value: event.value,
          redacted,
        });
        return;
      }
      default:
    }
  }

  /** How long the body of an attempt ran, by the label of its task; undefined if its end was not recorded. */
  stretchOf(label: string, attempt: number): Stretch | undefined {
    return this.#stretches.get(`${label} ${attempt}`);
  }

  /** Every task, in the order in which it was first heard of. */
  tasks(): readonly TaskStory[] {
    return [...this.#drafts.values()].map(finished);
  }

  #enqueued(event: Extract<RecordingEvent, { kind: 'enqueued' | 'arrived' }>): void {
    const by = event.kind === 'enqueued' ? event.by : undefined;
    for (const { chain } of event.work) {
      const redacted = event.redacted === true;
      for (const wire of chain) this.#introduce(wire, redacted);
      const [head] = chain;
      const draft = this.#draft(String(head!['id']), String(head!['task']));
      if (by === undefined || draft.by !== undefined) continue;
      draft.by = this.labels.of(by.id);
      const value =
        head!['kwargs'] === undefined ? head!['args'] : [...(head!['args'] as unknown[]), head!['kwargs']];
      draft.steps.push({ at: event.at, op: 'arguments', attempt: 0, value, redacted });
    }
  }

  #introduce(wire: Wire, redacted: boolean): void {
    const draft = this.#draft(String(wire['id']), String(wire['task']));
    draft.redacted ||= redacted;
    for (const handler of (wire['onError'] as readonly Wire[] | undefined) ?? [])
      this.#introduce(handler, redacted);
  }

  #signalled({
    at,
    signal,
    id,
    name,
    attempt,
    error,
    redacted,
  }: Extract<RecordingEvent, { kind: 'signal' }>): void {
    const draft = this.#draft(id, name);
    const place = `${draft.label} ${attempt}`;
    if (signal === 'executing') {
      draft.attempt = attempt;
      this.#begun.set(place, at);
    }
    const begun = this.#begun.get(place);
    if (begun !== undefined && signal !== 'executing' && !this.#stretches.has(place))
      this.#stretches.set(place, { ms: at - begun, isCut: signal === 'timeout' });
    draft.steps.push({
      at,
      op: signal,
      attempt,
      ...(error !== undefined && { value: error }),
      redacted: redacted === true || (error !== undefined && draft.redacted),
    });
  }

  #draft(id: string, name: string): Draft {
    const label = this.labels.of(id);
    let draft = this.#drafts.get(label);
    if (draft === undefined)
      this.#drafts.set(label, (draft = { label, name, redacted: false, attempt: 0, steps: [] }));
    if (draft.name === '') draft.name = name;
    return draft;
  }
}

function finished({ label, name, by, minute, steps }: Draft): TaskStory {
  const told = inOrder(steps);
  const last = told.findLast(({ op }) => op !== 'result' && op !== 'arguments');
  return {
    label,
    name,
    ...(by !== undefined && { by }),
    ...(minute !== undefined && { minute }),
    steps: told,
    hasEnded: last !== undefined && (ENDS as readonly string[]).includes(last.op),
  };
}

/** Leaves out what began and did not end: its worker died, or was stopped, and the attempt began again. */
function withoutLostRuns(group: readonly Step[]): readonly Step[] {
  return group.filter(({ op }, index) => {
    if (op === 'interrupted') return false;
    if (op !== 'executing') return true;
    const next = group.slice(index + 1).find((one) => one.op !== 'enqueued' && one.op !== 'result');
    return next !== undefined && next.op !== 'executing' && next.op !== 'interrupted';
  });
}

/** Attempt by attempt: the next may begin before the end of one is told of. Who enqueues a task may learn of it later than the worker that has taken it: that goes first. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  const attempts = new Map<number, Step[]>();
  for (const step of steps) attempts.set(step.attempt, [...(attempts.get(step.attempt) ?? []), step]);
  return [...attempts]
    .sort(([a], [b]) => a - b)
    .flatMap(([, group]) => withoutLateNews(withoutLostRuns(group)));
}

function withoutLateNews(group: readonly Step[]): readonly Step[] {
  const given = group.filter(({ op }) => op === 'arguments');
  const told = group.filter(({ op }) => op !== 'arguments');
  for (let index = 0; index < told.length; index += 1) {
    if (told[index]!.op !== 'executing' || told[index - 1]?.op === 'enqueued') continue;
    const late = told.findIndex(({ op }, other) => other > index && op === 'enqueued');
    if (late !== -1) told.splice(index, 0, ...told.splice(late, 1));
  }
  return [...given, ...told];
}

/** Whether two steps are the same but for when they happened. */
export function isSameStep(recorded: Step, replayed: Step): boolean {
  if (recorded.op !== replayed.op || recorded.attempt !== replayed.attempt) return false;
  return recorded.redacted || isSameValue(recorded.value, replayed.value);
}

/** Compares plain JSON; what was redacted by a path is equal to anything. */
function isSameValue(recorded: unknown, replayed: unknown): boolean {
  if (recorded === REDACTED || Object.is(recorded, replayed)) return true;
  if (typeof recorded !== 'object' || typeof replayed !== 'object' || recorded === null || replayed === null)
    return false;
  if (Array.isArray(recorded) !== Array.isArray(replayed)) return false;
  const names = new Set([...Object.keys(recorded), ...Object.keys(replayed)]);
  return [...names].every(
    (name) =>
      Object.hasOwn(recorded, name) &&
      Object.hasOwn(replayed, name) &&
      isSameValue((recorded as Wire)[name], (replayed as Wire)[name]),
  );
}
