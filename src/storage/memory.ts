// Everything in this process's memory: the storage of immediate mode, of tests and of the simulator, and the model
// against which the others are checked. It answers at once, so each call is atomic by itself.
import { MemoryChords } from './memory-chords.js';
import { MemoryData } from './memory-data.js';
import { MemoryFlights } from './memory-flights.js';
import { withOne } from './memory-list.js';
import { MemoryLocks } from './memory-locks.js';
import { type Entry, MemoryQueue } from './memory-queue.js';
import { MemoryRates } from './memory-rates.js';
import { StorageError } from '../errors.js';
import { Heap } from '../heap.js';
import { Watchers } from '../watchers.js';
import type { MemoryState, Scheduled } from './memory-state.js';
import type {
  Acquisition,
  DeadItem,
  Delivery,
  Effect,
  Enqueued,
  FlushTarget,
  HandedOver,
  HandOver,
  QueueItem,
  RateRequest,
  Recovery,
  ScheduledItem,
  Settlement,
  SettlementResult,
  Storage,
  StorageCapabilities,
  StorageListener,
  Turn,
  TurnResult,
} from './storage.js';

/** Who takes deliveries, and when. */
interface Taker {
  readonly lease: string;
  readonly now: number;
}

const NOTHING: readonly never[] = [];

/** Keeps everything in the memory of this process, and loses it with the process. */
export class MemoryStorage implements Storage {
  readonly capabilities: StorageCapabilities = {
    durable: false,
    shared: false,
    notifies: true,
    retains: true,
  };
  readonly #queue = new MemoryQueue();
  readonly #schedule = new Heap<Scheduled>(
    (a, b) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.sequence < b.sequence),
  );
  readonly #flights = new MemoryFlights();
  readonly #data = new MemoryData();
  readonly #chords = new MemoryChords();
  readonly #locks = new MemoryLocks((lease, now) => this.#flights.isAlive(lease, now));
  readonly #rates = new MemoryRates();
  readonly #slots = new Map<string, number>();
  readonly #dead = new Map<string, DeadItem>();
  readonly #listeners = new Set<StorageListener>();
  readonly #watchers = new Watchers();
  #sequence = 0;
  #queueGained = false;
  #scheduleGained = false;

  turn(turn: Turn): TurnResult {
    const settled = turn.settled.map((settlement) => this.#settle(settlement, turn));
    if (turn.leaseUntil !== undefined) this.keepLease(turn.lease, turn.leaseUntil, turn.now);
    const deliveries = turn.take === 0 ? NOTHING : this.#take(turn);
    this.#notify();
    return { settled, deliveries };
  }

  handOver({ now, limit, lease }: HandOver): HandedOver {
    const deliveries: Delivery[] = [];
    while (deliveries.length < limit) {
      const top = this.#schedule.peek();
      if (top === undefined || top.dueAt > now) break;
      this.#schedule.pop();
      deliveries.push(this.#launch(this.#entry(enqueuedAgain(top.item, now)), { lease, now }));
    }
    this.#notify();
    return { deliveries, nextDueAt: this.#schedule.peek()?.dueAt };
  }

  subscribe(listener: StorageListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  watch(key: string, listener: () => void): () => void {
    return this.#watchers.watch(key, listener);
  }

  pending(limit = Infinity): readonly QueueItem[] {
    return this.#queue.list(limit);
  }

  pendingCount(): number {
    return this.#queue.size;
  }

  scheduled(limit = Infinity): readonly ScheduledItem[] {
    return this.#schedule.sorted().slice(0, limit);
  }

  scheduledCount(): number {
    return this.#schedule.size;
  }

  dead(limit = Infinity): readonly DeadItem[] {
    return [...this.#dead.values()].slice(0, limit);
  }

  resolveDead(id: string, action: 'retry' | 'discard', now: number): boolean {
    const dead = this.#dead.get(id);
    if (dead === undefined) return false;
    this.#dead.delete(id);
    if (action === 'retry') this.#enqueue(enqueuedAgain(dead.item, now));
    this.#notify();
    return true;
  }

  peek(key: string, now: number): string | undefined {
    return this.#data.peek(key, now);
  }

  pop(key: string, now: number): string | undefined {
    return this.#data.pop(key, now);
  }

  putIfEmpty(key: string, data: string, now: number): boolean {
    if (this.#data.peek(key, now) !== undefined) return false;
    this.#put(key, data, undefined);
    return true;
  }

  delete(key: string, now: number): boolean {
    return this.#data.pop(key, now) !== undefined;
  }

  deleteIf(key: string, data: string, now: number): boolean {
    return this.#data.peek(key, now) === data && this.delete(key, now);
  }

  keys(now: number): readonly string[] {
    return this.#data.keys(now);
  }

  acquire(request: Acquisition): boolean {
    return this.#locks.acquire(request);
  }

  release(name: string, owner: string, now: number): boolean {
    return this.#locks.release(name, owner, now);
  }

  holders(name: string, now: number): number {
    return this.#locks.holders(name, now);
  }

  flushLocks(names: readonly string[], now: number): readonly string[] {
    return this.#locks.flush(names, now);
  }

  locks(now: number): readonly string[] {
    return this.#locks.names(now);
  }

  rate({ name, windowMs, now }: RateRequest): number {
    return this.#rates.count(name, Math.floor(now / windowMs));
  }

  rateUsage(name: string): number {
    return this.#rates.usage(name);
  }

  resetRate(name: string): boolean {
    return this.#rates.reset(name);
  }

  rates(): readonly string[] {
    return this.#rates.names();
  }

  reports(): ReadonlyArray<readonly [string, number]> {
    return this.#chords.reports();
  }

  keepLease(lease: string, expiresAt: number, now: number): void {
    if (!this.#flights.isAlive(lease, now)) this.#locks.releaseAll(lease);
    this.#flights.keep(lease, expiresAt);
  }

  endLease(lease: string): void {
    this.#flights.end(lease);
  }

  held(now: number, lease?: string): readonly Delivery[] {
    return this.#flights.held(lease).map(({ receipt, entry }) => this.#delivery(receipt, entry, now));
  }

  recover(lease: string, maxDeliveries: number, now: number): Recovery {
    const requeued: QueueItem[] = [];
    const exhausted: Delivery[] = [];
    for (const entry of this.#flights.landDead(now)) {
      if (entry.count >= maxDeliveries) exhausted.push(this.#launch(entry, { lease, now }));
      else {
        requeued.push(entry.item);
        this.#putBack(entry);
      }
    }
    this.#locks.sweep(now);
    this.#data.sweep(now);
    this.#notify();
    return { requeued, exhausted, nextExpiryAt: this.#flights.nextExpiryAt(lease) };
  }

  flush(target?: FlushTarget): void {
    const all = target === undefined;
    if (all || target === 'queue') this.#queue.clear();
    if (all || target === 'schedule') this.#schedule.clear();
    if (all || target === 'dead') this.#dead.clear();
    if (all || target === 'results') this.#flushResults();
    if (target === 'counters') this.#rates.clearCounts();
    if (!all) return;
    this.#flights.clear();
    this.#chords.clear();
    this.#slots.clear();
  }

  /** Everything that is kept, as plain data. Listeners are not contents. */
  exportState(): MemoryState {
    return {
      sequence: [this.#sequence],
      queue: this.#queue.entries(),
      schedule: this.#schedule.sorted(),
      ...this.#flights.exportFlights(),
      data: this.#data.exportData(),
      chords: this.#chords.exportChords(),
      holds: this.#locks.exportHolds(),
      rates: this.#rates.exportRates(),
      slots: [...this.#slots],
      dead: this.dead(),
    };
  }

  /** Takes over what another has exported, in place of what is here. Tells no listener. */
  importState(state: MemoryState): void {
    this.flush();
    [this.#sequence = 0] = state.sequence;
    for (const entry of state.queue) this.#queue.push(entry);
    for (const scheduled of state.schedule) this.#schedule.push(scheduled);
    this.#flights.importFlights(state);
    this.#data.importData(state.data);
    this.#chords.importChords(state.chords);
    this.#locks.importHolds(state.holds);
    this.#rates.importRates(state.rates);
    for (const [ticker, slot] of state.slots) this.#slots.set(ticker, slot);
    for (const dead of state.dead) this.#dead.set(dead.item.id, dead);
  }

  close(): void {
    this.#listeners.clear();
    this.#watchers.clear();
    // Done once here, so that an open storage need not ask in every call whether it is closed.
    for (const call of Object.getOwnPropertyNames(MemoryStorage.prototype))
      if (call !== 'constructor' && call !== 'close') Object.defineProperty(this, call, { value: refuse });
  }

  #flushResults(): void {
    this.#data.clear();
    this.#locks.clear();
    this.#rates.clear();
    this.#chords.forgetValues();
  }

  #take(turn: Turn): readonly Delivery[] {
    let deliveries: Delivery[] | undefined;
    for (let count = 0; count < turn.take; count += 1) {
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      deliveries = withOne(deliveries, this.#deliver(entry, turn));
    }
    return deliveries ?? NOTHING;
  }

  #settle(settlement: Settlement, turn: Turn): SettlementResult {
    const { receipt } = settlement;
    let landed = receipt === undefined ? undefined : this.#flights.land(receipt);
    if (receipt !== undefined && landed === undefined) return { applied: false, enqueued: NOTHING };
    let enqueued: Enqueued[] | undefined;
    for (let index = 0; index < settlement.effects.length; index += 1) {
      const effect = settlement.effects[index]!;
      if (effect.kind === 'release') {
        if (landed !== undefined) this.#putBack(landed);
        landed = undefined;
        continue;
      }
      const item = this.#apply(effect, turn.now);
      if (item === undefined) continue;
      if (turn.deliver === true)
        enqueued = withOne(enqueued, {
          effect: index,
          item,
          delivery: this.#deliver(this.#entry(item), turn),
        });
      else {
        this.#enqueue(item);
        if (effect.kind !== 'enqueue') enqueued = withOne(enqueued, { effect: index, item });
      }
    }
    return { applied: true, enqueued: enqueued ?? NOTHING };
  }

  /** Changes what the effect says; returns the item that it sends to the queue, if any. */
  #apply(effect: Exclude<Effect, { kind: 'release' }>, now: number): QueueItem | undefined {
    switch (effect.kind) {
      case 'enqueue':
        return effect.item;
      case 'put':
        this.#put(effect.key, effect.data, effect.expiresAt);
        return undefined;
      case 'unrevoke':
        this.#data.unrevoke(effect.id);
        return undefined;
      case 'schedule':
        this.#schedule.push({ item: effect.item, dueAt: effect.dueAt, sequence: this.#nextSequence() });
        this.#scheduleGained = true;
        return undefined;
      case 'tick':
        return this.#claim(effect.ticker, effect.slot) ? effect.item : undefined;
      case 'chord':
        return refresh(this.#chords.open(effect.chord, effect.size, effect.callback), now);
      case 'report':
        return refresh(this.#chords.report(effect.chord, effect.index, effect.data), now);
      case 'unlock':
        this.#locks.release(effect.name, effect.owner, now);
        return undefined;
      case 'bury':
        // A Map keeps the place of a key that it has: the letter that is replaced must go first.
        this.#dead.delete(effect.item.id);
        this.#dead.set(effect.item.id, { item: effect.item, reason: effect.reason, diedAt: now });
        return undefined;
    }
  }

  #claim(ticker: string, slot: number): boolean {
    const last = this.#slots.get(ticker);
    if (last !== undefined && last >= slot) return false;
    this.#slots.set(ticker, slot);
    return true;
  }

  #entry(item: QueueItem): Entry {
    return { item, sequence: this.#nextSequence(), count: 0 };
  }

  #enqueue(item: QueueItem): void {
    this.#queue.push(this.#entry(item));
    this.#queueGained = true;
  }

  #putBack(entry: Entry): void {
    this.#queue.restore(entry);
    this.#queueGained = true;
  }

  #deliver({ item, sequence, count }: Entry, taker: Taker): Delivery {
    return this.#launch({ item, sequence, count: count + 1 }, taker);
  }

  #launch(entry: Entry, { lease, now }: Taker): Delivery {
    return this.#delivery(this.#flights.launch(entry, lease), entry, now);
  }

  #delivery(receipt: string, { item, count }: Entry, now: number): Delivery {
    return { item, receipt, count, revoked: this.#data.isRevoked(item, now) };
  }

  #put(key: string, data: string, expiresAt: number | undefined): void {
    this.#data.put(key, data, expiresAt);
    this.#watchers.ring(key);
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #notify(): void {
    const leases = this.#flights.takeGained();
    const queueGained = this.#queueGained;
    const scheduleGained = this.#scheduleGained;
    this.#queueGained = false;
    this.#scheduleGained = false;
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) {
      if (queueGained) listener('queue');
      if (scheduleGained) listener('schedule');
      for (const lease of leases) listener('lease', lease);
    }
  }
}

function refuse(): never {
  throw new StorageError('expected an open storage, got one that was closed; open a new one');
}

function refresh(item: QueueItem | undefined, now: number): QueueItem | undefined {
  return item === undefined ? undefined : enqueuedAgain(item, now);
}

function enqueuedAgain(item: QueueItem, now: number): QueueItem {
  return { id: item.id, task: item.task, priority: item.priority, data: item.data, enqueuedAt: now };
}
