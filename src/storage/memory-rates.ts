// What was counted against rate limits in the memory storage: for each name the latest window and the uses in it.
import type { Rate } from './memory-state.js';

export class MemoryRates {
  readonly #rates = new Map<string, { window: number; count: number }>();

  /** Counts one use in a window, and returns how many there were in it. A window that has passed counts in the latest. */
  count(name: string, window: number): number {
    const rate = this.#rates.get(name);
    if (rate !== undefined && rate.window >= window) return (rate.count += 1);
    this.#rates.set(name, { window, count: 1 });
    return 1;
  }

  usage(name: string): number {
    return this.#rates.get(name)?.count ?? 0;
  }

  reset(name: string): boolean {
    return this.#rates.delete(name);
  }

  names(): string[] {
    return [...this.#rates.keys()].sort();
  }

  /** Begins every count anew; the names stay. */
  clearCounts(): void {
    for (const rate of this.#rates.values()) rate.count = 0;
  }

  clear(): void {
    this.#rates.clear();
  }

  exportRates(): (readonly [string, Rate])[] {
    return [...this.#rates];
  }

  importRates(rates: readonly (readonly [string, Rate])[]): void {
    for (const [name, rate] of rates) this.#rates.set(name, { ...rate });
  }
}
