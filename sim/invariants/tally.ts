// Counts by name: how often something was seen for each.

export class Tally {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Adds so many, and returns the new count. */
  add(name: string, by = 1): number {
    const count = this.of(name) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
    return count;
  }

  set(name: string, count: number): void {
    this.#counts.set(name, count);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** Those with a count that is not zero. */
  entries(): IterableIterator<[string, number]> {
    return this.#counts.entries();
  }
}
