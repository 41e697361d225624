// Everything in this process's memory: the storage of immediate mode, of tests and of the simulator, and the model
// against which the others are checked. It answers at once, so each call is atomic by itself.
import { MemoryChords } from './memory-chords.js';
import { MemoryLocks } from './memory-locks.js';
import { type Entry, MemoryQueue } from './memory-queue.js';
import { Heap } from '../heap.js';
import { revokedKey, revokedTaskKey } from './storage.js';
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

interface InFlight {
  readonly entry: Entry;
  readonly lease: string;
}

interface Scheduled extends ScheduledItem {
  readonly sequence: number;
}

interface Datum {
  readonly data: string;
  readonly expiresAt: number | undefined;
}

const NOTHING: readonly never[] = [];

export class MemoryStorage implements Storage {
  readonly capabilities: StorageCapabilities = { durable: false, shared: false, notifies: true, retains: true };
  readonly #queue = new MemoryQueue();
  readonly #schedule = new Heap<Scheduled>((a, b) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.sequence < b.sequence));
  readonly #inFlight = new Map<string, InFlight>();
  readonly #data = new Map<string, Datum>();
  readonly #chords = new MemoryChords();
  readonly #leases = new Map<string, number>();
  readonly #locks = new MemoryLocks((lease, now) => this.#leaseAlive(lease, now));
  readonly #rates = new Map<string, { window: number; count: number }>();
  readonly #slots = new Map<string, number>();
  readonly #dead = new Map<string, DeadItem>();
  readonly #listeners = new Set<StorageListener>();
  #sequence = 0;
  readonly #held = new Map<string, number>();
  readonly #leasesGained = new Set<string>();
  #queueGained = false;
  #scheduleGained = false;

  turn(turn: Turn): TurnResult {
    const settled = turn.settled.length === 0 ? NOTHING : turn.settled.map((settlement) => this.#settle(settlement, turn));
    if (turn.leaseUntil !== undefined) this.keepLease(turn.lease, turn.leaseUntil);
    const deliveries: Delivery[] = [];
    while (deliveries.length < turn.take) {
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      deliveries.push(this.#deliver(entry, turn));
    }
    this.#notify();
    return { settled, deliveries };
  }

  handOver({ now, limit, lease }: HandOver): HandedOver {
    const deliveries: Delivery[] = [];
    while (deliveries.length < limit) {
      const top = this.#schedule.peek();
      if (top === undefined || top.dueAt > now) break;
      this.#schedule.pop();
      deliveries.push(this.#deliver(this.#entry(top.item), { lease, now }));
    }
    return { deliveries, nextDueAt: this.#schedule.peek()?.dueAt };
  }

  subscribe(listener: StorageListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
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
    const datum = this.#data.get(key);
    if (datum === undefined) return undefined;
    if (datum.expiresAt === undefined || datum.expiresAt > now) return datum.data;
    this.#data.delete(key);
    return undefined;
  }

  pop(key: string, now: number): string | undefined {
    const data = this.peek(key, now);
    this.#data.delete(key);
    return data;
  }

  putIfEmpty(key: string, data: string, now: number): boolean {
    if (this.peek(key, now) !== undefined) return false;
    this.#data.set(key, { data, expiresAt: undefined });
    return true;
  }

  delete(key: string): boolean {
    return this.#data.delete(key);
  }

  deleteIf(key: string, data: string): boolean {
    return this.#data.get(key)?.data === data && this.#data.delete(key);
  }

  keys(now: number): readonly string[] {
    return [...this.#data.keys()].filter((key) => this.peek(key, now) !== undefined).sort();
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
    const window = Math.floor(now / windowMs);
    const rate = this.#rates.get(name);
    const count = rate?.window === window ? rate.count + 1 : 1;
    this.#rates.set(name, { window, count });
    return count;
  }

  rateUsage(name: string): number {
    return this.#rates.get(name)?.count ?? 0;
  }

  resetRate(name: string): boolean {
    return this.#rates.delete(name);
  }

  rates(): readonly string[] {
    return [...this.#rates.keys()].sort();
  }

  reports(): ReadonlyArray<readonly [string, number]> {
    return this.#chords.reports();
  }

  keepLease(lease: string, expiresAt: number): void {
    this.#leases.set(lease, expiresAt);
  }

  endLease(lease: string): void {
    this.#leases.delete(lease);
  }

  recover(lease: string, maxDeliveries: number, now: number): Recovery {
    const requeued: QueueItem[] = [];
    const exhausted: Delivery[] = [];
    for (const [receipt, held] of this.#inFlight) {
      if (this.#leaseAlive(held.lease, now)) continue;
      this.#letGo(receipt, held.lease);
      if (held.entry.count >= maxDeliveries) exhausted.push(this.#hold(held.entry, lease));
      else {
        requeued.push(held.entry.item);
        this.#putBack(held.entry);
      }
    }
    this.#locks.sweep(now);
    this.#notify();
    return { requeued, exhausted, nextExpiryAt: this.#nextExpiryAt(lease) };
  }

  flush(target?: FlushTarget): void {
    const all = target === undefined;
    if (all || target === 'queue') this.#queue.clear();
    if (all || target === 'schedule') this.#schedule.clear();
    if (all || target === 'dead') this.#dead.clear();
    if (all || target === 'results') this.#flushResults();
    if (target === 'counters') for (const rate of this.#rates.values()) rate.count = 0;
    if (!all) return;
    this.#inFlight.clear();
    this.#held.clear();
    this.#chords.clear();
    this.#slots.clear();
  }

  close(): void {
    this.#listeners.clear();
  }

  #flushResults(): void {
    this.#data.clear();
    this.#locks.clear();
    this.#rates.clear();
    this.#chords.forgetValues();
  }

  #settle(settlement: Settlement, turn: Turn): SettlementResult {
    const { receipt } = settlement;
    const held = receipt === undefined ? undefined : this.#inFlight.get(receipt);
    if (receipt !== undefined && held === undefined) return { applied: false, enqueued: NOTHING };
    if (receipt !== undefined && held !== undefined) this.#letGo(receipt, held.lease);
    const enqueued: Enqueued[] = [];
    for (const [index, effect] of settlement.effects.entries()) {
      const item = this.#apply(effect, held, turn.now);
      if (item === undefined) continue;
      if (turn.deliver === true) enqueued.push({ effect: index, item, delivery: this.#deliver(this.#entry(item), turn) });
      else {
        this.#enqueue(item);
        if (effect.kind !== 'enqueue') enqueued.push({ effect: index, item });
      }
    }
    return { applied: true, enqueued };
  }

  /** Changes what the effect says; returns the item that it sends to the queue, if any. */
  #apply(effect: Effect, held: InFlight | undefined, now: number): QueueItem | undefined {
    switch (effect.kind) {
      case 'enqueue':
        return effect.item;
      case 'put':
        this.#data.set(effect.key, { data: effect.data, expiresAt: effect.expiresAt });
        return undefined;
      case 'delete':
        this.#data.delete(effect.key);
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
      case 'release':
        if (held !== undefined) this.#putBack(held.entry);
        return undefined;
      case 'bury':
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

  #deliver(entry: Entry, { lease, now }: { readonly lease: string; readonly now: number }): Delivery {
    const delivery = this.#hold({ item: entry.item, sequence: entry.sequence, count: entry.count + 1 }, lease);
    return this.#revoked(entry.item, now) ? { ...delivery, revoked: true } : delivery;
  }

  #revoked({ id, task }: QueueItem, now: number): boolean {
    if (this.#data.size === 0) return false;
    return this.peek(revokedKey(id), now) !== undefined || this.peek(revokedTaskKey(task), now) !== undefined;
  }

  #hold(entry: Entry, lease: string): Delivery {
    const receipt = `${entry.item.id}/${this.#nextSequence()}`;
    this.#inFlight.set(receipt, { entry, lease });
    const held = this.#held.get(lease) ?? 0;
    this.#held.set(lease, held + 1);
    if (held === 0) this.#leasesGained.add(lease);
    return { item: entry.item, receipt, count: entry.count, revoked: false };
  }

  #letGo(receipt: string, lease: string): void {
    this.#inFlight.delete(receipt);
    const held = this.#held.get(lease)! - 1;
    if (held === 0) this.#held.delete(lease);
    else this.#held.set(lease, held);
  }

  #nextExpiryAt(own: string): number | undefined {
    let soonest: number | undefined;
    for (const lease of this.#held.keys()) {
      const at = this.#leases.get(lease) ?? -Infinity;
      if (lease !== own && (soonest === undefined || at < soonest)) soonest = at;
    }
    return soonest;
  }

  #leaseAlive(lease: string, now: number): boolean {
    return (this.#leases.get(lease) ?? -Infinity) > now;
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #notify(): void {
    const gained: Parameters<StorageListener>[] = [];
    if (this.#queueGained) gained.push(['queue']);
    if (this.#scheduleGained) gained.push(['schedule']);
    for (const lease of this.#leasesGained) gained.push(['lease', lease]);
    if (gained.length === 0) return;
    this.#queueGained = false;
    this.#scheduleGained = false;
    this.#leasesGained.clear();
    for (const listener of this.#listeners) for (const what of gained) listener(...what);
  }
}

function refresh(item: QueueItem | undefined, now: number): QueueItem | undefined {
  return item === undefined ? undefined : enqueuedAgain(item, now);
}

function enqueuedAgain(item: QueueItem, now: number): QueueItem {
  return { id: item.id, task: item.task, priority: item.priority, data: item.data, enqueuedAt: now };
}
