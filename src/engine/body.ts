// Runs the body of one task, and makes an outcome of whatever comes of it: a value, an error, a timeout, or that the
// worker was told to stop.
import { isCancelExecution, isHueyError, isRetryTask, type RetryTask, TaskTimeout } from '../errors.js';
import type { Outcome } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import type { Awaitable } from '../storage/storage.js';
import { isThenable } from '../thenable.js';
import { durationMs, instantMs } from '../time.js';
import { TaskContext } from './context.js';
import type { Engine } from './engine.js';
import type { Environment } from './environment.js';
import type { Interruptible, Place } from './executing.js';
import type { Definition, TaskBody } from './registry.js';

/**
 * Calls the body, and `end` with its outcome, once; answers with what `end` returns: at once, if the body does. It goes
 * on from within rather than be awaited, as most of what a short task costs is the number of promises on its way.
 * @param stop Aborts when the worker is told to stop at once.
 */
export function runBody<T>(
  engine: Engine,
  definition: Definition,
  task: Task,
  stop: AbortSignal | undefined,
  end: (outcome: Outcome) => T,
): Awaitable<T> {
  return new RunningBody(engine.environment, definition, task, stop, end).run(definition.body);
}

/**
 * A body from its beginning until it ends, its timeout is reached, or the worker is told to stop. One that is waited for
 * no longer goes on by itself, as nothing in JavaScript can end it; what becomes of it is ignored.
 */
class RunningBody<T> implements Interruptible {
  readonly #environment: Environment;
  readonly #place: Place;
  readonly #context: TaskContext | undefined;
  readonly #startedAt: number;
  readonly #end: (outcome: Outcome) => T;
  #cancelTimer: (() => void) | undefined;
  #resolve: ((end: T) => void) | undefined;

  constructor(
    environment: Environment,
    definition: Definition,
    task: Task,
    stop: AbortSignal | undefined,
    end: (outcome: Outcome) => T,
  ) {
    const { clock } = environment.runtime;
    this.#environment = environment;
    this.#place = environment.executing.join(task, stop);
    this.#context = definition.options.context ? new TaskContext(task, clock, stop) : undefined;
    this.#startedAt = hasTimeout(task) ? clock.monotonic() : 0;
    this.#end = end;
  }

  run(body: TaskBody): Awaitable<T> {
    let answer: unknown;
    try {
      answer = call(body, this.#context, this.#place.task);
    } catch (error) {
      return this.#leave(failureOf(error, this.#place.stop));
    }
    if (!isThenable(answer)) return this.#leave({ kind: 'returned', value: answer });
    return this.#wait(Promise.resolve(answer));
  }

  /** Waits no longer: the worker was told to stop. */
  interrupt(): void {
    this.#fail(this.#place.stop?.reason);
  }

  #wait(answer: Promise<unknown>): Promise<T> {
    const { task } = this.#place;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#place.waiting = this;
      void answer.then(
        (value) => this.#finish({ kind: 'returned', value }),
        (error: unknown) => this.#fail(error),
      );
      if (hasTimeout(task))
        this.#cancelTimer = this.#environment.runtime.clock.timer(this.#remainingMs(task.timeoutMs), () => {
          const expired = new TaskTimeout(task.timeoutMs);
          this.#context?.abort(expired);
          this.#fail(expired);
        });
    });
  }

  #fail(error: unknown): void {
    this.#finish(failureOf(error, this.#place.stop));
  }

  /** Whatever comes first counts. */
  #finish(outcome: Outcome): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(this.#leave(outcome));
  }

  #leave(outcome: Outcome): T {
    this.#cancelTimer?.();
    this.#context?.dispose();
    this.#environment.executing.leave(this.#place);
    return this.#end(outcome);
  }

  #remainingMs(timeoutMs: number): number {
    return this.#startedAt + timeoutMs - this.#environment.runtime.clock.monotonic();
  }
}

/** As in huey, zero is no timeout. */
function hasTimeout(task: Task): task is Task & { readonly timeoutMs: number } {
  return task.timeoutMs !== undefined && task.timeoutMs > 0;
}

/** Whether the worker was told to stop. */
export function isTold(stop: AbortSignal | undefined): boolean {
  return stop?.aborted === true;
}

function call(body: TaskBody, context: TaskContext | undefined, task: Task): unknown {
  const run = body as (...args: unknown[]) => unknown;
  const { args, kwargs } = task;
  if (context === undefined) return kwargs === undefined ? run(...args) : run(...args, kwargs);
  return kwargs === undefined ? run(context, ...args) : run(context, ...args, kwargs);
}

/** What an error thrown by a body means. */
function failureOf(error: unknown, stop: AbortSignal | undefined): Outcome {
  if (isTold(stop) && error === stop?.reason) return { kind: 'interrupted' };
  if (isRetryTask(error)) return retryAsked(error);
  if (isCancelExecution(error)) return { kind: 'canceled', error };
  if (isHueyError(error, 'TaskTimeout')) return { kind: 'timed-out', error };
  if (isHueyError(error, 'TaskLockedException')) return { kind: 'locked', error };
  if (isHueyError(error, 'RateLimitExceeded')) return { kind: 'rate-limited', error };
  return { kind: 'raised', error };
}

/** A request for a retry at a time that is none fails the task with the reason. */
function retryAsked(error: RetryTask): Outcome {
  try {
    if (error.delay !== undefined) durationMs('delay', error.delay);
    if (error.eta !== undefined) instantMs('eta', error.eta);
    return { kind: 'retry-asked', error };
  } catch (reason) {
    return { kind: 'raised', error: reason };
  }
}
