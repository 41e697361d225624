// The port's documentation, word for word and as naively as possible: rows in plain arrays, searched and sorted on
// every read. It is what other storages are compared with; nothing is shared with them. Instants must not go back.
import {
  type ChordCallback,
  type DeadItem,
  type Delivery,
  type Effect,
  type Enqueued,
  type FlushTarget,
  type HandedOver,
  type HandOver,
  type QueueItem,
  type Recovery,
  revokedKey,
  type ScheduledItem,
  type Settlement,
  type SettlementResult,
  type Storage,
  type Turn,
  type TurnResult,
} from '../../src/storage/storage.js';
import { SequentialData } from './sequential-data.js';

interface Waiting {
  readonly item: QueueItem;
  /** Lower is earlier. */
  readonly place: number;
  readonly count: number;
}

interface InFlight extends Waiting {
  readonly receipt: string;
  readonly lease: string;
}

interface Chord {
  readonly id: string;
  readonly size: number;
  readonly callback: ChordCallback;
  reported: { readonly index: number; data: string | undefined }[];
}

/** The sequential model of a storage. */
export class SequentialStorage extends SequentialData implements Storage {
  readonly capabilities = { durable: false, shared: false, notifies: false, retains: true };
  queue: Waiting[] = [];
  schedule: (Waiting & ScheduledItem)[] = [];
  inFlight: InFlight[] = [];
  letters: DeadItem[] = [];
  chords: Chord[] = [];
  slots: { ticker: string; slot: number }[] = [];
  places = 0;

  turn(turn: Turn): TurnResult {
    const settled = turn.settled.map((settlement) => this.settle(settlement, turn));
    if (turn.leaseUntil !== undefined) this.keepLease(turn.lease, turn.leaseUntil, turn.now);
    const taken = this.sortedQueue().slice(0, turn.take);
    this.queue = this.queue.filter((row) => !taken.includes(row));
    const deliveries = taken.map((row) =>
      this.deliver({ ...row, count: row.count + 1 }, turn.lease, turn.now),
    );
    return { settled, deliveries };
  }

  settle({ receipt, effects }: Settlement, turn: Turn): SettlementResult {
    const delivery = this.inFlight.find((row) => row.receipt === receipt);
    if (receipt !== undefined && delivery === undefined) return { applied: false, enqueued: [] };
    this.inFlight = this.inFlight.filter((row) => row !== delivery);
    const enqueued: Enqueued[] = [];
    for (const [index, effect] of effects.entries()) {
      if (effect.kind === 'release') {
        if (delivery !== undefined && !this.queue.some((row) => row.place === delivery.place))
          this.queue.push(delivery);
        continue;
      }
      const item = this.apply(effect, turn.now);
      if (item === undefined) continue;
      const row = { item, place: this.nextPlace(), count: 0 };
      if (turn.deliver === true) {
        const handed = this.deliver({ ...row, count: 1 }, turn.lease, turn.now);
        enqueued.push({ effect: index, item, delivery: handed });
        continue;
      }
      this.queue.push(row);
      if (effect.kind !== 'enqueue') enqueued.push({ effect: index, item });
    }
    return { applied: true, enqueued };
  }

  apply(effect: Exclude<Effect, { kind: 'release' }>, now: number): QueueItem | undefined {
    switch (effect.kind) {
      case 'put':
        this.put(effect.key, effect.data, effect.expiresAt, now);
        return undefined;
      case 'unrevoke':
        this.delete(revokedKey(effect.id), now);
        return undefined;
      case 'enqueue':
        return effect.item;
      case 'schedule':
        this.schedule.push({ item: effect.item, dueAt: effect.dueAt, place: this.nextPlace(), count: 0 });
        return undefined;
      case 'tick': {
        if (this.slots.some(({ ticker, slot }) => ticker === effect.ticker && slot >= effect.slot))
          return undefined;
        this.slots.push(effect);
        return effect.item;
      }
      case 'chord':
        if (this.chords.some(({ id }) => id === effect.chord)) return undefined;
        this.chords.push({ id: effect.chord, size: effect.size, callback: effect.callback, reported: [] });
        return this.complete(effect.chord, now);
      case 'report': {
        const chord = this.chords.find(({ id }) => id === effect.chord);
        if (chord === undefined || chord.reported.some(({ index }) => index === effect.index))
          return undefined;
        chord.reported.push({ index: effect.index, data: effect.data });
        return this.complete(effect.chord, now);
      }
      case 'unlock':
        this.release(effect.name, effect.owner, now);
        return undefined;
      case 'bury':
        this.letters = this.letters.filter(({ item }) => item.id !== effect.item.id);
        this.letters.push({ item: effect.item, reason: effect.reason, diedAt: now });
        return undefined;
    }
  }

  complete(chord: string, now: number): QueueItem | undefined {
    const { size, callback, reported } = this.chords.find(({ id }) => id === chord)!;
    if (reported.length < size) return undefined;
    this.chords = this.chords.filter(({ id }) => id !== chord);
    const values = [...reported].sort((a, b) => a.index - b.index).map(({ data }) => data ?? '');
    return {
      ...callback.item,
      data: [callback.item.data, ...values].join('\t') + callback.tail,
      enqueuedAt: now,
    };
  }

  deliver(row: Waiting, lease: string, now: number): Delivery {
    const { item, count } = row;
    const receipt = `receipt ${this.nextPlace()}`;
    this.inFlight.push({ ...row, receipt, lease });
    return { item, receipt, count, revoked: this.isRevoked(item, now) };
  }

  held(now: number, lease?: string): Delivery[] {
    return this.inFlight
      .filter((row) => lease === undefined || row.lease === lease)
      .sort((a, b) => b.item.priority - a.item.priority || a.place - b.place)
      .map(({ item, receipt, count }) => ({ item, receipt, count, revoked: this.isRevoked(item, now) }));
  }

  handOver({ now, limit, lease }: HandOver): HandedOver {
    const due = this.sortedSchedule()
      .filter(({ dueAt }) => dueAt <= now)
      .slice(0, limit);
    this.schedule = this.schedule.filter((row) => !due.includes(row));
    const deliveries = due.map(({ item }) =>
      this.deliver({ item: { ...item, enqueuedAt: now }, place: this.nextPlace(), count: 0 }, lease, now),
    );
    return { deliveries, nextDueAt: this.sortedSchedule()[0]?.dueAt };
  }

  subscribe(): () => void {
    return () => {};
  }

  watch(): () => void {
    return () => {};
  }

  pending(limit = Infinity): QueueItem[] {
    return this.sortedQueue()
      .map(({ item }) => item)
      .slice(0, limit);
  }

  pendingCount(): number {
    return this.queue.length;
  }

  scheduled(limit = Infinity): ScheduledItem[] {
    return this.sortedSchedule()
      .map(({ item, dueAt }) => ({ item, dueAt }))
      .slice(0, limit);
  }

  scheduledCount(): number {
    return this.schedule.length;
  }

  dead(limit = Infinity): DeadItem[] {
    return this.letters.slice(0, limit);
  }

  resolveDead(id: string, action: 'retry' | 'discard', now: number): boolean {
    const letter = this.letters.find(({ item }) => item.id === id);
    if (letter === undefined) return false;
    this.letters = this.letters.filter((other) => other !== letter);
    const item = { ...letter.item, enqueuedAt: now };
    if (action === 'retry') this.queue.push({ item, place: this.nextPlace(), count: 0 });
    return true;
  }

  reports(): [string, number][] {
    const rows = this.chords.flatMap(({ id, reported }) =>
      reported.filter(({ data }) => data !== undefined).map(({ index }): [string, number] => [id, index]),
    );
    return rows.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
  }

  recover(lease: string, maxDeliveries: number, now: number): Recovery {
    const lost = this.inFlight.filter((row) => !this.isAlive(row.lease, now));
    lost.sort((a, b) => b.item.priority - a.item.priority || a.place - b.place);
    this.inFlight = this.inFlight.filter((row) => !lost.includes(row));
    const back = lost.filter(({ count }) => count < maxDeliveries);
    this.queue.push(...back);
    const exhausted = lost.filter((row) => !back.includes(row)).map((row) => this.deliver(row, lease, now));
    const others = this.leases.filter(
      (other) => other.lease !== lease && this.inFlight.some((row) => row.lease === other.lease),
    );
    const nextExpiryAt = others.length === 0 ? undefined : Math.min(...others.map(({ until }) => until));
    return { requeued: back.map(({ item }) => item), exhausted, nextExpiryAt };
  }

  flush(target?: FlushTarget): void {
    if (target === undefined) {
      this.inFlight = [];
      this.chords = [];
      this.slots = [];
    }
    if (target === undefined || target === 'queue') this.queue = [];
    if (target === undefined || target === 'schedule') this.schedule = [];
    if (target === undefined || target === 'dead') this.letters = [];
    if (target === undefined || target === 'results') {
      this.values = [];
      this.holds = [];
      this.windows = [];
      for (const { reported } of this.chords) for (const report of reported) report.data = undefined;
    }
    if (target === 'counters') for (const window of this.windows) window.count = 0;
  }

  close(): void {}

  sortedQueue(): Waiting[] {
    return [...this.queue].sort((a, b) => b.item.priority - a.item.priority || a.place - b.place);
  }

  sortedSchedule(): (Waiting & ScheduledItem)[] {
    return [...this.schedule].sort((a, b) => a.dueAt - b.dueAt || a.place - b.place);
  }

  nextPlace(): number {
    this.places += 1;
    return this.places;
  }
}
