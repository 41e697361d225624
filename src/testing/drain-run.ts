// One drain under way: the queues it empties, the time it has come to, and what has run so far.
import { Scheduler } from '../consumer/scheduler.js';
import type { Engine } from '../engine/engine.js';
import type { Environment } from '../engine/environment.js';
import type { Execution } from '../engine/execute.js';
import { HueyError } from '../errors.js';
import { isoText } from './matching/value-text.js';
import type { Delivery } from '../storage/storage.js';
import { Hand, handEnvironment, isAssertionError } from './hand.js';
import { listWaiting } from './listing.js';
import { Lineage } from './lineage.js';
import type { PerformOutcome } from './perform.js';
import { runWithin } from './scope.js';
import type { TestClock } from './test-clock.js';

/** What to do with what a body throws. */
export type OnDrainError =
  'continue' | 'throw' | ((error: unknown, execution: { readonly name: string }) => unknown);

/** The options, checked, with their defaults. */
export interface ResolvedDrainOptions {
  readonly mayRun: (name: string) => boolean;
  readonly scheduled: boolean;
  readonly untilMs: number | undefined;
  readonly periodic: boolean;
  readonly recursive: boolean;
  readonly limit: number;
  readonly onError: OnDrainError;
}

/** One execution of a drain. */
export interface DrainedExecution {
  readonly queue: string;
  readonly name: string;
  readonly id: string;
  readonly attempt: number;
  readonly args: readonly unknown[];
  /** When it ended, in epoch milliseconds, on the clock that the drain moved. */
  readonly at: number;
  readonly outcome: PerformOutcome;
  /** What the body returned. */
  readonly value: unknown;
  /** What the body threw, or why it did not run. */
  readonly error: unknown;
}

/** What a drain came to. */
export interface Drained {
  /** In the order in which they ran. */
  readonly executions: readonly DrainedExecution[];
  /** How many of them ended in which way. */
  readonly outcomes: Readonly<Partial<Record<PerformOutcome, number>>>;
  /** How many tasks wait in the queue and in the schedule now. */
  readonly left: number;
  /** How far time was moved, in milliseconds; sleeps of the tasks included. */
  readonly elapsedMs: number;
}

/** The drain has no end: tasks enqueue each other, or are retried, for ever. */
export class DrainLimitError extends HueyError {
  override name = 'DrainLimitError';
}

/** One of the queues. */
interface Station {
  readonly engine: Engine;
  readonly environment: Environment;
  readonly hand: Hand;
  readonly scheduler: Scheduler;
}

/** Runs once. */
export class DrainRun {
  readonly #engines: readonly Engine[];
  readonly #options: ResolvedDrainOptions;
  readonly #executions: DrainedExecution[] = [];
  readonly #lineage = new Lineage();
  #stations: readonly Station[] = [];
  /** With `recursive: false`, what may run: what was there at the start, and has not run yet. */
  #chosen: Set<string> | undefined;

  constructor(engines: readonly Engine[], options: ResolvedDrainOptions) {
    this.#engines = engines;
    this.#options = options;
  }

  async run(): Promise<Drained> {
    const environments = new Map(this.#engines.map((engine) => [engine, handEnvironment(engine)]));
    return runWithin(environments, async () => {
      this.#stations = this.#engines.map((engine) => newStation(engine, environments.get(engine)!));
      const unsubscribe = this.#engines.map((engine) => this.#lineage.follow(engine));
      try {
        return await this.#drain();
      } finally {
        for (const stop of unsubscribe) stop();
        for (const { hand } of this.#stations) await hand.close();
      }
    });
  }

  async #drain(): Promise<Drained> {
    const start = this.#now();
    const { untilMs } = this.#options;
    for (const { hand } of this.#stations) await hand.recover();
    if (!this.#options.recursive) this.#chosen = await this.#waitingIds();
    do await this.#runReady();
    while (await this.#moveOn(untilMs === undefined ? Infinity : start + untilMs));
    if (untilMs !== undefined) this.#moveTo(start + untilMs);
    return this.#report(start);
  }

  async #report(start: number): Promise<Drained> {
    const outcomes: Partial<Record<PerformOutcome, number>> = {};
    for (const { outcome } of this.#executions) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    for (const { hand } of this.#stations) await hand.close();
    const left = (await this.#waitingIds()).size;
    return { executions: this.#executions, outcomes, left, elapsedMs: this.#now() - start };
  }

  /** Runs the queues empty, in turns. */
  async #runReady(): Promise<void> {
    for (let found = true; found;) {
      found = false;
      for (const station of this.#stations) {
        const delivery = await station.hand.take();
        if (delivery === undefined) continue;
        found = true;
        await this.#meet(station, delivery);
      }
    }
  }

  async #meet(station: Station, delivery: Delivery): Promise<void> {
    const { id, task } = delivery.item;
    const isChosen = this.#chosen === undefined || this.#chosen.has(id);
    if (!isChosen || !this.#options.mayRun(task)) return station.hand.hold(delivery);
    if (this.#executions.length >= this.#options.limit) {
      station.hand.hold(delivery);
      throw this.#runaway(delivery);
    }
    await this.#run(station, delivery);
  }

  async #run(station: Station, delivery: Delivery): Promise<void> {
    const { hand } = station;
    this.#lineage.enter(delivery.item);
    const ended = await hand.run(delivery);
    const outcome = ended === 'crashed' ? undefined : ended.outcome;
    if (outcome?.kind !== 'postponed') {
      this.#chosen?.delete(delivery.item.id);
      this.#executions.push(executionOf(station, delivery, ended, this.#now()));
    }
    if (ended === 'crashed') {
      await hand.die();
      return hand.recover();
    }
    const error = outcome !== undefined && 'error' in outcome ? outcome.error : undefined;
    const isFailure =
      outcome?.kind === 'raised' || outcome?.kind === 'timed-out' || outcome?.kind === 'undone';
    if (isFailure && isAssertionError(error) && typeof this.#options.onError !== 'function') {
      hand.hold(delivery);
      throw error;
    }
    await hand.settle(ended);
    if (isFailure) await this.#tellOf(error, delivery.item.task);
  }

  async #tellOf(error: unknown, name: string): Promise<void> {
    const { onError } = this.#options;
    if (onError === 'throw') throw error;
    if (typeof onError === 'function') await onError(error, { name });
  }

  /** Moves time to whatever comes next; false if nothing does before the end. */
  async #moveOn(end: number): Promise<boolean> {
    const now = this.#now();
    const { scheduled, periodic } = this.#options;
    const dues = scheduled ? await Promise.all(this.#stations.map((one) => this.#nextDueAt(one))) : [];
    const ticks = periodic ? this.#stations.map((one) => this.#nextTickAt(one, now)) : [];
    const next = Math.min(...dues, ...ticks);
    if (next > end || next === Infinity) return false;
    this.#moveTo(next);
    const at = this.#now();
    for (const { scheduler } of this.#stations) {
      if (scheduled) await scheduler.moveDue(at);
      if (periodic && Math.min(...ticks) <= at) await scheduler.enqueuePeriodic(at);
    }
    return true;
  }

  /** What may not run is handed over when something else is, but is no reason to move time. */
  async #nextDueAt({ engine }: Station): Promise<number> {
    const scheduled = await engine.storage.scheduled();
    const first = scheduled.find(
      ({ item }) =>
        this.#options.mayRun(item.task) && (this.#chosen === undefined || this.#chosen.has(item.id)),
    );
    return first?.dueAt ?? Infinity;
  }

  #nextTickAt({ engine }: Station, now: number): number {
    const tasks = engine.registry.periodic().filter(({ name }) => this.#options.mayRun(name));
    return Math.min(...tasks.map(({ schedule }) => schedule.next(now) ?? Infinity));
  }

  #now(): number {
    return this.#engines[0]!.now();
  }

  #moveTo(at: number): void {
    for (const { environment } of this.#stations) (environment.runtime.clock as TestClock).moveTo(at);
  }

  async #waitingIds(): Promise<Set<string>> {
    const listings = await Promise.all(this.#engines.map((engine) => listWaiting(engine)));
    return new Set(listings.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  }

  #runaway({ item }: Delivery): DrainLimitError {
    const { limit } = this.#options;
    return new DrainLimitError(
      `expected the queue to be empty after ${limit} executions, got another ${item.task} at ${isoText(this.#now())}: ` +
        `${this.#lineage.chainText(item)}; raise \`limit\` if so many are meant, give a deadline with \`until\`, ` +
        'or leave what they enqueue with `recursive: false`',
    );
  }
}

function newStation(engine: Engine, environment: Environment): Station {
  const hand = new Hand(engine, environment);
  return { engine, environment, hand, scheduler: new Scheduler(engine, { lease: hand.lease }) };
}

function executionOf(
  { engine }: Station,
  { item }: Delivery,
  ended: Execution | 'crashed',
  at: number,
): DrainedExecution {
  const outcome = ended === 'crashed' ? undefined : ended.outcome;
  const task = ended === 'crashed' ? engine.codec.decode(item).task : ended.task;
  return {
    queue: engine.options.name,
    name: item.task,
    id: item.id,
    attempt: task?.attempt ?? 0,
    args: task?.args ?? [],
    at,
    outcome: outcome?.kind ?? 'crashed',
    value: outcome?.kind === 'returned' ? outcome.value : undefined,
    error: outcome !== undefined && 'error' in outcome ? outcome.error : undefined,
  };
}
