// Who waits for something under a key, until they let go: the part of every storage that tells readers when there is a
// result. Listeners are called in the order in which they came; none is called that has let go.

/** One wait; the same function may wait twice, and each wait has its own way out. */
interface Wait {
  /** undefined: has let go. */
  listener: (() => void) | undefined;
}

export class Watchers {
  readonly #waits = new Map<string, readonly Wait[]>();

  /** Whether nobody waits for anything: most of the time nobody does. */
  get isEmpty(): boolean {
    return this.#waits.size === 0;
  }

  /** Whether anybody waits for the key. */
  has(key: string): boolean {
    return this.#waits.has(key);
  }

  /** The keys that somebody waits for. */
  keys(): string[] {
    return [...this.#waits.keys()];
  }

  /** Has the listener called whenever the key rings; returns how to let go. Letting go twice does nothing more. */
  watch(key: string, listener: () => void): () => void {
    const own: Wait = { listener };
    const others = this.#waits.get(key);
    this.#waits.set(key, others === undefined ? [own] : [...others, own]);
    return () => this.#letGo(key, own);
  }

  /** Calls whoever waits for the key. */
  ring(key: string): void {
    if (this.#waits.size === 0) return;
    const waits = this.#waits.get(key);
    if (waits !== undefined) for (const { listener } of waits) listener?.();
  }

  /** Calls whoever waits for any key. */
  ringAll(): void {
    for (const key of this.keys()) this.ring(key);
  }

  /** Forgets all who wait. */
  clear(): void {
    this.#waits.clear();
  }

  #letGo(key: string, own: Wait): void {
    own.listener = undefined;
    const waits = this.#waits.get(key);
    if (waits === undefined) return;
    const others = waits.filter((wait) => wait !== own);
    if (others.length === 0) this.#waits.delete(key);
    else this.#waits.set(key, others);
  }
}
