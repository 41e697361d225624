// Who is told what this handle has changed, after it is committed. What other handles change is told to nobody: readers
// poll for that.
import { Watchers } from '../../watchers.js';
import type { StorageListener } from '../storage.js';

export class SqliteListeners {
  readonly #listeners = new Set<StorageListener>();
  readonly #watchers = new Watchers();
  #queueGained = false;
  #scheduleGained = false;
  readonly #leases = new Set<string>();
  readonly #keys = new Set<string>();

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: StorageListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  watch(key: string, listener: () => void): () => void {
    return this.#watchers.watch(key, listener);
  }

  /** Notes what is to be told. */
  gained(what: 'queue' | 'schedule' | 'lease', lease?: string): void {
    if (what === 'queue') this.#queueGained = true;
    else if (what === 'schedule') this.#scheduleGained = true;
    else if (lease !== undefined) this.#leases.add(lease);
  }

  /** Notes that data was put under a key. */
  put(key: string): void {
    if (this.#watchers.has(key)) this.#keys.add(key);
  }

  /** Tells what was noted. Listeners may call the storage, which may note more. */
  tell(): void {
    if (!this.#queueGained && !this.#scheduleGained && this.#leases.size === 0 && this.#keys.size === 0)
      return;
    const news: (readonly ['queue' | 'schedule'] | readonly ['lease', string])[] = [];
    if (this.#queueGained) news.push(['queue']);
    if (this.#scheduleGained) news.push(['schedule']);
    for (const lease of this.#leases) news.push(['lease', lease]);
    const keys = [...this.#keys];
    this.forget();
    for (const listener of this.#listeners) for (const [gained, lease] of news) listener(gained, lease);
    for (const key of keys) this.#watchers.ring(key);
  }

  /** Drops what was noted: it has not come to pass. */
  forget(): void {
    this.#queueGained = false;
    this.#scheduleGained = false;
    this.#leases.clear();
    this.#keys.clear();
  }

  clear(): void {
    this.#listeners.clear();
    this.#watchers.clear();
    this.forget();
  }
}
