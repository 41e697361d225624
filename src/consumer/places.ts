// The places of a pump: each has a runner, runs one delivery at a time, and gets a new runner when the old one has run
// as many tasks as it may, or has died. States of a place: starting -> free -> busy -> free, or retired -> starting.
import type { Engine } from '../engine/engine.js';
import type { Delivery } from '../storage/storage.js';
import { AFTER_FAILURE, GrowingPause } from './growing-pause.js';
import type { ResolvedPumpOptions } from './pump-options.js';
import type { Runner } from './runner.js';

export interface Place {
  runner: Runner;
  /** What it runs. */
  delivery: Delivery | undefined;
  /** What its runner has run so far. */
  tasks: number;
  /** The telling of what it ran before; the next begins after it. */
  telling: Promise<void> | undefined;
}

export class Places {
  readonly #engine: Engine;
  readonly #options: ResolvedPumpOptions;
  readonly #all: readonly Place[];
  #free: Place[] = [];
  #retired: Place[] = [];
  /** Replacements that are under way. */
  readonly #renewals = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(engine: Engine, options: ResolvedPumpOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#all = Array.from({ length: options.workers }, () => ({
      runner: options.hire(),
      delivery: undefined,
      tasks: 0,
      telling: undefined,
    }));
  }

  /** How many could begin at once. */
  get free(): number {
    return this.#free.length;
  }

  /** Whether all have run as many tasks as they may. */
  get areSpent(): boolean {
    return this.#all.every((place) => this.#isSpent(place));
  }

  /** Whether some wait for a new runner. */
  get hasRetired(): boolean {
    return this.#retired.length > 0;
  }

  /** The receipts of what runs. */
  receipts(): string[] {
    return this.#all.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery.receipt]));
  }

  /** Starts all runners at once. @throws what the first of them failed with, after stopping those that came up. */
  async start(): Promise<void> {
    // Runners that an earlier start has used up.
    for (const place of this.#all) if (!place.runner.isAlive) place.runner = this.#options.hire();
    const starts = await Promise.allSettled(this.#all.map(async ({ runner }) => runner.start()));
    const failed = starts.find((one): one is PromiseRejectedResult => one.status === 'rejected');
    if (failed === undefined) return void (this.#free = [...this.#all]);
    const up = this.#all.filter((_, index) => starts[index]!.status === 'fulfilled');
    await Promise.all(up.map(async ({ runner }) => this.#dismiss(runner)));
    throw failed.reason;
  }

  /** A free place, which is free no longer; undefined if there is none. One that can begin at once goes first. */
  occupy(): Place | undefined {
    const free = this.#free;
    const index = free.findLastIndex(({ telling }) => telling === undefined);
    const isLast = index === -1 || index === free.length - 1;
    const place = isLast ? free.pop() : free.splice(index, 1)[0];
    if (place === undefined || place.runner.isAlive) return place;
    this.#retired.push(place);
    return this.occupy();
  }

  /** Whether the place can go on with the same runner. */
  lasts(place: Place): boolean {
    return place.runner.isAlive && !this.#isSpent(place);
  }

  /** Takes a place back after its delivery was settled. */
  vacate(place: Place): void {
    (this.lasts(place) ? this.#free : this.#retired).push(place);
  }

  /** Has those that wait for a new runner get one, in the background. */
  renew(): void {
    if (!this.#free.every(({ runner }) => runner.isAlive)) {
      this.#retired.push(...this.#free.filter(({ runner }) => !runner.isAlive));
      this.#free = this.#free.filter(({ runner }) => runner.isAlive);
    }
    if (this.#retired.length === 0) return;
    for (const place of this.#retired.splice(0)) {
      const renewal = this.#replace(place).finally(() => this.#renewals.delete(renewal));
      this.#renewals.add(renewal);
    }
  }

  /** Resolves when everything that was settled has been told. */
  async told(): Promise<void> {
    await Promise.all(this.#all.map(async ({ telling }) => telling));
  }

  /** Stops all runners. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#renewals);
    await Promise.all(this.#all.map(async ({ runner }) => this.#dismiss(runner)));
  }

  #isSpent({ tasks }: Place): boolean {
    return tasks >= this.#options.maxTasks;
  }

  async #replace(place: Place): Promise<void> {
    const { clock, logger } = this.#engine.runtime;
    await place.telling;
    await this.#dismiss(place.runner);
    const pause = new GrowingPause(AFTER_FAILURE);
    while (!this.#stop.signal.aborted) {
      place.runner = this.#options.hire();
      place.tasks = 0;
      try {
        await place.runner.start();
        this.#free.push(place);
        return this.#options.onWanted();
      } catch (error) {
        const retryInMs = pause.next();
        logger.error('worker did not come up', { error, retryInMs });
        await clock.sleep(retryInMs, this.#stop.signal);
      }
    }
  }

  async #dismiss(runner: Runner): Promise<void> {
    try {
      await runner.stop();
    } catch (error) {
      this.#engine.runtime.logger.error('stop failed', { what: 'worker', error });
    }
  }
}
