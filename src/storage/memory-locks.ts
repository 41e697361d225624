// The locks of the memory storage. A place is held until it is released, its instant has come, or its lease is dead.
import type { Acquisition } from './storage.js';

interface Hold {
  readonly lease: string | undefined;
  readonly expiresAt: number | undefined;
}

/** A place that is held, as plain data. */
export interface HoldState extends Partial<Hold> {
  readonly name: string;
  readonly owner: string;
}

export class MemoryLocks {
  readonly #locks = new Map<string, Map<string, Hold>>();
  readonly #leaseAlive: (lease: string, now: number) => boolean;

  constructor(leaseAlive: (lease: string, now: number) => boolean) {
    this.#leaseAlive = leaseAlive;
  }

  acquire(request: Acquisition): boolean {
    const holds = this.#living(request.name, request.now);
    if (holds.size >= request.places || holds.has(request.owner)) return false;
    const { lease, expiresAt } = request;
    if (!this.#lasts({ lease, expiresAt }, request.now)) return false;
    holds.set(request.owner, { lease, expiresAt });
    this.#locks.set(request.name, holds);
    return true;
  }

  release(name: string, owner: string, now: number): boolean {
    const holds = this.#living(name, now);
    const held = holds.delete(owner);
    if (holds.size === 0) this.#locks.delete(name);
    return held;
  }

  /** Asking changes nothing. */
  holders(name: string, now: number): number {
    let held = 0;
    for (const hold of this.#locks.get(name)?.values() ?? []) if (this.#lasts(hold, now)) held += 1;
    return held;
  }

  flush(names: readonly string[], now: number): string[] {
    const held = names.filter((name) => this.holders(name, now) > 0);
    for (const name of names) this.#locks.delete(name);
    return held;
  }

  /** Gives up whatever is held under a lease. */
  releaseAll(lease: string): void {
    for (const [name, holds] of this.#locks) {
      for (const [owner, hold] of holds) if (hold.lease === lease) holds.delete(owner);
      if (holds.size === 0) this.#locks.delete(name);
    }
  }

  /** Forgets the places whose instant has come or whose lease is dead. */
  sweep(now: number): void {
    for (const name of this.#locks.keys()) if (this.#living(name, now).size === 0) this.#locks.delete(name);
  }

  names(now: number): string[] {
    return [...this.#locks.keys()].filter((name) => this.holders(name, now) > 0).sort();
  }

  exportHolds(): HoldState[] {
    return [...this.#locks].flatMap(([name, holds]) =>
      [...holds].map(([owner, hold]) => ({ name, owner, ...hold })),
    );
  }

  importHolds(holds: readonly HoldState[]): void {
    this.#locks.clear();
    for (const { name, owner, lease, expiresAt } of holds) {
      const places = this.#locks.get(name) ?? new Map<string, Hold>();
      this.#locks.set(name, places.set(owner, { lease, expiresAt }));
    }
  }

  clear(): void {
    this.#locks.clear();
  }

  #living(name: string, now: number): Map<string, Hold> {
    const holds = this.#locks.get(name) ?? new Map<string, Hold>();
    for (const [owner, hold] of holds) if (!this.#lasts(hold, now)) holds.delete(owner);
    return holds;
  }

  #lasts({ lease, expiresAt }: Hold, now: number): boolean {
    return (
      (expiresAt === undefined || expiresAt > now) && (lease === undefined || this.#leaseAlive(lease, now))
    );
  }
}
