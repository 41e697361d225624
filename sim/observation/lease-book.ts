// How long each lease is good for, as the calls of the storage tell it. A lease that any recovery has found dead stays
// dead, whatever slower clocks say, until it is kept anew.

/** Follows the leases of a run. */
export class LeaseBook {
  readonly #leases = new Map<string, number>();

  keep(lease: string, until: number): void {
    this.#leases.set(lease, until);
  }

  end(lease: string): void {
    this.#leases.delete(lease);
  }

  /** A recovery at that instant: returns the leases that it has found dead. */
  recover(now: number): readonly string[] {
    const dead: string[] = [];
    for (const [lease, until] of this.#leases)
      if (until <= now) {
        this.#leases.delete(lease);
        dead.push(lease);
      }
    return dead;
  }

  isAlive(lease: string, now: number): boolean {
    return (this.#leases.get(lease) ?? -Infinity) > now;
  }
}
