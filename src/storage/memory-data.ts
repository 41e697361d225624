// What is stored under keys in the memory storage: results, revocations, data of the user's own. What has expired is as
// good as gone, and is forgotten at the next sweep.
import type { Datum } from './memory-state.js';
import { type QueueItem, revokedKey, revokedTaskKey } from './storage.js';

export class MemoryData {
  readonly #data = new Map<string, Datum>();
  /** Whether anything may be there that expires. */
  #mayExpire = false;
  /** Most queues never hold a revocation; then nobody needs to look for one. */
  #mayHoldRevocations = false;

  /** Asking changes nothing: whoever repeats the calls that do must come to the same end. */
  peek(key: string, now: number): string | undefined {
    const datum = this.#data.get(key);
    if (datum === undefined) return undefined;
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
    this.#data.set(key, { data, expiresAt });
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
    for (const [key, { expiresAt }] of this.#data)
      if (expiresAt === undefined) continue;
      else if (expiresAt <= now) this.#data.delete(key);
      else this.#mayExpire = true;
  }

  clear(): void {
    this.#data.clear();
    this.#mayHoldRevocations = false;
  }

  exportData(): (readonly [key: string, datum: Datum])[] {
    return [...this.#data];
  }

  /** Takes over what another has exported, beside what is here. */
  importData(data: readonly (readonly [key: string, datum: Datum])[]): void {
    for (const [key, datum] of data) this.#data.set(key, datum);
    this.#mayExpire = this.#mayHoldRevocations = this.#data.size > 0;
  }
}
