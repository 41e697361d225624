// The revocations on record, as the storage was told of them, and which of them stood when a delivery was taken.
import type { Engine } from '../../src/engine/engine.js';
import type { Delivery } from '../../src/storage/storage.js';
import { revokedKey, revokedTaskKey } from '../../src/storage/storage.js';
import type { Handlers } from './invariant.js';

/** One revocation. Another of the same key is another object. */
export interface Record {
  readonly key: string;
  readonly once: boolean;
  readonly until: number | undefined;
}

export class RevocationBook {
  readonly #engine: Engine;
  readonly #records = new Map<string, Record>();
  readonly #standing = new Map<string, readonly Record[]>();
  /** What is in flight, with the revocations that have stood at any time since it was taken. */
  readonly #seen = new Map<string, { readonly delivery: Delivery; readonly records: Record[] }>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Those that concern the item of a delivery now. */
  now({ item }: Delivery): readonly Record[] {
    if (this.#records.size === 0) return [];
    const own = this.#records.get(revokedKey(item.id));
    const all = this.#records.get(revokedTaskKey(item.task));
    return [own, all].filter((record) => record !== undefined);
  }

  /** Those that stood when the delivery was taken. */
  whenTaken({ receipt }: Delivery): readonly Record[] {
    return this.#standing.get(receipt) ?? [];
  }

  /** Those that have stood at any time since the delivery was taken: a worker may have met any of them. */
  sinceTaken({ receipt }: Delivery): readonly Record[] {
    return this.#seen.get(receipt)?.records ?? [];
  }

  get(key: string): Record | undefined {
    return this.#records.get(key);
  }

  /** Keeps the book. */
  readonly handlers = {
    put: ({ key, data }) => {
      if (!isRevocation(key)) return;
      const { once, until } = this.#engine.codec.decodeValue(data) as { once?: unknown; until?: unknown };
      const record = { key, once: once === true, until: typeof until === 'number' ? until : undefined };
      this.#records.set(key, record);
      for (const { delivery, records } of this.#seen.values())
        if (concerns(record, delivery)) records.push(record);
    },
    removed: ({ key, by, isTrue }) => {
      if (by !== 'deleteIf' || isTrue) this.#records.delete(key);
    },
    flushed: ({ target }) => {
      if (target === undefined || target === 'results') this.#records.clear();
    },
    taken: ({ flight: { delivery } }) => {
      const records = this.now(delivery);
      if (records.length > 0) this.#standing.set(delivery.receipt, records);
      this.#seen.set(delivery.receipt, { delivery, records: [...records] });
    },
    ended: ({ delivery }) => {
      this.#standing.delete(delivery.receipt);
      this.#seen.delete(delivery.receipt);
    },
  } satisfies Handlers;
}

/** Whether it stops a task whose worker looks at that instant. */
export function isInForce({ once, until }: Record, now: number): boolean {
  return once || until === undefined || until > now;
}

function concerns({ key }: Record, { item }: Delivery): boolean {
  return key === revokedKey(item.id) || key === revokedTaskKey(item.task);
}

function isRevocation(key: string): boolean {
  return key.startsWith(revokedKey('')) || key.startsWith(revokedTaskKey(''));
}
