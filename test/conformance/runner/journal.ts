// What happens during a step, in order: signals as they are sent, bodies, hooks and handlers as they start, inner
// steps as they end.
import type { SignalBus } from '../../../src/engine/signal-bus.js';
import type { Signal } from '../../../src/model/signals.js';
import type { Task } from '../../../src/model/task.js';
import { CorpusError, type Json, type JsonObject } from './corpus.js';
import { tellError } from './error-values.js';
import { plainNumber } from './plain-number.js';
import type { PlayClock } from './play-clock.js';

/** More than any step can mean to do. */
const MOST_EVENTS = 10_000;

export class Journal {
  readonly #clock: PlayClock;
  #events: Json[] = [];

  constructor(clock: PlayClock) {
    this.#clock = clock;
  }

  /** Notes every signal before any handler hears of it. */
  listen(signals: SignalBus): void {
    const emit = signals.emit.bind(signals);
    // A bus that nobody listens to is not asked to tell anything.
    signals.connect(() => {}, []);
    signals.emit = async (signal, task, error, logger) => {
      this.note(signal, task, this.#particulars(signal, task, error));
      await emit(signal, task, error, logger);
    };
  }

  /** Notes an event; without a task it is a worker's. */
  note(kind: string, task: Task | undefined, extra?: JsonObject): void {
    if (this.#events.length === MOST_EVENTS)
      throw new CorpusError('a step never ends: too much happens in it');
    const event = [kind, task?.name ?? null, task?.id ?? null, this.#clock.seconds];
    this.#events.push(extra === undefined ? event : [...event, extra]);
  }

  noteRaised(kind: string, task: Task | undefined, error: unknown): void {
    this.note(kind, task, { raises: tellError(error) });
  }

  /** The events since the last time, oldest first. */
  take(): readonly Json[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #particulars(signal: Signal, task: Task, error: unknown): JsonObject | undefined {
    if (signal === 'error') return { error: tellError(error) };
    if (signal === 'retrying') return { retries: plainNumber(task.retries) };
    if (signal !== 'scheduled') return undefined;
    return { eta: task.eta === undefined ? null : this.#clock.secondsAt(task.eta) };
  }
}
