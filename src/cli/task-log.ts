// What becomes of tasks, as lines of the log: a subscriber of the signals that adds how long things took. The words are
// huey's.
import type { Engine } from '../engine/engine.js';
import type { SignalHandler } from '../engine/signal-bus.js';
import type { Signal } from '../model/signals.js';
import type { Task } from '../model/task.js';
import type { Level } from './log-record.js';
import type { Log } from './log.js';
import { stamp } from './when.js';

/** How much was done since the start, for whoever asks. */
export interface TaskCounts {
  readonly executed: number;
  readonly failed: number;
  readonly interrupted: number;
  /** How many run now. */
  readonly running: number;
}

/** Turns signals into lines, and counts. */
export class TaskLog {
  readonly #engine: Engine;
  readonly #log: Log;
  /** When each running task began, by the clock that never jumps. */
  readonly #began = new Map<string, number>();
  #executed = 0;
  #failed = 0;
  #interrupted = 0;

  constructor(engine: Engine, log: Log) {
    this.#engine = engine;
    this.#log = log;
  }

  /** Hears a signal; hand it to whoever sends them. */
  readonly hear: SignalHandler = (signal, task, error) => this.#hear(signal, task, error);

  get counts(): TaskCounts {
    return {
      executed: this.#executed,
      failed: this.#failed,
      interrupted: this.#interrupted,
      running: this.#began.size,
    };
  }

  #hear(signal: Signal, task: Task, error: unknown): void {
    if (signal === 'executing') this.#began.set(task.id, this.#engine.runtime.clock.monotonic());
    const took = ENDS.has(signal) ? this.#end(task) : undefined;
    if (signal === 'complete') this.#executed += 1;
    if (signal === 'error') this.#failed += 1;
    if (signal === 'interrupted') this.#interrupted += 1;
    const [level, message] = this.#words(signal, task, took);
    const seconds = took === undefined ? {} : { duration: took / 1000 };
    const fields = { event: signal, task: task.name, id: task.id, attempt: task.attempt, ...seconds };
    this.#log.line(level, 'huey', message, { fields, ...(error !== undefined && { error }) });
  }

  /** In milliseconds; undefined if it never began, as one that was revoked. */
  #end(task: Task): number | undefined {
    const began = this.#began.get(task.id);
    this.#began.delete(task.id);
    return began === undefined ? undefined : this.#engine.runtime.clock.monotonic() - began;
  }

  #words(signal: Signal, task: Task, took: number | undefined): readonly [Level, string] {
    const name = nameOf(task);
    switch (signal) {
      case 'enqueued':
        return this.#isTick(task)
          ? ['INFO', `Enqueueing periodic task ${name}.`]
          : ['DEBUG', `Enqueued ${name}`];
      case 'scheduled':
        return [
          'INFO',
          `Adding ${name} to schedule${task.eta === undefined ? '' : `, due ${stamp(task.eta)}`}`,
        ];
      case 'executing':
        return ['INFO', `Executing ${name}`];
      case 'complete':
        return ['INFO', `${name} executed in ${((took ?? 0) / 1000).toFixed(3)}s`];
      case 'error':
        return ['ERROR', `Unhandled exception in task ${name}.`];
      case 'retrying':
        return ['INFO', `Requeueing ${name}, ${task.retries} retries left`];
      case 'interrupted':
        return ['WARNING', `Received exit signal, task ${name} did not finish.`];
      default:
        return ['WARNING', `Task ${name} ${MISFORTUNES[signal]}`];
    }
  }

  /** A periodic task that nobody called: its schedule did. */
  #isTick({ name, attempt, args }: Task): boolean {
    const { registry } = this.#engine;
    return (
      attempt === 0 && args.length === 0 && registry.has(name) && registry.get(name).schedule !== undefined
    );
  }
}

/** After these the task runs no longer. */
const ENDS: ReadonlySet<Signal> = new Set<Signal>([
  'complete',
  'error',
  'retrying',
  'canceled',
  'interrupted',
  'locked',
  'rate-limited',
  'timeout',
]);

const MISFORTUNES = {
  revoked: 'was revoked, not executing.',
  canceled: 'raised CancelExecution, canceling.',
  expired: 'expired, not executing.',
  locked: 'not executed, unable to acquire lock.',
  'rate-limited': 'not executed, its rate limit is used up.',
  timeout: 'ran longer than its timeout.',
} as const;

function nameOf({ name, id, priority }: Task): string {
  return `${name}: ${id}${priority === undefined ? '' : ` p=${priority}`}`;
}
