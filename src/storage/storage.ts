// The port: all that the engine asks of a storage. An adapter is right when it passes the contract in
// huey-ts/testing. Storages see opaque text and plain numbers, never tasks; every instant is an argument, in epoch
// milliseconds, so a virtual clock can drive a real server. A server's own expiry is garbage collection, never a rule.
//
// Words: an *item* is an encoded task. It waits in the *queue* (highest priority first, then first in first out) or
// in the *schedule* (by due instant, then first in first out). A *delivery* is an item that was taken: it is in
// flight under its taker's *lease* until it is settled, or until the lease runs out and the item goes back to its
// place. A *settlement* is everything the end of one execution changes; it is applied as one atomic step, or not at all.

/** A value, or a promise of it: embedded storages answer at once, servers later. Callers always await. */
export type Awaitable<T> = T | PromiseLike<T>;

/** An encoded task. `data` is opaque text without a NUL; it may be computed on first access. */
export interface QueueItem {
  readonly id: string;
  /** The task's name: revocations of a whole task are found by it. */
  readonly task: string;
  /** Higher runs first. */
  readonly priority: number;
  readonly data: string;
  /** When it was last put into the queue, or first into the schedule; relative expiry counts from here. */
  readonly enqueuedAt: number;
}

export interface ScheduledItem {
  readonly item: QueueItem;
  readonly dueAt: number;
}

/** An item in flight. */
export interface Delivery {
  readonly item: QueueItem;
  /** Names this very delivery: a settlement under a receipt that is no longer in flight is refused. */
  readonly receipt: string;
  /** How often the item has been delivered, this time included; from 1. */
  readonly count: number;
  /** There is data under `revokedKey(item.id)` or `revokedTaskKey(item.task)`; the engine looks at it more closely. */
  readonly revoked: boolean;
}

/** An item that could not be brought to an end. */
export interface DeadItem {
  readonly item: QueueItem;
  readonly reason: string;
  readonly diedAt: number;
}

/** One change to the storage; a settlement is a list of them. */
export type Effect =
  /** Stores data under a key. With `expiresAt` it is absent from that instant on. */
  | { readonly kind: 'put'; readonly key: string; readonly data: string; readonly expiresAt?: number }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'enqueue'; readonly item: QueueItem }
  | { readonly kind: 'schedule'; readonly item: QueueItem; readonly dueAt: number }
  /** Enqueues the item unless this slot of that ticker, or a later one, was claimed before. */
  | { readonly kind: 'tick'; readonly ticker: string; readonly slot: number; readonly item: QueueItem }
  /** Opens a chord: when `size` members have reported, the callback is enqueued. With size 0, at once. */
  | { readonly kind: 'chord'; readonly chord: string; readonly size: number; readonly callback: ChordCallback }
  /** Reports one member's value; a second report of the same member, or to an unknown chord, changes nothing. */
  | { readonly kind: 'report'; readonly chord: string; readonly index: number; readonly data: string }
  | { readonly kind: 'unlock'; readonly name: string; readonly owner: string }
  /** Puts the settled delivery back into its place in the queue, its count kept. */
  | { readonly kind: 'release' }
  /** Moves an item to the dead letters. */
  | { readonly kind: 'bury'; readonly item: QueueItem; readonly reason: string };

/**
 * What a completed chord enqueues: an item whose data is
 * `item.data`, then a TAB and the reported text for each member in order, then `tail`.
 */
export interface ChordCallback {
  readonly item: QueueItem;
  readonly tail: string;
}

/**
 * The changes that belong together. With a `receipt`, they are applied only if that delivery is still in flight, and
 * they end it (unless they release it); so of two workers that hold the same item, only one can finish it.
 */
export interface Settlement {
  readonly receipt?: string;
  readonly effects: readonly Effect[];
}

/** An item that an effect put into the queue or, in a delivering turn, handed over. */
export interface Enqueued {
  /** The index of the effect. */
  readonly effect: number;
  readonly item: QueueItem;
  /** Present in a delivering turn only. */
  readonly delivery?: Delivery;
}

export interface SettlementResult {
  /** false: the receipt was no longer in flight and nothing was changed. */
  readonly applied: boolean;
  /** What the conditional effects (`tick`, `chord`, `report`) enqueued; in a delivering turn, what all of them did. */
  readonly enqueued: readonly Enqueued[];
}

export interface Turn {
  /** Applied in order, each atomically. */
  readonly settled: readonly Settlement[];
  /** How many items to take from the queue afterwards; 0 for none. */
  readonly take: number;
  /** Under which lease the deliveries are held. */
  readonly lease: string;
  /** Keeps the lease alive until that instant, before anything is taken. Default: leaves it as it is. */
  readonly leaseUntil?: number;
  readonly now: number;
  /** Hand over at once, in flight under the lease, what the settlements would have enqueued. Default false. */
  readonly deliver?: boolean;
}

export interface TurnResult {
  /** One result per settlement, in order. */
  readonly settled: readonly SettlementResult[];
  readonly deliveries: readonly Delivery[];
}

export interface HandOver {
  readonly now: number;
  /** At most this many. */
  readonly limit: number;
  readonly lease: string;
}

export interface HandedOver {
  readonly deliveries: readonly Delivery[];
  /** When the next item of the schedule is due; undefined if it is empty. */
  readonly nextDueAt: number | undefined;
}

export interface Acquisition {
  readonly name: string;
  /** Who holds it; the same owner acquiring again is refused like any other. */
  readonly owner: string;
  /** How many owners may hold it at once: 1 for a lock, more for a semaphore. */
  readonly places: number;
  /** The hold ends with this lease. */
  readonly lease?: string;
  /** The hold ends at this instant. */
  readonly expiresAt?: number;
  readonly now: number;
}

export interface RateRequest {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly now: number;
}

export interface Recovery {
  /** Deliveries of dead leases that went back to their place in the queue. */
  readonly requeued: readonly QueueItem[];
  /** Deliveries of dead leases that have been delivered `maxDeliveries` times: now held by the recovering lease. */
  readonly exhausted: readonly Delivery[];
  /** When the first of the other leases that hold deliveries runs out unless it is kept; undefined if none holds any. */
  readonly nextExpiryAt: number | undefined;
}

/** Where the revocation of one task instance is stored. */
export function revokedKey(id: string): string {
  return `revoked:${id}`;
}

/** Where the revocation of every instance of a task is stored. */
export function revokedTaskKey(task: string): string {
  return `revoked-task:${task}`;
}

export type FlushTarget = 'queue' | 'schedule' | 'results' | 'counters' | 'dead';

/** What a storage is good for; a capability changes what the contract expects of it, never whether a case runs. */
export interface StorageCapabilities {
  /** Keeps everything when the process ends. */
  readonly durable: boolean;
  /** Several processes can use it at once. */
  readonly shared: boolean;
  /** Calls listeners as soon as there is something to do. */
  readonly notifies: boolean;
  /** Keeps what it is given: false only for a storage that swallows everything. */
  readonly retains: boolean;
}

/** Told what has gained an item: the queue, the schedule, or a lease that held no delivery before. */
export type StorageListener = (gained: 'queue' | 'schedule' | 'lease', lease?: string) => void;

/** @see the head of this file, and the contract in huey-ts/testing. */
export interface Storage {
  readonly capabilities: StorageCapabilities;

  /** Settles what has ended and takes what comes next, in one round trip. */
  turn(turn: Turn): Awaitable<TurnResult>;
  /**
   * Takes due items from the schedule, earliest first, in flight under the scheduler's lease. The scheduler settles
   * each into the queue; should it die first, recovery puts them there.
   */
  handOver(request: HandOver): Awaitable<HandedOver>;
  /** Calls the listener when something may have gained an item; returns how to stop that. */
  subscribe(listener: StorageListener): () => void;

  /** Queued items in the order in which they would be taken. */
  pending(limit?: number): Awaitable<readonly QueueItem[]>;
  pendingCount(): Awaitable<number>;
  /** Scheduled items in due order. */
  scheduled(limit?: number): Awaitable<readonly ScheduledItem[]>;
  scheduledCount(): Awaitable<number>;
  /** Dead letters, oldest first. */
  dead(limit?: number): Awaitable<readonly DeadItem[]>;
  /** Puts a dead letter back into the queue (its delivery count starts anew) or drops it; false if there is none of that id. */
  resolveDead(id: string, action: 'retry' | 'discard', now: number): Awaitable<boolean>;

  /** The data under a key; undefined if there is none. */
  peek(key: string, now: number): Awaitable<string | undefined>;
  /** Returns the data and removes it, atomically. */
  pop(key: string, now: number): Awaitable<string | undefined>;
  putIfEmpty(key: string, data: string, now: number): Awaitable<boolean>;
  /** Removes a key; false if it was absent. */
  delete(key: string): Awaitable<boolean>;
  /** Removes the key if it still holds exactly this data; false otherwise. */
  deleteIf(key: string, data: string): Awaitable<boolean>;
  /** All keys with data, sorted. */
  keys(now: number): Awaitable<readonly string[]>;

  /** Takes a place if one is free; false if none is. */
  acquire(request: Acquisition): Awaitable<boolean>;
  /** Gives up the owner's place; false if it held none. */
  release(name: string, owner: string, now: number): Awaitable<boolean>;
  /** How many places are held. */
  holders(name: string, now: number): Awaitable<number>;
  /** Frees all places of the named locks; returns those that were held. */
  flushLocks(names: readonly string[], now: number): Awaitable<readonly string[]>;
  /** The names of all held locks, sorted. */
  locks(now: number): Awaitable<readonly string[]>;

  /**
   * Counts one use in the fixed window that `now` falls into (windows start at multiples of `windowMs` since the
   * epoch) and returns the count with it included. Refused uses are counted too, as huey does.
   */
  rate(request: RateRequest): Awaitable<number>;
  /** The count of the window last used; 0 if none. */
  rateUsage(name: string): Awaitable<number>;
  /** Forgets the window; false if there was none. */
  resetRate(name: string): Awaitable<boolean>;
  /** The names of all rate windows on record, sorted. */
  rates(): Awaitable<readonly string[]>;

  /** Values that members of unfinished chords have reported: `[chord, index]`, sorted by chord, then index. */
  reports(): Awaitable<ReadonlyArray<readonly [chord: string, index: number]>>;

  /** Declares the lease alive until that instant. A lease that holds nothing may lapse and be kept again. */
  keepLease(lease: string, expiresAt: number, now: number): Awaitable<void>;
  /** Ends a lease; what it holds goes back at the next recovery. */
  endLease(lease: string, now: number): Awaitable<void>;
  /** Takes over what dead leases hold: deliveries go back in order, locks are freed. */
  recover(lease: string, maxDeliveries: number, now: number): Awaitable<Recovery>;

  /** Empties a part, or everything. */
  flush(target?: FlushTarget): Awaitable<void>;
  /** Lets go of connections and files; further calls fail, closing again does nothing. */
  close(): Awaitable<void>;
}
