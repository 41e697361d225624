// The port: all that the engine asks of a storage. An adapter is right when it passes the contract in
// huey-ts/testing. Storages see opaque text and plain numbers, never tasks; every instant is an argument, in epoch
// milliseconds, so a virtual clock can drive a real server. A server's own expiry is garbage collection, never a rule.
//
// Words: an *item* is an encoded task. It waits in the *queue* (highest priority first, then first in first out) or
// in the *schedule* (by due instant, then first in first out). A *delivery* is an item that was taken: it is in
// flight under its taker's *lease* until it is settled, or until a recovery finds that lease dead and puts the item
// back into its place: that which it had when it was taken, before whatever was put into the queue after it.
// A *settlement* is everything the end of one execution changes; it is applied as one atomic step, or not at all.
// A *lease* is alive from when it is kept until the instant that was named then; one that was never kept is dead.
//
// Text (names, keys, ids, data) is well-formed Unicode without a NUL, of any length, and means nothing to a storage.
// Numbers are finite: instants and priorities may be negative and have fractions. *Sorted* means by UTF-16 code units,
// as Array.prototype.sort does. What ends at an instant has ended at exactly that instant. Clocks differ, so instants
// may go back between calls; what had ended for an earlier call may then have ended for good.

/** A value, or a promise of it: embedded storages answer at once, servers later. Callers always await. */
export type Awaitable<T> = T | PromiseLike<T>;

/** An encoded task. `data` may be computed on first access. */
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

/** An item of the schedule. */
export interface ScheduledItem {
  readonly item: QueueItem;
  readonly dueAt: number;
}

/** An item in flight. */
export interface Delivery {
  readonly item: QueueItem;
  /** Names this very delivery: a settlement under a receipt that is no longer in flight is refused. */
  readonly receipt: string;
  /** How often the item has been taken from the queue, this time included; a hand-over from the schedule counts 0. */
  readonly count: number;
  /** There is data under `revokedKey(item.id)` or `revokedTaskKey(item.task)`; the engine looks at it more closely. */
  readonly revoked: boolean;
}

/** An item that could not be brought to an end. There is one for each id. */
export interface DeadItem {
  readonly item: QueueItem;
  readonly reason: string;
  readonly diedAt: number;
}

/** One change to the storage; a settlement is a list of them. */
export type Effect =
  /** Stores data under a key, in place of what was there. With `expiresAt` it is absent from that instant on. */
  | { readonly kind: 'put'; readonly key: string; readonly data: string; readonly expiresAt?: number }
  /** Removes the revocation of one task, if there is any: the data under `revokedKey(id)`. */
  | { readonly kind: 'unrevoke'; readonly id: string }
  | { readonly kind: 'enqueue'; readonly item: QueueItem }
  | { readonly kind: 'schedule'; readonly item: QueueItem; readonly dueAt: number }
  /** Enqueues the item unless this slot of that ticker, or a later one, was claimed before. */
  | { readonly kind: 'tick'; readonly ticker: string; readonly slot: number; readonly item: QueueItem }
  /**
   * Opens a chord: when `size` members have reported, the callback is enqueued. With size 0, at once. A chord that is
   * open stays as it is; one that has enqueued its callback is unknown again.
   */
  | {
      readonly kind: 'chord';
      readonly chord: string;
      readonly size: number;
      readonly callback: ChordCallback;
    }
  /**
   * Reports the value of the member at `index`, from 0 to below the chord's size; a second report of the same member,
   * or to an unknown chord, changes nothing.
   */
  | { readonly kind: 'report'; readonly chord: string; readonly index: number; readonly data: string }
  /** Gives up the owner's place, if it holds one. */
  | { readonly kind: 'unlock'; readonly name: string; readonly owner: string }
  /**
   * Puts the settled delivery back into its place in the queue, its count kept, in a delivering turn too. A second time,
   * or without a receipt, it changes nothing.
   */
  | { readonly kind: 'release' }
  /** Appends an item to the dead letters; one of the same id that is there goes. */
  | { readonly kind: 'bury'; readonly item: QueueItem; readonly reason: string };

/**
 * What a completed chord enqueues, as of the instant of the turn that completes it: an item whose data is `item.data`,
 * then a TAB and the reported text for each member in order (no text if results were flushed since), then `tail`.
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

/** What became of a settlement. */
export interface SettlementResult {
  /** false: the receipt was no longer in flight and nothing was changed. */
  readonly applied: boolean;
  /** What the conditional effects (`tick`, `chord`, `report`) enqueued; in a delivering turn, what all of them did. */
  readonly enqueued: readonly Enqueued[];
}

/** One round trip of a worker. */
export interface Turn {
  /** Applied in order, each atomically; each sees what those before it have changed. */
  readonly settled: readonly Settlement[];
  /** How many items to take from the queue afterwards; 0 for none. */
  readonly take: number;
  /** Under which lease the deliveries are held. */
  readonly lease: string;
  /** Keeps the lease alive until that instant, before anything is taken. Default: leaves it as it is. */
  readonly leaseUntil?: number;
  readonly now: number;
  /**
   * Hand over at once, in flight under the lease with count 1, what the settlements would have enqueued. Default false.
   */
  readonly deliver?: boolean;
}

/** What a turn brought. */
export interface TurnResult {
  /** One result per settlement, in order. */
  readonly settled: readonly SettlementResult[];
  readonly deliveries: readonly Delivery[];
}

/** A request for what is due in the schedule. */
export interface HandOver {
  readonly now: number;
  /** At most this many. */
  readonly limit: number;
  readonly lease: string;
}

/** What was due, and when more will be. */
export interface HandedOver {
  readonly deliveries: readonly Delivery[];
  /** When the first item that is left in the schedule is due; undefined if it is empty. */
  readonly nextDueAt: number | undefined;
}

/** A request for one place of a lock or semaphore. */
export interface Acquisition {
  readonly name: string;
  /** Who holds it. An owner holds one place at most: while it does, it is refused another. */
  readonly owner: string;
  /** How many owners may hold it at once: 1 for a lock, more for a semaphore. */
  readonly places: number;
  /** The hold ends with this lease: a lease that has died and is kept again has lost its holds. */
  readonly lease?: string;
  /** The hold ends at this instant at the latest. */
  readonly expiresAt?: number;
  readonly now: number;
}

/** One use of a rate limit. */
export interface RateRequest {
  readonly name: string;
  /** What the caller grants; the storage counts, and refuses nothing. */
  readonly limit: number;
  /** The same for all uses of one name. */
  readonly windowMs: number;
  readonly now: number;
}

/** Both lists are in the order of the queue. */
export interface Recovery {
  /** Deliveries of dead leases that went back to their place in the queue. */
  readonly requeued: readonly QueueItem[];
  /**
   * Deliveries of dead leases that have been delivered `maxDeliveries` times: now held by the recovering lease, under
   * a fresh receipt, their count kept. Should that lease be dead too, the next recovery takes them over again.
   */
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

/**
 * A part of a storage. `queue`, `schedule`, `dead`: the items in it. `results`: all data, revocations included, all
 * locks and rate windows, and the values reported to chords, whose members have reported all the same. `counters`: sets
 * the count of every rate window to 0. What is in flight, open chords and claimed slots go with everything only.
 */
export type FlushTarget = 'queue' | 'schedule' | 'results' | 'counters' | 'dead';

/** What a storage is good for; a capability changes what the contract expects of it, never whether a case runs. */
export interface StorageCapabilities {
  /** Keeps everything when the process ends: what was there is there when it is opened again. */
  readonly durable: boolean;
  /** Several processes can use it at once: each sees at once what the others have changed. */
  readonly shared: boolean;
  /** Calls listeners as soon as there is something to do. */
  readonly notifies: boolean;
  /**
   * Keeps what it is given: false only for a storage that swallows everything. Such a storage reads as empty, enqueues
   * nothing, grants every lock, and counts every use as the first.
   */
  readonly retains: boolean;
}

/**
 * Told what has gained an item: the queue, the schedule, or a lease that held no delivery before the call. It is called
 * when the gain can be seen, perhaps without need, and must not throw.
 */
export type StorageListener = (gained: 'queue' | 'schedule' | 'lease', lease?: string) => void;

/** What a storage does. The head of its file says the words, the contract in huey-ts/testing checks the deeds. */
export interface Storage {
  readonly capabilities: StorageCapabilities;

  /** Settles what has ended and takes what comes next, in one round trip. */
  turn(turn: Turn): Awaitable<TurnResult>;
  /**
   * Takes due items from the schedule, earliest first, in flight under the scheduler's lease. The scheduler settles
   * each into the queue; should it die first, recovery puts them there, however low its `maxDeliveries`: as items
   * enqueued at the instant of the hand-over, which is why their `enqueuedAt` is that instant from now on.
   */
  handOver(request: HandOver): Awaitable<HandedOver>;
  /**
   * Calls the listener, if the storage notifies, when something may have gained an item, through this handle or any
   * other; returns how to stop that.
   */
  subscribe(listener: StorageListener): () => void;
  /**
   * Calls the listener, if the storage notifies, when data may have been put under the key, through this handle or any
   * other; returns how to stop that. For readers who wait for a result.
   */
  watch(key: string, listener: () => void): () => void;
  /**
   * Whether nothing is under the key, or a watcher that comes now is told of it within a moment: then whoever waits need
   * not look before. A storage may leave this out; it means that one has to look.
   */
  tellsOf?(key: string): boolean;

  /** Queued items in the order in which they would be taken; at most `limit`, as below. Default all. */
  pending(limit?: number): Awaitable<readonly QueueItem[]>;
  pendingCount(): Awaitable<number>;
  /** Scheduled items in due order. */
  scheduled(limit?: number): Awaitable<readonly ScheduledItem[]>;
  scheduledCount(): Awaitable<number>;
  /** Dead letters, first buried first. */
  dead(limit?: number): Awaitable<readonly DeadItem[]>;
  /**
   * Enqueues a dead letter as of now (its delivery count starts anew) or drops it; false if there is none of that id.
   */
  resolveDead(id: string, action: 'retry' | 'discard', now: number): Awaitable<boolean>;

  /** The data under a key; undefined if there is none. */
  peek(key: string, now: number): Awaitable<string | undefined>;
  /** Returns the data and removes it, atomically. */
  pop(key: string, now: number): Awaitable<string | undefined>;
  /** Stores data for good if there is none under the key, atomically; false if there is. */
  putIfEmpty(key: string, data: string, now: number): Awaitable<boolean>;
  /** Removes a key; false if it was absent, or had expired. */
  delete(key: string, now: number): Awaitable<boolean>;
  /** Removes the key if it still holds exactly this data; false otherwise. */
  deleteIf(key: string, data: string, now: number): Awaitable<boolean>;
  /** All keys with data, sorted. */
  keys(now: number): Awaitable<readonly string[]>;

  /** Takes a place if one is free; false if none is, or if the hold would have ended already: true means held. */
  acquire(request: Acquisition): Awaitable<boolean>;
  /** Gives up the owner's place; false if it held none. */
  release(name: string, owner: string, now: number): Awaitable<boolean>;
  /** How many places are held. */
  holders(name: string, now: number): Awaitable<number>;
  /** Frees all places of the named locks; returns those that were held, in the order given. */
  flushLocks(names: readonly string[], now: number): Awaitable<readonly string[]>;
  /** The names of all held locks, sorted. */
  locks(now: number): Awaitable<readonly string[]>;

  /**
   * Counts one use in the fixed window that `now` falls into (windows start at multiples of `windowMs` since the
   * epoch) and returns the count with it included. Refused uses are counted too, as huey does. Windows never go back:
   * a use from before the window last used counts in that one, or clocks that differ would grant both sides a window.
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

  /**
   * Declares the lease alive until that instant, sooner or later than was said before. A lease that has died may be
   * kept again: it has lost its locks, and has its deliveries unless a recovery came first.
   */
  keepLease(lease: string, expiresAt: number, now: number): Awaitable<void>;
  /** Ends a lease: its locks are free at once, its deliveries go back at the next recovery. */
  endLease(lease: string, now: number): Awaitable<void>;
  /**
   * What is in flight under a lease, or under any if none is named, in the order of the queue. A consumer that lost the
   * answer to a turn asks what it holds; an operator, what is running.
   */
  held(now: number, lease?: string): Awaitable<readonly Delivery[]>;
  /**
   * Takes over what dead leases hold: deliveries go back into their places, or, from the `maxDeliveries`-th on, to the
   * recovering lease. It is called every now and then whatever happens, so a storage clears away here what has expired.
   */
  recover(lease: string, maxDeliveries: number, now: number): Awaitable<Recovery>;

  /** Empties a part, or everything; leases are not contents, and live on. */
  flush(target?: FlushTarget): Awaitable<void>;
  /** Lets go of connections and files; further calls fail, closing again does nothing. */
  close(): Awaitable<void>;
}
