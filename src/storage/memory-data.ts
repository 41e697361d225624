// What is stored under keys in the memory storage: results, revocations, data of the user's own. What has expired is as
// good as gone, and is forgotten at the next sweep.
import type { Datum } from './memory-state.js';
import { type QueueItem, revokedKey, revokedTaskKey } from './storage.js';

export class MemoryData {
  /** What never expires, as most results, is kept as the text alone. */
  readonly #data = new Map<string, string | Datum>();
  /** Whether anything may be there that expires. */
  #mayExpire = false;
  /** Most queues never hold a revocation; then nobody needs to look for one. */
  #mayHoldRevocations = false;

  /** Asking changes nothing: whoever repeats the calls that do must come to the same end. */
  peek(key: string, now: number): string | undefined {
    const datum = this.#data.get(key);
    if (datum === undefined || typeof datum === 'string') return datum;
    return datum.expiresAt === undefined || datum.expiresAt > now ? datum.data : undefined;
  }

  pop(key: string, now: number): string | undefined {
    const data = this.peek(key, now);
    this.#data.delete(key);
    return data;
  }

  put(key: string, data: string, expiresAt: number | undefined): void {
    if (key.startsWith('revoked')) this.#mayHoldRevocations = true;
    if (expiresAt !== undefined) this.#mayExpire = true;
    this.#data.set(key, expiresAt === undefined ? data : { data, expiresAt });
  }

  keys(now: number): string[] {
    return [...this.#data.keys()].filter((key) => this.peek(key, now) !== undefined).sort();
  }

  /** Whether the task, or its kind, is revoked. */
  isRevoked({ id, task }: QueueItem, now: number): boolean {
    if (!this.#mayHoldRevocations) return false;
    return this.peek(revokedKey(id), now) !== undefined || this.peek(revokedTaskKey(task), now) !== undefined;
  }

  unrevoke(id: string): void {
    if (this.#mayHoldRevocations) this.#data.delete(revokedKey(id));
  }

  /** Forgets what has expired and was never asked for. */
  sweep(now: number): void {
    if (!this.#mayExpire) return;
    this.#mayExpire = false;
    for (const [key, datum] of this.#data) {
      const expiresAt = typeof datum === 'string' ? undefined : datum.expiresAt;
      if (expiresAt === undefined) continue;
      if (expiresAt <= now) this.#data.delete(key);
      else this.#mayExpire = true;
    }
  }

  clear(): void {
    this.#data.clear();
    this.#mayHoldRevocations = false;
  }

  exportData(): (readonly [key: string, datum: Datum])[] {
    return [...this.#data].map(([key, datum]) => [key, typeof datum === 'string' ? { data: datum } : datum]);
  }

  /** Takes over what another has exported, beside what is here. */
  importData(data: readonly (readonly [key: string, datum: Datum])[]): void {
    for (const [key, { data: text, expiresAt }] of data)
      this.#data.set(key, expiresAt === undefined ? text : { data: text, expiresAt });
    this.#mayExpire = this.#mayHoldRevocations = this.#data.size > 0;
  }
}
