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

  get(key: string): Record | undefined {
    return this.#records.get(key);
  }

  /** Keeps the book. */
  readonly handlers = {
    put: ({ key, data }) => {
      if (!isRevocation(key)) return;
      const { once, until } = this.#engine.codec.decodeValue(data) as { once?: unknown; until?: unknown };
      this.#records.set(key, {
        key,
        once: once === true,
        until: typeof until === 'number' ? until : undefined,
      });
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
    },
    ended: ({ delivery }) => void this.#standing.delete(delivery.receipt),
  } satisfies Handlers;
}

/** Whether it stops a task whose worker looks at that instant. */
export function isInForce({ once, until }: Record, now: number): boolean {
  return once || until === undefined || until > now;
}

function isRevocation(key: string): boolean {
  return key.startsWith(revokedKey('')) || key.startsWith(revokedTaskKey(''));
}
