// The locks of the memory storage. A place is held until it is released, its instant has come, or its lease is dead.
import type { Acquisition } from './storage.js';

type Hold = Pick<Acquisition, 'lease' | 'expiresAt'>;

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
    holds.set(request.owner, { ...(lease !== undefined && { lease }), ...(expiresAt !== undefined && { expiresAt }) });
    this.#locks.set(request.name, holds);
    return true;
  }

  release(name: string, owner: string, now: number): boolean {
    const holds = this.#living(name, now);
    const held = holds.delete(owner);
    if (holds.size === 0) this.#locks.delete(name);
    return held;
  }

  holders(name: string, now: number): number {
    return this.#living(name, now).size;
  }

  flush(names: readonly string[], now: number): string[] {
    const held = names.filter((name) => this.holders(name, now) > 0);
    for (const name of names) this.#locks.delete(name);
    return held;
  }

  /** Forgets the places whose instant has come or whose lease is dead. */
  sweep(now: number): void {
    for (const name of this.#locks.keys()) if (this.#living(name, now).size === 0) this.#locks.delete(name);
  }

  names(now: number): string[] {
    this.sweep(now);
    return [...this.#locks.keys()].sort();
  }

  clear(): void {
    this.#locks.clear();
  }

  #living(name: string, now: number): Map<string, Hold> {
    const holds = this.#locks.get(name) ?? new Map<string, Hold>();
    for (const [owner, hold] of holds) {
      const expired = hold.expiresAt !== undefined && hold.expiresAt <= now;
      if (expired || (hold.lease !== undefined && !this.#leaseAlive(hold.lease, now))) holds.delete(owner);
    }
    return holds;
  }
}
