// Random sequences of storage calls, as plain data so that they shrink, run against a storage and against the naive
// model at once. Every answer must agree, and after each call everything that can be listed.
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Effect,
  type FlushTarget,
  revokedKey,
  revokedTaskKey,
  type Storage,
} from '../../src/storage/storage.js';
import { item, NOW, Subject, whole } from '../../src/testing/contract/subject.js';
import { SequentialStorage } from '../../sim/sequential/sequential-storage.js';

const IDS = fc.constantFrom('a', 'b', 'c', 'd');
const ITEM = fc.record({
  id: IDS,
  priority: fc.constantFrom(0, 0, 0, 1, -1.5),
  task: fc.constantFrom('t', 'u'),
});
const LEASES = fc.constantFrom('x', 'y');
/** Data under these is deleted; what has expired may be deleted either way, so it has keys of its own. */
const KEYS = fc.constantFrom('k1', 'k2', revokedKey('a'), revokedKey('b'), revokedTaskKey('u'));
const EXPIRING = fc.constantFrom('e1', 'e2', revokedKey('c'), revokedTaskKey('t'));
const DATA = fc.constantFrom('', 'one', 'two');
const NAMES = fc.constantFrom('m', 'n');
const OWNERS = fc.constantFrom('o', 'p');
const CHORDS = fc.constantFrom(0, 1, 2, 2, 3, 3);
/** Milliseconds; sums of those between calls, so that things often end at the very instant of a call. */
const SHORTLY = fc.constantFrom(-5, 0, 1, 7, 8, 14, 20, 21, 27, 40);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Effects with instants relative to that of the turn. */
const EFFECT = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('enqueue'), item: ITEM }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('schedule'), item: ITEM, inMs: SHORTLY }) },
  fc.record({ kind: fc.constant('put'), key: KEYS, data: DATA }),
  fc.record({ kind: fc.constant('put'), key: EXPIRING, data: DATA, forMs: maybe(SHORTLY) }),
  fc.record({ kind: fc.constant('unrevoke'), id: IDS }),
  fc.record({ kind: fc.constant('tick'), ticker: NAMES, slot: fc.nat(4), item: ITEM }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('chord'), size: CHORDS, item: ITEM, tail: DATA }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('report'), size: CHORDS, index: fc.nat(2), data: DATA }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unlock'), name: NAMES, owner: OWNERS }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('release') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bury'), item: ITEM, reason: DATA }) },
);
type RandomEffect = typeof EFFECT extends fc.Arbitrary<infer E> ? E : never;

const SETTLEMENT = fc.record({
  /** Which of the receipts ever given, counted from the newest. */
  receipt: maybe(fc.nat(8)),
  effects: fc.array(EFFECT, { maxLength: 5 }),
});

const TURN = fc.record({
  call: fc.constant('turn'),
  settled: fc.array(SETTLEMENT, { maxLength: 3 }),
  take: fc.nat(3),
  lease: LEASES,
  leaseForMs: maybe(SHORTLY),
  deliver: maybe(fc.boolean()),
});

const CALL = fc.oneof(
  { weight: 12, arbitrary: TURN },
  { weight: 3, arbitrary: fc.record({ call: fc.constant('handOver'), limit: fc.nat(3), lease: LEASES }) },
  {
    weight: 3,
    arbitrary: fc.record({
      call: fc.constant('recover'),
      lease: LEASES,
      most: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('keepLease'), lease: LEASES, forMs: SHORTLY }) },
  fc.record({ call: fc.constant('endLease'), lease: LEASES }),
  { weight: 2, arbitrary: fc.record({ call: fc.constant('held'), lease: maybe(LEASES) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('resolveDead'),
      id: IDS,
      action: fc.constantFrom('retry' as const, 'discard' as const),
    }),
  },
  fc.record({ call: fc.constant('pop'), key: fc.oneof(KEYS, EXPIRING) }),
  fc.record({ call: fc.constant('putIfEmpty'), key: fc.oneof(KEYS, EXPIRING), data: DATA }),
  fc.record({ call: fc.constant('delete'), key: KEYS }),
  fc.record({ call: fc.constant('deleteIf'), key: KEYS, data: DATA }),
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('acquire'),
      name: NAMES,
      owner: OWNERS,
      places: fc.integer({ min: 1, max: 2 }),
      lease: maybe(LEASES),
      forMs: maybe(SHORTLY),
    }),
  },
  fc.record({ call: fc.constant('release'), name: NAMES, owner: OWNERS }),
  fc.record({ call: fc.constant('flushLocks'), names: fc.uniqueArray(NAMES) }),
  {
    weight: 2,
    arbitrary: fc.record({ call: fc.constant('rate'), name: NAMES, agoMs: fc.constantFrom(0, 0, 0, 15) }),
  },
  fc.record({ call: fc.constant('resetRate'), name: NAMES }),
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('flush'),
      target: fc.constantFrom<FlushTarget | undefined>(
        'queue',
        'schedule',
        'results',
        'counters',
        'dead',
        undefined,
        undefined,
      ),
    }),
  },
);
type RandomCall = typeof CALL extends fc.Arbitrary<infer C> ? C : never;

/** Each call with the milliseconds that pass before it. */
export const CALLS = fc.array(fc.record({ afterMs: fc.constantFrom(0, 0, 1, 7, 20), call: CALL }), {
  maxLength: 40,
  size: 'max',
});

type Calls = readonly { readonly afterMs: number; readonly call: RandomCall }[];

/** Makes the calls; @throws if the storage answers, or lists, anything but what the model does. */
export async function runAgainstModel(storage: Storage, calls: Calls): Promise<void> {
  const model = new Side(new SequentialStorage());
  const real = new Side(storage);
  let now = NOW;
  for (const [index, { afterMs, call }] of calls.entries()) {
    now += afterMs;
    const where = `after call ${index}, ${call.call}`;
    expect(await real.make(call, now), where).toEqual(await model.make(call, now));
    expect(await real.listing(now), where).toEqual(await model.listing(now));
  }
}

/** One of the two storages, with the receipts that it has given: they differ, but their order does not. */
class Side {
  readonly subject: Subject;
  readonly #receipts: string[] = [];

  constructor(storage: Storage) {
    this.subject = new Subject(storage);
  }

  /** Makes a call and returns its answer, with receipts replaced by their number. */
  async make(call: RandomCall, now: number): Promise<unknown> {
    return this.#plain(await this.#call(call, now));
  }

  /** Everything that can be read, the counts too. */
  async listing(now: number): Promise<unknown> {
    const { storage } = this.subject;
    const counts = [await storage.pendingCount(), await storage.scheduledCount()];
    return { ...(await this.subject.snapshot(now)), counts };
  }

  #call(call: RandomCall, now: number): unknown {
    const { storage } = this.subject;
    switch (call.call) {
      case 'turn':
        return storage.turn({
          settled: call.settled.map(({ receipt, effects }) => ({
            ...(receipt !== undefined && { receipt: this.#receipts.at(-1 - receipt) ?? 'none' }),
            effects: effects.map((effect) => effectAt(effect, now)),
          })),
          take: call.take,
          lease: call.lease,
          now,
          ...(call.leaseForMs !== undefined && { leaseUntil: now + call.leaseForMs }),
          ...(call.deliver !== undefined && { deliver: call.deliver }),
        });
      case 'handOver':
        return storage.handOver({ now, limit: call.limit, lease: call.lease });
      case 'recover':
        return storage.recover(call.lease, call.most, now);
      case 'keepLease':
        return storage.keepLease(call.lease, now + call.forMs, now);
      case 'held':
        return storage.held(now, call.lease);
      case 'endLease':
        return storage.endLease(call.lease, now);
      case 'resolveDead':
        return storage.resolveDead(call.id, call.action, now);
      case 'pop':
        return storage.pop(call.key, now);
      case 'putIfEmpty':
        return storage.putIfEmpty(call.key, call.data, now);
      case 'delete':
        return storage.delete(call.key, now);
      case 'deleteIf':
        return storage.deleteIf(call.key, call.data, now);
      case 'acquire': {
        const { name, owner, places, lease, forMs } = call;
        const ends = {
          ...(lease !== undefined && { lease }),
          ...(forMs !== undefined && { expiresAt: now + forMs }),
        };
        return storage.acquire({ name, owner, places, now, ...ends });
      }
      case 'release':
        return storage.release(call.name, call.owner, now);
      case 'flushLocks':
        return storage.flushLocks(call.names, now);
      case 'rate':
        return storage.rate({ name: call.name, limit: 1, windowMs: 10, now: now - call.agoMs });
      case 'resetRate':
        return storage.resetRate(call.name);
      case 'flush':
        return storage.flush(call.target);
    }
  }

  #plain(answer: unknown): unknown {
    if (Array.isArray(answer)) return answer.map((one) => this.#plain(one));
    if (typeof answer !== 'object' || answer === null) return answer;
    if ('enqueuedAt' in answer) return whole(answer as Parameters<typeof whole>[0]);
    const fields = Object.entries(answer).map(([name, value]) => [
      name,
      name === 'receipt' ? this.#receipts.push(value as string) : this.#plain(value),
    ]);
    return Object.fromEntries(fields);
  }
}

function effectAt(effect: RandomEffect, now: number): Effect {
  switch (effect.kind) {
    case 'enqueue':
      return { kind: 'enqueue', item: itemAt(effect.item, now) };
    case 'schedule':
      return { kind: 'schedule', item: itemAt(effect.item, now), dueAt: now + effect.inMs };
    case 'put': {
      const forMs = 'forMs' in effect ? effect.forMs : undefined;
      return {
        kind: 'put',
        key: effect.key,
        data: effect.data,
        ...(forMs !== undefined && { expiresAt: now + forMs }),
      };
    }
    case 'tick':
      return { kind: 'tick', ticker: effect.ticker, slot: effect.slot, item: itemAt(effect.item, now) };
    case 'chord': {
      const callback = { item: itemAt(effect.item, now - 3), tail: effect.tail };
      return { kind: 'chord', chord: `c${effect.size}`, size: effect.size, callback };
    }
    case 'report':
      return {
        kind: 'report',
        chord: `c${effect.size}`,
        index: effect.index % Math.max(1, effect.size),
        data: effect.data,
      };
    case 'bury':
      return { kind: 'bury', item: itemAt(effect.item, now), reason: effect.reason };
    default:
      return effect;
  }
}

function itemAt({ id, ...fields }: { id: string; priority: number; task: string }, now: number) {
  return item(id, { ...fields, enqueuedAt: now - 1 });
}
