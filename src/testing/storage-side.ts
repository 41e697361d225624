// One of two storages that are asked the same: it makes random calls, and tells what they answer and what can be read
// afterwards, with receipts replaced by their number: they differ between storages, but their order does not.
import type { Storage } from '../storage/storage.js';
import { Subject, whole } from './contract/subject.js';
import type { RandomCall } from './random-calls.js';

type KeyedCall = Exclude<
  RandomCall,
  { call: 'turn' | 'handOver' | 'recover' | 'keepLease' | 'endLease' | 'held' | 'resolveDead' | 'flush' }
>;

export class StorageSide {
  readonly #subject: Subject;
  /** Those that it has given, in order. */
  readonly #receipts: string[] = [];

  constructor(storage: Storage) {
    this.#subject = new Subject(storage);
  }

  /** Makes a call and returns its answer. */
  async make(call: RandomCall, now: number): Promise<unknown> {
    return this.#plain(await this.#call(call, now));
  }

  /** Everything that can be read, the counts too. */
  async listing(now: number): Promise<unknown> {
    const { storage } = this.#subject;
    const counts = [await storage.pendingCount(), await storage.scheduledCount()];
    return { ...(await this.#subject.snapshot(now)), counts };
  }

  #call(call: RandomCall, now: number): unknown {
    const { storage } = this.#subject;
    switch (call.call) {
      case 'turn':
        return storage.turn({
          settled: call.settled.map(({ receipt, effects }) => ({
            ...(receipt !== undefined && { receipt: this.#receipts.at(-1 - receipt) ?? 'none' }),
            effects: effects.map((effect) => effect(now)),
          })),
          take: call.take,
          lease: call.lease,
          now,
          ...(call.leaseForMs !== undefined && { leaseUntil: now + call.leaseForMs }),
          deliver: call.deliver,
        });
      case 'handOver':
        return storage.handOver({ now, limit: call.limit, lease: call.lease });
      case 'recover':
        return storage.recover(call.lease, call.most, now);
      case 'keepLease':
        return storage.keepLease(call.lease, now + call.forMs, now);
      case 'endLease':
        return storage.endLease(call.lease, now);
      case 'held':
        return storage.held(now, call.lease);
      case 'resolveDead':
        return storage.resolveDead(call.id, call.action, now);
      case 'flush':
        return storage.flush(call.target);
      default:
        return this.#keyed(call, now);
    }
  }

  #keyed(call: KeyedCall, now: number): unknown {
    const { storage } = this.#subject;
    switch (call.call) {
      case 'pop':
      case 'delete':
        return storage[call.call](call.key, now);
      case 'putIfEmpty':
      case 'deleteIf':
        return storage[call.call](call.key, call.data, now);
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
