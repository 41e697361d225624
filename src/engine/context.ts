// What a body can learn of its own execution: who it is, how much time is left, whether it should stop.
import { TaskTimeout } from '../errors.js';
import type { Task } from '../model/task.js';
import type { Clock } from '../runtime.js';
import { type Duration, durationMs } from '../time.js';

/** The first argument of a body that was declared with `context: true`. */
export class TaskContext {
  readonly task: Task;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #stop: AbortSignal | undefined;
  #controller: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #unlisten: (() => void) | undefined;

  constructor(task: Task, clock: Clock, stop: AbortSignal | undefined) {
    this.task = task;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#stop = stop;
  }

  get id(): string {
    return this.task.id;
  }

  get name(): string {
    return this.task.name;
  }

  /** The named arguments; empty if there are none. */
  get kwargs(): Readonly<Record<string, unknown>> {
    return this.task.kwargs ?? {};
  }

  /** Retries left. */
  get retries(): number {
    return this.task.retries;
  }

  /** Attempts that have ended before this one. */
  get attempt(): number {
    return this.task.attempt;
  }

  get priority(): number | undefined {
    return this.task.priority;
  }

  /** The timeout in seconds; undefined without one. */
  get timeout(): number | undefined {
    const { timeoutMs } = this.task;
    return timeoutMs === undefined ? undefined : timeoutMs / 1000;
  }

  /** The instant, on the runtime's clock: virtual in a simulation, where the ambient Date is not. */
  get now(): Date {
    return new Date(this.#clock.now());
  }

  /** Seconds left until the timeout, at least 0; undefined without one. */
  get timeRemaining(): number | undefined {
    const remainingMs = this.#remainingMs();
    return remainingMs === undefined ? undefined : Math.max(0, remainingMs) / 1000;
  }

  /** Whether the timeout has been reached. */
  get isTimedOut(): boolean {
    const remainingMs = this.#remainingMs();
    return remainingMs !== undefined && remainingMs <= 0;
  }

  /** Call it at points where the body can stop. @throws TaskTimeout once the timeout has been reached. */
  checkTimeout(): void {
    if (this.isTimedOut) throw new TaskTimeout(this.task.timeoutMs!);
  }

  /**
   * Aborts when the timeout is reached (the reason is a TaskTimeout) or the worker is told to stop. Hand it to fetch
   * and the like; what they throw then ends the task as timed out or interrupted.
   */
  get signal(): AbortSignal {
    this.#controller ??= this.#arm();
    return this.#controller.signal;
  }

  /**
   * Waits on the clock that drives the task: real time in production and in immediate mode, virtual time in a
   * simulation. Ends early when `signal` aborts.
   * @throws the reason of `signal` (a TaskTimeout, or what the worker was stopped with) once it has aborted;
   * ConfigurationError if the duration is none.
   */
  async sleep(duration: Duration): Promise<void> {
    const delayMs = durationMs('duration', duration);
    const { signal } = this;
    signal.throwIfAborted();
    await this.#clock.sleep(delayMs, signal);
    signal.throwIfAborted();
  }

  /** Tells the body, if it listens or still asks, that nobody waits for it any more. */
  abort(reason: unknown): void {
    (this.#controller ??= new AbortController()).abort(reason);
  }

  /** Lets go of the timer behind `signal`; the engine calls it when the body has ended. */
  dispose(): void {
    this.#cancelTimer?.();
    this.#unlisten?.();
  }

  #arm(): AbortController {
    const controller = new AbortController();
    const remainingMs = this.#remainingMs();
    const expire = (): void => controller.abort(new TaskTimeout(this.task.timeoutMs!));
    if (remainingMs !== undefined && remainingMs <= 0) expire();
    else if (remainingMs !== undefined) this.#cancelTimer = this.#clock.timer(remainingMs, expire);
    this.#followStop(controller);
    return controller;
  }

  #followStop(controller: AbortController): void {
    const stop = this.#stop;
    if (stop === undefined) return;
    const abort = (): void => controller.abort(stop.reason);
    if (stop.aborted) return abort();
    stop.addEventListener('abort', abort, { once: true });
    this.#unlisten = () => stop.removeEventListener('abort', abort);
  }

  #remainingMs(): number | undefined {
    const { timeoutMs } = this.task;
    // As in huey, a timeout of zero is no timeout.
    return timeoutMs === undefined || timeoutMs === 0
      ? undefined
      : this.#startedAt + timeoutMs - this.#clock.monotonic();
  }
}
