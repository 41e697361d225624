// Moves deliveries through the places of a consumer. Each tick is one turn of the storage: it settles whatever has ended
// since the last, and takes for every place that is free; so many tasks share one round trip, nothing is announced
// before it is stored, and nothing is taken that could not be run.
import type { Engine } from '../engine/engine.js';
import { endAs, type Execution } from '../engine/execute.js';
import { DeliveriesExhausted, isHueyError, TaskInterrupted } from '../errors.js';
import type { Awaitable, Delivery, SettlementResult, Turn, TurnResult } from '../storage/storage.js';
import { AFTER_FAILURE, GrowingPause } from './growing-pause.js';
import { DOUBT_MS } from './lease-keeper.js';
import { type Place, Places } from './places.js';
import { type PumpOptions, type ResolvedPumpOptions, resolvePumpOptions } from './pump-options.js';

/** An execution whose end is not stored yet, and the place where it ran. */
interface Ended {
  readonly place: Place;
  readonly execution: Execution;
}

/** What is told of a settlement whose answer was lost: it was applied, and what it set free is not known. */
const APPLIED: SettlementResult = { applied: true, enqueued: [] };

/** How long a storage that is away is asked to store the last ends. */
const LAST_TRIES_MS = 4000;

/** States: new -> started -> stopped. */
export class Pump {
  readonly #engine: Engine;
  readonly #options: ResolvedPumpOptions;
  readonly #places: Places;
  readonly #pause: GrowingPause;
  readonly #stop = new AbortController();
  #ended: Ended[] = [];
  #running = 0;
  /** Deliveries that are ours, though the answer that should have told us was lost. */
  #adopted: readonly Delivery[] = [];
  /** After a turn that may have been applied without our hearing of it: the ends that it was to store. */
  #doubtful: ReadonlySet<Ended> | undefined;
  /** Whether something is held that may be ours, or somebody else's under the same lease: asked again until that is known. */
  #isUnsure = false;
  /** Until when nobody else can have taken over what we hold. */
  #safeUntil = -Infinity;
  /** The receipts that were held while that was not so: others may have taken them over then. */
  readonly #lapsed = new Set<string>();
  /** Whether a turn is under way, or what it took is not at its places yet. */
  #isAsking = false;
  #isClosed = false;
  #isIdle = false;
  #resting: (() => void)[] = [];
  #whenEnded = (): void => {};

  constructor(engine: Engine, options: PumpOptions) {
    this.#engine = engine;
    this.#options = resolvePumpOptions(options);
    this.#pause = new GrowingPause(this.#options);
    this.#places = new Places(engine, this.#options);
  }

  /** Whether the last look found nothing, and nothing runs. */
  get isIdle(): boolean {
    return this.#isIdle && !this.isHolding;
  }

  /** Whether it holds deliveries: some run, or have ended and are not settled yet. */
  get isHolding(): boolean {
    return this.#running > 0 || this.#ended.length > 0 || this.#adopted.length > 0 || this.#isUnsure;
  }

  /** The receipts of all that it holds; undefined while it cannot tell. */
  get known(): ReadonlySet<string> | undefined {
    return this.#isAsking || this.#doubtful !== undefined ? undefined : new Set(this.#receipts());
  }

  /** The lease was kept, at that instant and until that one. */
  kept(now: number, until: number): void {
    if (now >= this.#safeUntil) for (const receipt of this.#receipts()) this.#lapsed.add(receipt);
    this.#safeUntil = Math.max(this.#safeUntil, until);
  }

  #receipts(): string[] {
    return [
      ...this.#places.receipts(),
      ...this.#ended.map(({ execution }) => execution.delivery.receipt),
      ...this.#adopted.map(({ receipt }) => receipt),
    ];
  }

  /** Whether every place has run as many tasks as it may; their runners are replaced in the next tick. */
  get isSpent(): boolean {
    return this.#places.areSpent;
  }

  /** Whether something has ended that the next tick settles. */
  get hasEnded(): boolean {
    return this.#ended.length > 0;
  }

  /** Brings the runners up. @throws if one of them cannot come up. */
  async start(): Promise<void> {
    await this.#places.start();
  }

  /**
   * Settles what has ended, takes for the free places, and starts what it took. Returns when to be called next, in epoch
   * milliseconds, unless `onWanted` comes first: later and later as long as there is nothing to do. Answers at once if the
   * storage does; rejects, and never throws.
   */
  tick(now: number): number | Promise<number> {
    this.#places.renew();
    const ended = this.#ended;
    const mishap = ended.find(({ execution }) => isMishap(execution));
    const wanted = this.#isClosed || mishap !== undefined ? 0 : this.#places.free + this.#freedBy(ended);
    if (wanted === 0 && ended.length === 0) return Infinity;
    const begin = (taken: readonly Delivery[]): number | Promise<number> => {
      for (const delivery of taken) this.#begin(delivery);
      if (this.#places.hasRetired) return now;
      if (mishap !== undefined) return this.#afterMishap(mishap.execution, now);
      return this.#nextLook(now, wanted, taken.length);
    };
    const taken = this.#turn(now, wanted);
    if (!(taken instanceof Promise)) return begin(taken);
    this.#isAsking = true;
    return taken.then(begin).finally(() => (this.#isAsking = false));
  }

  /** Settles what has ended without taking more, and waits until it is told. */
  async flush(): Promise<void> {
    while (this.#ended.length > 0) await this.#turn(this.#engine.now(), 0);
    await this.#places.told();
  }

  /** Resolves when nothing runs. */
  async rest(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#resting.push(resolve));
  }

  /** Tells what runs to stop, and waits for it no longer: the deliveries go back with the next turn. */
  interrupt(): void {
    this.#isClosed = true;
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(new TaskInterrupted());
    this.#engine.executing.interrupt(this.#stop.signal);
  }

  /**
   * Takes nothing more, lets what runs end, settles each when it has, and stops the runners. A storage that is away at
   * the end is asked for some seconds more.
   * @throws what the storage refuses with in the end; what is not settled then goes to another consumer.
   */
  async stop(): Promise<void> {
    this.#isClosed = true;
    while (this.#running > 0) {
      const end = new Promise<void>((resolve) => (this.#whenEnded = resolve));
      // What cannot be stored now may be at the next end.
      await this.flush().catch(() => {});
      await end;
    }
    try {
      await this.#lastFlush();
    } finally {
      await this.#places.stop();
    }
  }

  /** What has ended, and is not stored, would run again. */
  async #lastFlush(): Promise<void> {
    const { clock } = this.#engine.runtime;
    const giveUpAt = clock.now() + LAST_TRIES_MS;
    const pause = new GrowingPause(AFTER_FAILURE);
    for (;;)
      try {
        return await this.flush();
      } catch (error) {
        const pauseMs = pause.next();
        if (clock.now() + pauseMs > giveUpAt) throw error;
        await clock.sleep(pauseMs);
      }
  }

  /** Answers with what to run; at once if the storage does and there is no doubt. */
  #turn(now: number, wanted: number): readonly Delivery[] | Promise<readonly Delivery[]> {
    if (this.#doubtful === undefined && !this.#isUnsure) return this.#exchange(now, wanted);
    return this.#clearDoubt(this.#doubtful ?? new Set(), now).then(() => this.#exchange(now, wanted));
  }

  #exchange(now: number, wanted: number): readonly Delivery[] | Promise<readonly Delivery[]> {
    const adopted = this.#adopted.slice(0, wanted);
    const ended = this.#ended;
    this.#ended = [];
    const answer = this.#ask(ended, wanted - adopted.length, now);
    if ('settled' in answer) return this.#applied(now, ended, adopted, answer);
    return answer.then(
      (result) => this.#applied(now, ended, adopted, result),
      (error: unknown) => {
        this.#ended = [...ended, ...this.#ended];
        if (!isHueyError(error, 'StorageError') || error.mayHaveApplied) this.#doubtful = new Set(ended);
        throw error;
      },
    );
  }

  #applied(
    now: number,
    ended: readonly Ended[],
    adopted: readonly Delivery[],
    { settled, deliveries }: TurnResult,
  ): readonly Delivery[] {
    if (this.#isLeaseShort(now)) this.kept(now, this.#leaseEnd(now));
    for (let index = 0; index < ended.length; index += 1) this.#tell(ended[index]!, settled[index]!);
    if (adopted.length === 0) return deliveries;
    this.#adopted = this.#adopted.slice(adopted.length);
    return [...adopted, ...deliveries];
  }

  #ask(ended: readonly Ended[], take: number, now: number): TurnResult | Promise<TurnResult> {
    const { lease } = this.#options;
    const settled = ended.map(({ execution }) => execution.settlement);
    const turn: Turn = { settled, take, lease, now, deliver: this.#engine.immediate };
    try {
      const answer = this.#engine.storage.turn(
        this.#isLeaseShort(now) ? { ...turn, leaseUntil: this.#leaseEnd(now) } : turn,
      );
      return 'settled' in answer ? answer : Promise.resolve(answer);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #leaseEnd(now: number): number {
    return now + this.#options.leaseTtlMs;
  }

  /** Whether the lease is worth keeping anew: most turns, and every look of an idle consumer, need not write it. */
  #isLeaseShort(now: number): boolean {
    return this.#safeUntil - now < (this.#options.leaseTtlMs * 2) / 3;
  }

  /** An end is stored: tells of it, and frees the place. */
  #tell({ place, execution }: Ended, result: SettlementResult): void {
    const telling = place.runner.tell(execution, result);
    if (telling !== undefined) {
      const told = telling.finally(() => {
        if (place.telling === told) place.telling = undefined;
      });
      place.telling = told;
    }
    this.#lapsed.delete(execution.delivery.receipt);
    this.#places.vacate(place);
    this.#options.onSettled?.(execution);
  }

  #begin(delivery: Delivery): void {
    const place = this.#places.occupy();
    // A runner may have died since its place was counted: the delivery waits here for another.
    if (place === undefined) return void (this.#adopted = [...this.#adopted, delivery]);
    this.#running += 1;
    place.delivery = delivery;
    if (place.telling === undefined) this.#run(place, delivery);
    else void place.telling.then(() => this.#run(place, delivery));
  }

  #run(place: Place, delivery: Delivery): void {
    const died = (error: unknown): void => this.#end(place, this.#afterDeath(delivery, error));
    let answer: Awaitable<Execution>;
    try {
      answer = place.runner.run(delivery, this.#stop.signal);
    } catch (error) {
      return died(error);
    }
    if ('then' in answer) answer.then((execution) => this.#end(place, execution), died);
    else this.#end(place, answer);
  }

  #end(place: Place, execution: Execution): void {
    place.delivery = undefined;
    if (execution.outcome.kind !== 'unreadable') place.tasks += 1;
    this.#ended.push({ place, execution });
    this.#running -= 1;
    if (this.#running === 0 && this.#resting.length > 0)
      for (const resolve of this.#resting.splice(0)) resolve();
    this.#whenEnded();
    this.#options.onWanted();
  }

  /** Whoever ran it died: it goes back at once, or, delivered too often, to the dead letters. */
  #afterDeath(delivery: Delivery, error: unknown): Execution {
    const { id, task } = delivery.item;
    this.#engine.runtime.logger.error('worker died', { id, task, error });
    if (delivery.count < this.#engine.options.maxDeliveries)
      return endAs(this.#engine, delivery, { kind: 'interrupted' });
    return endAs(this.#engine, delivery, {
      kind: 'exhausted',
      error: new DeliveriesExhausted(delivery.count),
    });
  }

  /**
   * After a turn whose answer was lost, asks what is held: what it was to settle and is held no longer was settled, as
   * nobody can have taken it over yet; what is held and unknown was taken for us.
   */
  async #clearDoubt(doubtful: ReadonlySet<Ended>, now: number): Promise<void> {
    const held = await this.#engine.storage.held(now, this.#options.lease);
    const receipts = new Set(held.map(({ receipt }) => receipt));
    const isSafe = now < this.#safeUntil;
    const isApplied = (one: Ended): boolean => {
      const { receipt } = one.execution.settlement;
      // What ended since was never sent.
      if (!doubtful.has(one)) return false;
      return receipt === undefined || (isSafe && !this.#lapsed.has(receipt) && !receipts.has(receipt));
    };
    const applied = this.#ended.filter(isApplied);
    this.#ended = this.#ended.filter((one) => !isApplied(one));
    this.#doubtful = undefined;
    for (const one of applied) this.#tell(one, APPLIED);
    this.#adopted = [];
    const known = new Set(this.#receipts());
    // A count of 0 is on its way from the schedule to the queue, in the hands of the scheduler.
    const strays = held.filter(({ receipt, count }) => count > 0 && !known.has(receipt));
    this.#adopted = strays.filter((delivery) => !this.#options.isOthers(delivery));
    this.#isUnsure = this.#adopted.length < strays.length;
  }

  /** How many places will be free once their ends are settled. */
  #freedBy(ended: readonly Ended[]): number {
    let freed = 0;
    for (const { place } of ended) if (this.#places.lasts(place)) freed += 1;
    return freed;
  }

  #afterMishap({ outcome }: Execution, now: number): number | Promise<number> {
    // The delivery is back already. Whoever drives the pump knows how to wait for a storage that is away.
    if (outcome.kind === 'undone') return Promise.reject(outcome.error);
    return now + this.#pause.next();
  }

  #nextLook(now: number, wanted: number, found: number): number {
    if (this.#isUnsure) return now + DOUBT_MS;
    this.#isIdle = wanted > 0 && found === 0;
    if (found > 0) this.#pause.reset();
    if (found === wanted) return Infinity;
    return now + this.#pause.next();
  }
}

/** Nothing that a task did: its message cannot be read, or the storage failed before the body. A pause follows. */
function isMishap({ outcome }: Execution): boolean {
  return outcome.kind === 'unreadable' || outcome.kind === 'undone';
}
