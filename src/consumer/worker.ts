// Takes deliveries one at a time and runs them. Each tick settles what the tick before has run and takes the next in
// the same round trip, so nothing is announced before it is stored, and nothing is taken that could not be run.
// States: idle -> started -> stopped. A worker that found nothing asks to be woken later and later, until it finds work.
import { expected, integer } from '../check.js';
import { announce } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { execute, type ExecuteOptions, type Execution } from '../engine/execute.js';
import { runLifecycle } from '../engine/hooks.js';
import type { Delivery } from '../storage/storage.js';
import { type Duration, durationMs } from '../time.js';
import { DEFAULT_LEASE_TTL } from './lease-keeper.js';

export interface WorkerOptions {
  /** Pause after the first look that found nothing. Default 100ms. */
  readonly initialDelay?: Duration;
  /** What the pause is multiplied by after each further look that found nothing; at least 1. Default 1.15. */
  readonly backoff?: number;
  /** The longest pause. Default 10s. */
  readonly maxDelay?: Duration;
  /** Ask to be replaced after so many tasks. Default: never. */
  readonly maxTasks?: number;
  /** Under which lease deliveries are held. */
  readonly lease: string;
  /** Keeps the lease this long with each turn. Default 30s. */
  readonly leaseTtl?: Duration;
  /** Told of every execution when it is settled. */
  readonly onSettled?: (execution: Execution) => void;
}

interface ResolvedWorkerOptions {
  readonly initialDelayMs: number;
  readonly backoff: number;
  readonly maxDelayMs: number;
  readonly maxTasks: number;
  readonly lease: string;
  readonly leaseTtlMs: number;
  readonly onSettled: ((execution: Execution) => void) | undefined;
}

export class Worker {
  readonly #engine: Engine;
  readonly #options: ResolvedWorkerOptions;
  #ended: Execution | undefined;
  #delayMs: number;
  #tasks = 0;
  #idle = false;

  constructor(engine: Engine, options: WorkerOptions) {
    this.#engine = engine;
    this.#options = resolveWorkerOptions(options);
    this.#delayMs = this.#options.initialDelayMs;
  }

  /** Whether it has run as many tasks as it may; its owner replaces it. */
  get isSpent(): boolean {
    return this.#tasks >= this.#options.maxTasks;
  }

  /** Whether the last look found nothing. */
  get isIdle(): boolean {
    return this.#idle;
  }

  /** Whether it has run a task whose end is not stored yet. */
  get isHolding(): boolean {
    return this.#ended !== undefined;
  }

  /** Runs the startup hooks. */
  async start(): Promise<void> {
    await runLifecycle(this.#engine.hooks.startup, 'onStartup', this.#engine.runtime.logger);
  }

  /** Settles what has ended, then runs the shutdown hooks. */
  async stop(): Promise<void> {
    await this.flush();
    await runLifecycle(this.#engine.hooks.shutdown, 'onShutdown', this.#engine.runtime.logger);
  }

  /**
   * Settles the execution before, takes the next delivery and runs it. Returns when to call it next, in epoch
   * milliseconds: at once after work, later and later without.
   */
  async tick(now: number, options: ExecuteOptions = {}): Promise<number> {
    const [delivery] = await this.#turn(now, 1);
    this.#idle = delivery === undefined;
    if (delivery === undefined) return now + this.#pauseMs();
    const execution = await execute(this.#engine, delivery, { lease: this.#options.lease, ...options });
    this.#ended = execution;
    // Whoever drives the worker knows how to wait for a storage that is away; the delivery goes back meanwhile.
    if (execution.outcome.kind === 'undone') throw execution.outcome.error;
    if (execution.task === undefined) return this.#afterUnreadable();
    this.#tasks += 1;
    this.#delayMs = this.#options.initialDelayMs;
    return this.#engine.now();
  }

  /** An unreadable message is buried at once; the pause after it must not keep it from view. */
  async #afterUnreadable(): Promise<number> {
    await this.flush();
    return this.#engine.now() + this.#pauseMs();
  }

  /** Settles the last execution without taking another. */
  async flush(): Promise<void> {
    if (this.#ended !== undefined) await this.#turn(this.#engine.now(), 0);
  }

  async #turn(now: number, take: number): Promise<readonly Delivery[]> {
    const engine = this.#engine;
    const ended = this.#ended;
    const answer = engine.storage.turn({
      settled: ended === undefined ? [] : [ended.settlement],
      take,
      lease: this.#options.lease,
      leaseUntil: now + this.#options.leaseTtlMs,
      now,
      deliver: engine.immediate,
    });
    const { settled, deliveries } = 'then' in answer ? await answer : answer;
    if (ended === undefined) return deliveries;
    this.#ended = undefined;
    const told = announce(engine, { announcements: ended.announcements, result: settled[0]! });
    if (told !== undefined) await told;
    this.#options.onSettled?.(ended);
    return deliveries;
  }

  #pauseMs(): number {
    const pauseMs = Math.min(this.#delayMs, this.#options.maxDelayMs);
    this.#delayMs = Math.min(pauseMs * this.#options.backoff, this.#options.maxDelayMs);
    return pauseMs;
  }
}

function resolveWorkerOptions(options: WorkerOptions): ResolvedWorkerOptions {
  const { backoff = 1.15, initialDelay = '100ms', maxDelay = '10s', maxTasks } = options;
  if (!(Number.isFinite(backoff) && backoff >= 1))
    throw expected('backoff', 'a number of at least 1', backoff);
  return {
    initialDelayMs: durationMs('initialDelay', initialDelay, { least: 1 }),
    backoff,
    maxDelayMs: durationMs('maxDelay', maxDelay, { least: 1 }),
    maxTasks: maxTasks === undefined ? Infinity : integer('maxTasks', maxTasks, 1, 1),
    lease: options.lease,
    leaseTtlMs: durationMs('leaseTtl', options.leaseTtl ?? DEFAULT_LEASE_TTL, { least: 1 }),
    onSettled: options.onSettled,
  };
}
