// The ids of tasks that were seen lately, with their names: as many as fit, the oldest are forgotten first.

/** About 20 MB. */
const MOST = 100_000;

export class RecentIds {
  readonly #names = new Map<string, string>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  has(id: string): boolean {
    return this.#names.has(id);
  }

  nameOf(id: string): string | undefined {
    return this.#names.get(id);
  }

  add(id: string, name: string): void {
    this.#names.delete(id);
    this.#names.set(id, name);
    if (this.#names.size <= this.#most) return;
    for (const oldest of this.#names.keys()) {
      this.#names.delete(oldest);
      return;
    }
  }
}
