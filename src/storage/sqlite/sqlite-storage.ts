// A queue in a SQLite file that any number of processes use at once. What must not come apart is one transaction, which
// holds the file's only write lock from its start; everything is answered at once, blocking this thread meanwhile.
import { SqliteChords } from './chords.js';
import { SqliteConnection } from './connection.js';
import { SqliteCounters } from './counters.js';
import { SqliteData } from './data.js';
import { SqliteLeases } from './leases.js';
import { SqliteLetters } from './letters.js';
import { SqliteListeners } from './listeners.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from './options.js';
import { SqliteSchedule } from './schedule.js';
import { type SqliteFlight, SqliteTasks } from './tasks.js';
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
} from '../storage.js';

const NOTHING: readonly never[] = [];
const APPLIED: SettlementResult = { applied: true, enqueued: NOTHING };
const REFUSED: SettlementResult = { applied: false, enqueued: NOTHING };

/** To SQLite, no limit. */
const ALL = -1;

/** Keeps everything in a SQLite file. Opens it with the first call. */
export class SqliteStorage implements Storage {
  readonly capabilities: StorageCapabilities = {
    durable: true,
    shared: true,
    notifies: false,
    retains: true,
  };
  readonly #connection: SqliteConnection;
  readonly #tasks: SqliteTasks;
  readonly #schedule: SqliteSchedule;
  readonly #data: SqliteData;
  readonly #leases: SqliteLeases;
  readonly #chords: SqliteChords;
  readonly #counters: SqliteCounters;
  readonly #letters: SqliteLetters;
  readonly #listeners = new SqliteListeners();

  /** @throws ConfigurationError for a bad option; the file is not looked at. */
  constructor(options: SqliteStorageOptions = {}) {
    const connection = new SqliteConnection(resolveSqliteOptions(options));
    this.#connection = connection;
    this.#tasks = new SqliteTasks(connection);
    this.#schedule = new SqliteSchedule(connection);
    this.#data = new SqliteData(connection);
    this.#leases = new SqliteLeases(connection);
    this.#chords = new SqliteChords(connection);
    this.#counters = new SqliteCounters(connection);
    this.#letters = new SqliteLetters(connection);
  }

  turn(turn: Turn): TurnResult {
    if (this.#isIdle(turn)) return { settled: NOTHING, deliveries: NOTHING };
    return this.#write(() => {
      const settled = turn.settled.map((settlement) => this.#settle(settlement, turn));
      if (turn.leaseUntil !== undefined) this.#leases.keep(turn.lease, turn.leaseUntil, turn.now);
      return { settled, deliveries: turn.take > 0 ? this.#take(turn) : NOTHING };
    });
  }

  handOver({ now, limit, lease }: HandOver): HandedOver {
    const isDue = (): boolean => (this.#schedule.nextDueAt() ?? Infinity) <= now;
    if (limit <= 0 || !this.#connection.read(isDue))
      return { deliveries: NOTHING, nextDueAt: this.#connection.read(() => this.#schedule.nextDueAt()) };
    return this.#write(() => {
      const due = this.#schedule.takeDue(now, limit);
      const flights = due.map((item) =>
        this.#tasks.launch(enqueuedAgain(item, now), this.#holding(lease), 0),
      );
      return { deliveries: this.#deliveries(flights, now), nextDueAt: this.#schedule.nextDueAt() };
    });
  }

  subscribe(listener: StorageListener): () => void {
    return this.#listeners.subscribe(listener);
  }

  watch(key: string, listener: () => void): () => void {
    return this.#listeners.watch(key, listener);
  }

  pending(limit?: number): readonly QueueItem[] {
    return this.#connection.read(() => this.#tasks.list(atMost(limit)));
  }

  pendingCount(): number {
    return this.#connection.read(() => this.#tasks.count());
  }

  scheduled(limit?: number): readonly ScheduledItem[] {
    return this.#connection.read(() => this.#schedule.list(atMost(limit)));
  }

  scheduledCount(): number {
    return this.#connection.read(() => this.#schedule.count());
  }

  dead(limit?: number): readonly DeadItem[] {
    return this.#connection.read(() => this.#letters.list(atMost(limit)));
  }

  resolveDead(id: string, action: 'retry' | 'discard', now: number): boolean {
    return this.#write(() => {
      const item = this.#letters.exhume(id);
      if (item !== undefined && action === 'retry') this.#enqueue(enqueuedAgain(item, now));
      return item !== undefined;
    });
  }

  peek(key: string, now: number): string | undefined {
    return this.#connection.read(() => this.#data.peek(key, now));
  }

  pop(key: string, now: number): string | undefined {
    return this.#connection.read(() => this.#data.pop(key, now));
  }

  putIfEmpty(key: string, data: string, now: number): boolean {
    const put = this.#connection.read(() => this.#data.putIfEmpty(key, data, now));
    if (put) this.#listeners.put(key);
    this.#listeners.tell();
    return put;
  }

  delete(key: string, now: number): boolean {
    return this.#connection.read(() => this.#data.delete(key, now));
  }

  deleteIf(key: string, data: string, now: number): boolean {
    return this.#connection.read(() => this.#data.deleteIf(key, data, now));
  }

  keys(now: number): readonly string[] {
    return this.#connection.read(() => this.#data.keys(now));
  }

  acquire(request: Acquisition): boolean {
    return this.#write(() => this.#leases.acquire(request));
  }

  release(name: string, owner: string, now: number): boolean {
    return this.#connection.read(() => this.#leases.release(name, owner, now));
  }

  holders(name: string, now: number): number {
    return this.#connection.read(() => this.#leases.holders(name, now));
  }

  flushLocks(names: readonly string[], now: number): readonly string[] {
    return this.#write(() => this.#leases.flushLocks(names, now));
  }

  locks(now: number): readonly string[] {
    return this.#connection.read(() => this.#leases.lockNames(now));
  }

  rate(request: RateRequest): number {
    return this.#connection.read(() => this.#counters.use(request));
  }

  rateUsage(name: string): number {
    return this.#connection.read(() => this.#counters.usage(name));
  }

  resetRate(name: string): boolean {
    return this.#connection.read(() => this.#counters.reset(name));
  }

  rates(): readonly string[] {
    return this.#connection.read(() => this.#counters.names());
  }

  reports(): ReadonlyArray<readonly [string, number]> {
    return this.#connection.read(() => this.#chords.reports());
  }

  keepLease(lease: string, expiresAt: number, now: number): void {
    this.#write(() => this.#leases.keep(lease, expiresAt, now));
  }

  endLease(lease: string): void {
    this.#write(() => this.#leases.end(lease));
  }

  held(now: number, lease?: string): readonly Delivery[] {
    return this.#connection.read(() => {
      if (lease === undefined) return this.#deliveries(this.#tasks.held(), now);
      const number = this.#leases.find(lease);
      return number === undefined ? NOTHING : this.#deliveries(this.#tasks.held(number), now);
    });
  }

  recover(lease: string, maxDeliveries: number, now: number): Recovery {
    return this.#write(() => {
      const [requeued, flights] = this.#tasks.recover(maxDeliveries, now, () => this.#holding(lease));
      if (requeued.length > 0) this.#listeners.gained('queue');
      this.#leases.sweep(now);
      this.#data.sweep(now);
      const exhausted = this.#deliveries(flights, now);
      return { requeued, exhausted, nextExpiryAt: this.#leases.nextExpiryAt(lease) };
    });
  }

  flush(target?: FlushTarget): void {
    const all = target === undefined;
    this.#write(() => {
      if (all || target === 'queue') this.#tasks.clear(all ? 'everything' : 'queue');
      if (all || target === 'schedule') this.#schedule.clear();
      if (all || target === 'dead') this.#letters.clear();
      if (all || target === 'results') this.#flushResults();
      if (target === 'counters') this.#counters.zeroRates();
      if (all) this.#chords.clear();
      if (all) this.#counters.clearTicks();
    });
  }

  close(): void {
    this.#listeners.clear();
    this.#connection.close();
  }

  /** Runs it as one transaction, and tells what was gained once it is there to be seen. */
  #write<T>(run: () => T): T {
    let result: T;
    try {
      result = this.#connection.write(run);
    } catch (error) {
      this.#listeners.forget();
      throw error;
    }
    this.#listeners.tell();
    return result;
  }

  /** A worker that asks in vain, again and again, need not keep writers waiting. */
  #isIdle({ settled, take, leaseUntil }: Turn): boolean {
    if (settled.length > 0 || leaseUntil !== undefined) return false;
    return this.#connection.read(() => take <= 0 || !this.#tasks.isWaiting());
  }

  #flushResults(): void {
    this.#data.clear();
    this.#leases.clearLocks();
    this.#counters.clearRates();
    this.#chords.forgetValues();
  }

  #take({ take, lease, now }: Turn): readonly Delivery[] {
    return this.#deliveries(
      this.#tasks.take(atMost(take), () => this.#holding(lease)),
      now,
    );
  }

  #settle({ receipt, effects }: Settlement, turn: Turn): SettlementResult {
    if (receipt !== undefined && !this.#land(receipt, effects)) return REFUSED;
    let enqueued: Enqueued[] | undefined;
    for (let index = 0; index < effects.length; index += 1) {
      const effect = effects[index]!;
      if (effect.kind === 'release') continue;
      const item = this.#apply(effect, turn.now);
      if (item === undefined) continue;
      if (turn.deliver === true) {
        const flight = this.#tasks.launch(item, this.#holding(turn.lease), 1);
        const [delivery] = this.#deliveries([flight], turn.now);
        (enqueued ??= []).push({ effect: index, item, delivery: delivery! });
      } else {
        this.#enqueue(item);
        if (effect.kind !== 'enqueue') (enqueued ??= []).push({ effect: index, item });
      }
    }
    return enqueued === undefined ? APPLIED : { applied: true, enqueued };
  }

  /** Takes a delivery out of flight; false if it is not in flight. */
  #land(receipt: string, effects: readonly Effect[]): boolean {
    if (!effects.some(({ kind }) => kind === 'release')) return this.#tasks.land(receipt);
    const released = this.#tasks.release(receipt);
    if (released) this.#listeners.gained('queue');
    return released;
  }

  /** Changes what the effect says; returns the item that it sends to the queue, if any. */
  #apply(effect: Exclude<Effect, { kind: 'release' }>, now: number): QueueItem | undefined {
    switch (effect.kind) {
      case 'enqueue':
        return effect.item;
      case 'put':
        this.#data.put(effect.key, effect.data, effect.expiresAt);
        this.#listeners.put(effect.key);
        return undefined;
      case 'unrevoke':
        this.#data.unrevoke(effect.id);
        return undefined;
      case 'schedule':
        this.#schedule.add(effect.item, effect.dueAt);
        this.#listeners.gained('schedule');
        return undefined;
      case 'tick':
        return this.#counters.claim(effect.ticker, effect.slot) ? effect.item : undefined;
      case 'chord':
        return refresh(this.#chords.open(effect.chord, effect.size, effect.callback), now);
      case 'report':
        return refresh(this.#chords.report(effect.chord, effect.index, effect.data), now);
      case 'unlock':
        this.#leases.release(effect.name, effect.owner, now);
        return undefined;
      case 'bury':
        this.#letters.bury(effect.item, effect.reason, now);
        return undefined;
    }
  }

  #enqueue(item: QueueItem): void {
    this.#tasks.enqueue(item);
    this.#listeners.gained('queue');
  }

  /** The number of a lease that is about to hold something; listeners are told if it held nothing. */
  #holding(lease: string): number {
    const number = this.#leases.number(lease);
    if (this.#listeners.isHeard && !this.#tasks.isHolding(number)) this.#listeners.gained('lease', lease);
    return number;
  }

  #deliveries(flights: readonly SqliteFlight[], now: number): readonly Delivery[] {
    const mayBeRevoked = flights.length > 0 && this.#data.holdsRevocations();
    return flights.map(({ receipt, item, count }) => ({
      item,
      receipt,
      count,
      revoked: mayBeRevoked && this.#data.isRevoked(item, now),
    }));
  }
}

function atMost(limit: number | undefined): number {
  return limit === undefined || limit === Infinity ? ALL : Math.max(0, limit);
}

function refresh(item: QueueItem | undefined, now: number): QueueItem | undefined {
  return item === undefined ? undefined : enqueuedAgain(item, now);
}

function enqueuedAgain(item: QueueItem, now: number): QueueItem {
  return { id: item.id, task: item.task, priority: item.priority, data: item.data, enqueuedAt: now };
}
