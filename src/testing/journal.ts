// What has happened to the tasks of one environment while somebody kept a journal of it: each signal with its instant,
// and each task with where it was last seen. Journals of different environments share nothing.
import type { Engine } from '../engine/engine.js';
import { type Signal } from '../model/signals.js';
import type { Task } from '../model/task.js';
import { type EnqueuedState, type EnqueuedTask, enqueuedTask } from './matching/enqueued-task.js';
import { whereabouts } from './whereabouts.js';

/** Something that happened to a task. */
export interface JournalEvent {
  /** In epoch milliseconds, on the clock of the environment. */
  readonly at: number;
  readonly signal: Signal;
  readonly task: Task;
  /** What the task failed with, for the signal `error`. */
  readonly error?: unknown;
}

const STATE_AFTER: Partial<Record<Signal, EnqueuedState>> = {
  enqueued: 'queued',
  interrupted: 'queued',
  scheduled: 'scheduled',
  executing: 'running',
};

/** Journals that are kept, oldest first. */
const kept = new Map<Engine, Journal[]>();

/** States: open -> closed. Closing twice does nothing more; what was written stays. */
export class Journal {
  readonly #engine: Engine;
  readonly #queue: string;
  readonly #isHere: () => boolean;
  readonly #events: JournalEvent[] = [];
  readonly #tasks = new Map<string, EnqueuedTask>();
  readonly #listeners = new Set<() => void>();

  /** Opens a journal of the environment that the engine has here and now. */
  constructor(engine: Engine) {
    this.#engine = engine;
    this.#queue = engine.options.name;
    this.#isHere = whereabouts(engine);
    engine.signals.connect(this.#write, []);
    kept.set(engine, [...(kept.get(engine) ?? []), this]);
  }

  /** Everything that happened, in order; of one task, or of one instance, if named. */
  events(of: { readonly name?: string; readonly id?: string } = {}): readonly JournalEvent[] {
    const { name, id } = of;
    if (name === undefined && id === undefined) return this.#events;
    return this.#events.filter(
      ({ task }) => (name === undefined || task.name === name) && (id === undefined || task.id === id),
    );
  }

  /** Every task that was enqueued, in the order in which it first was, as it was last seen. */
  tasks(): readonly EnqueuedTask[] {
    return [...this.#tasks.values()];
  }

  /** Calls back after each event; returns how to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether it is about the environment that the engine has here and now. */
  get isHere(): boolean {
    return this.#isHere();
  }

  close(): void {
    const journals = kept.get(this.#engine)?.filter((one) => one !== this) ?? [];
    if (journals.length > 0) kept.set(this.#engine, journals);
    else kept.delete(this.#engine);
    this.#engine.signals.disconnect(this.#write, []);
  }

  readonly #write = (signal: Signal, task: Task, error?: unknown): void => {
    if (!this.isHere) return;
    const at = this.#engine.now();
    this.#events.push({ at, signal, task, ...(error !== undefined && { error }) });
    const before = this.#tasks.get(task.id);
    const state = STATE_AFTER[signal] ?? 'ended';
    if (before !== undefined || signal === 'enqueued')
      this.#tasks.set(
        task.id,
        enqueuedTask(task, { queue: this.#queue, state, enqueuedAt: before?.enqueuedAt ?? at }),
      );
    for (const listener of this.#listeners) listener();
  };
}

/** The journal that reaches back the furthest of those kept of the engine's environment here and now. */
export function journalOf(engine: Engine): Journal | undefined {
  return kept.get(engine)?.find(({ isHere }) => isHere);
}

/** All journals that are kept of environments in which their engines live here and now, oldest first. */
export function journalsHere(): readonly Journal[] {
  return [...kept.values()].flat().filter(({ isHere }) => isHere);
}
