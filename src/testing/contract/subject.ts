// The storage of one case, with what its capabilities promise: where a storage that retains nothing is under test,
// every look is expected to find nothing, and every settlement of a delivery to be refused.
import assert from 'node:assert/strict';
import type {
  Acquisition,
  Awaitable,
  Delivery,
  Effect,
  QueueItem,
  Settlement,
  SettlementResult,
  Storage,
  Turn,
} from '../../storage/storage.js';

/** The instant at which everything happens that says nothing else. */
export const NOW = Date.UTC(2026, 0, 1);

/** An item, with what the case is about and something else in every other field. */
export function item(id: string, fields: Partial<QueueItem> = {}): QueueItem {
  return { id, task: `task of ${id}`, priority: 0, data: `data of ${id}`, enqueuedAt: NOW - 1, ...fields };
}

type At = Partial<Omit<Turn, 'settled' | 'take'>>;

interface Recovering {
  readonly lease?: string;
  readonly maxDeliveries?: number;
  readonly now?: number;
}

/** Everything that can be read from a storage. */
export interface Snapshot {
  readonly pending: readonly QueueItem[];
  readonly scheduled: ReadonlyArray<readonly [QueueItem, number]>;
  readonly dead: ReadonlyArray<readonly [QueueItem, string, number]>;
  readonly data: ReadonlyArray<readonly [string, string | undefined]>;
  readonly locks: ReadonlyArray<readonly [string, number]>;
  readonly rates: ReadonlyArray<readonly [string, number]>;
  readonly reports: ReadonlyArray<readonly [string, number]>;
}

const EMPTY: Snapshot = { pending: [], scheduled: [], dead: [], data: [], locks: [], rates: [], reports: [] };

/** Acts on a storage and looks at it. Ids are written in one text, separated by blanks. */
export class Subject {
  readonly storage: Storage;

  constructor(storage: Storage) {
    this.storage = storage;
  }

  get retains(): boolean {
    return this.storage.capabilities.retains;
  }

  /** Asserts an answer; of a storage that retains nothing, that it is `lost` instead. */
  async answers<T>(actual: Awaitable<T>, kept: T, lost: T): Promise<void> {
    assert.deepEqual(await actual, this.retains ? kept : lost);
  }

  /** Asserts that a call fails; a storage that retains nothing may swallow it. */
  async fails(call: () => Awaitable<unknown>): Promise<void> {
    const failed = Promise.resolve().then(call);
    if (this.retains) await assert.rejects(async () => failed);
    else await failed.catch(() => {});
  }

  /** Applies one settlement without a receipt. */
  async apply(effects: readonly Effect[], at: At = {}): Promise<SettlementResult> {
    const { settled } = await this.turn([{ effects }], 0, at);
    assert.equal(settled[0]!.applied, true, 'expected a settlement without a receipt to be applied');
    return settled[0]!;
  }

  async enqueue(...items: readonly (QueueItem | string)[]): Promise<void> {
    await this.apply(
      items.map((one) => ({ kind: 'enqueue', item: typeof one === 'string' ? item(one) : one })),
    );
  }

  async schedule(one: QueueItem | string, dueAt: number): Promise<void> {
    await this.apply([{ kind: 'schedule', item: typeof one === 'string' ? item(one) : one, dueAt }]);
  }

  async put(key: string, data: string, expiresAt?: number): Promise<void> {
    await this.apply([{ kind: 'put', key, data, ...(expiresAt !== undefined && { expiresAt }) }]);
  }

  async bury(one: QueueItem | string, reason = 'a reason', at: At = {}): Promise<void> {
    await this.apply([{ kind: 'bury', item: typeof one === 'string' ? item(one) : one, reason }], at);
  }

  async turn(settled: readonly Settlement[], take: number, at: At = {}) {
    const result = await this.storage.turn({ lease: 'worker', now: NOW, ...at, settled, take });
    assert.equal(result.settled.length, settled.length, 'expected one result for each settlement');
    return result;
  }

  /** Takes as many items as are named, or `count`, and asserts that they are these. */
  async take(ids: string, at: At & { readonly count?: number } = {}): Promise<Delivery[]> {
    const { count = idsOf(ids).length, ...rest } = at;
    const { deliveries } = await this.turn([], count, rest);
    return this.#delivered(deliveries, ids);
  }

  /** Takes one item and asserts that it is this. */
  async takeOne(id: string, at: At = {}): Promise<Delivery> {
    const [delivery] = await this.take(id, at);
    return delivery!;
  }

  /** Takes what is due and asserts that it is this, and when the next item is due. */
  async handOver(
    ids: string,
    nextDueAt: number | undefined,
    { now = NOW, limit = 100, lease = 'scheduler' }: { now?: number; limit?: number; lease?: string } = {},
  ): Promise<Delivery[]> {
    const handed = await this.storage.handOver({ now, limit, lease });
    await this.answers(handed.nextDueAt, nextDueAt, undefined);
    return this.#delivered(handed.deliveries, ids);
  }

  /** Settles a delivery that is in flight. */
  async settle(
    { receipt }: Delivery,
    effects: readonly Effect[] = [],
    at: At = {},
  ): Promise<SettlementResult> {
    const { settled } = await this.turn([{ receipt, effects }], 0, at);
    assert.deepEqual({ applied: settled[0]!.applied }, { applied: this.retains });
    return settled[0]!;
  }

  /** Settles a delivery that is not in flight any more. */
  async settleLate({ receipt }: Delivery, effects: readonly Effect[] = [], at: At = {}): Promise<void> {
    const { settled } = await this.turn([{ receipt, effects }], 0, at);
    assert.deepEqual(settled, [{ applied: false, enqueued: [] }]);
  }

  /** Recovers, and asserts what that brought. Returns the deliveries that are exhausted. */
  async recover(
    requeued: string,
    exhausted: string,
    nextExpiryAt: number | undefined,
    { lease = 'rescuer', maxDeliveries = 3, now = NOW }: Recovering = {},
  ): Promise<Delivery[]> {
    const recovery = await this.storage.recover(lease, maxDeliveries, now);
    this.#sees('requeued', recovery.requeued, requeued);
    await this.answers(recovery.nextExpiryAt, nextExpiryAt, undefined);
    return this.#delivered(recovery.exhausted, exhausted);
  }

  async acquire(
    name: string,
    owner: string,
    granted: boolean,
    fields: Partial<Acquisition> = {},
  ): Promise<void> {
    const answer = await this.storage.acquire({ places: 1, now: NOW, ...fields, name, owner });
    await this.answers(answer, granted, true);
  }

  async pending(ids: string): Promise<void> {
    this.#sees('pending', await this.storage.pending(), ids);
    await this.answers(this.storage.pendingCount(), idsOf(ids).length, 0);
  }

  async scheduled(ids: string): Promise<void> {
    const items = await this.storage.scheduled();
    this.#sees(
      'scheduled',
      items.map((one) => one.item),
      ids,
    );
    await this.answers(this.storage.scheduledCount(), idsOf(ids).length, 0);
  }

  async dead(ids: string): Promise<void> {
    const items = await this.storage.dead();
    this.#sees(
      'dead',
      items.map((one) => one.item),
      ids,
    );
  }

  async data(key: string, data: string | undefined, now = NOW): Promise<void> {
    await this.answers(this.storage.peek(key, now), data, undefined);
  }

  async holders(name: string, count: number, now = NOW): Promise<void> {
    await this.answers(this.storage.holders(name, now), count, 0);
  }

  /** Asserts everything that can be read; what is not named is expected to be empty. */
  async reads(expected: Partial<Snapshot>, now = NOW): Promise<void> {
    await this.answers(this.snapshot(now), { ...EMPTY, ...expected }, EMPTY);
  }

  async snapshot(now = NOW): Promise<Snapshot> {
    const { storage } = this;
    return {
      pending: (await storage.pending()).map(whole),
      scheduled: (await storage.scheduled()).map((one) => [whole(one.item), one.dueAt]),
      dead: (await storage.dead()).map((one) => [whole(one.item), one.reason, one.diedAt]),
      data: await lookUp(storage.keys(now), (key) => storage.peek(key, now)),
      locks: await lookUp(storage.locks(now), (name) => storage.holders(name, now)),
      rates: await lookUp(storage.rates(), (name) => storage.rateUsage(name)),
      reports: (await storage.reports()).map(([chord, index]) => [chord, index]),
    };
  }

  #sees(what: string, items: readonly QueueItem[], ids: string): void {
    assert.deepEqual({ [what]: items.map(({ id }) => id).join(' ') }, { [what]: this.retains ? ids : '' });
  }

  /** Asserts which items were delivered. What was lost is stood in for, so that the case can go on with it. */
  #delivered(deliveries: readonly Delivery[], ids: string): Delivery[] {
    this.#sees(
      'delivered',
      deliveries.map((one) => one.item),
      ids,
    );
    if (this.retains) return [...deliveries];
    return idsOf(ids).map((id) => ({ item: item(id), receipt: `lost ${id}`, count: 1, revoked: false }));
  }
}

/** The fields of an item: one may be an object that computes its data when asked. */
export function whole({ id, task, priority, data, enqueuedAt }: QueueItem): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}

async function lookUp<T>(
  names: Awaitable<readonly string[]>,
  look: (name: string) => Awaitable<T>,
): Promise<(readonly [string, T])[]> {
  return Promise.all((await names).map(async (name) => [name, await look(name)] as const));
}

function idsOf(ids: string): string[] {
  return ids === '' ? [] : ids.split(' ');
}
