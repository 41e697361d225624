// The leases of a consumer's children: locks that bodies take in a child are held under one of its own, which its
// parent keeps alive with the consumer's as long as anything is held, and ends as soon as the child is gone.
import type { Engine } from '../engine/engine.js';

/** The lease of one child. States: idle -> held -> idle, or ended for good. */
export interface ChildLease {
  readonly name: string;
  /** Keeps it alive from now on. */
  keep(): Promise<void>;
  /** Nothing is held under it any more. */
  letGo(): void;
  /** Ends it: what is held under it is free. */
  end(): void;
}

/** Those of all children of one consumer. */
export class ChildLeases {
  readonly #engine: Engine;
  readonly #consumer: string;
  readonly #ttlMs: number;
  readonly #onHeld: () => void;
  readonly #held = new Set<string>();
  /** Ends that the storage has not confirmed yet. */
  readonly #ending = new Set<Promise<void>>();
  #count = 0;

  /** @param onHeld Called when one begins to be held, so that somebody renews it. */
  constructor(engine: Engine, consumer: string, ttlMs: number, onHeld: () => void) {
    this.#engine = engine;
    this.#consumer = consumer;
    this.#ttlMs = ttlMs;
    this.#onHeld = onHeld;
  }

  /** Whether anything is held under any of them. */
  get areHeld(): boolean {
    return this.#held.size > 0;
  }

  /** A lease for a new child. */
  next(): ChildLease {
    this.#count += 1;
    const name = `${this.#consumer}/${this.#count}`;
    let wasHeld = false;
    return {
      name,
      keep: async () => {
        wasHeld = true;
        this.#held.add(name);
        await this.#keep(name, this.#engine.now());
        this.#onHeld();
      },
      letGo: () => void this.#held.delete(name),
      end: () => {
        this.#held.delete(name);
        if (wasHeld) this.#end(name);
      },
    };
  }

  /** Keeps those under which something is held. */
  async renew(now: number): Promise<void> {
    for (const name of this.#held) await this.#keep(name, now);
  }

  /** Resolves when those that were ended are so in the storage. */
  async ended(): Promise<void> {
    await Promise.all(this.#ending);
  }

  async #keep(name: string, now: number): Promise<void> {
    await this.#engine.storage.keepLease(name, now + this.#ttlMs, now);
  }

  #end(name: string): void {
    const { storage, runtime } = this.#engine;
    const ending = (async () => storage.endLease(name, this.#engine.now()))()
      // It runs out by itself.
      .catch((error: unknown) => runtime.logger.error('stop failed', { what: 'lease', lease: name, error }))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
