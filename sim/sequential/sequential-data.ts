// The port's documentation, word for word and as naively as possible, for what a storage keeps beside tasks: data under
// keys, leases, locks, rate windows. Rows in plain arrays, searched on every read.
import {
  type Acquisition,
  type QueueItem,
  type RateRequest,
  revokedKey,
  revokedTaskKey,
} from '../../src/storage/storage.js';

/** The part of the sequential model that knows no tasks. */
export class SequentialData {
  values: { key: string; data: string; expiresAt: number }[] = [];
  leases: { lease: string; until: number }[] = [];
  holds: { name: string; owner: string; lease: string | undefined; expiresAt: number }[] = [];
  windows: { name: string; start: number; count: number }[] = [];

  put(key: string, data: string, expiresAt: number | undefined, now: number): void {
    this.delete(key, now);
    this.values.push({ key, data, expiresAt: expiresAt ?? Infinity });
  }

  isRevoked(item: QueueItem, now: number): boolean {
    const keys = this.keys(now);
    return keys.includes(revokedKey(item.id)) || keys.includes(revokedTaskKey(item.task));
  }

  peek(key: string, now: number): string | undefined {
    return this.values.find((value) => value.key === key && value.expiresAt > now)?.data;
  }

  pop(key: string, now: number): string | undefined {
    const data = this.peek(key, now);
    this.delete(key, now);
    return data;
  }

  putIfEmpty(key: string, data: string, now: number): boolean {
    if (this.peek(key, now) !== undefined) return false;
    this.put(key, data, undefined, now);
    return true;
  }

  delete(key: string, now: number): boolean {
    const found = this.peek(key, now) !== undefined;
    this.values = this.values.filter((value) => value.key !== key);
    return found;
  }

  deleteIf(key: string, data: string, now: number): boolean {
    return this.peek(key, now) === data && this.delete(key, now);
  }

  keys(now: number): string[] {
    return this.values
      .filter(({ expiresAt }) => expiresAt > now)
      .map(({ key }) => key)
      .sort();
  }

  acquire({ name, owner, places, lease, expiresAt = Infinity, now }: Acquisition): boolean {
    const holds = this.heldAt(now).filter((hold) => hold.name === name);
    if (holds.length >= places || holds.some((hold) => hold.owner === owner)) return false;
    if (expiresAt <= now || (lease !== undefined && !this.isAlive(lease, now))) return false;
    this.holds = [...this.heldAt(now), { name, owner, lease, expiresAt }];
    return true;
  }

  release(name: string, owner: string, now: number): boolean {
    const held = this.heldAt(now).some((hold) => hold.name === name && hold.owner === owner);
    this.holds = this.holds.filter((hold) => hold.name !== name || hold.owner !== owner);
    return held;
  }

  holders(name: string, now: number): number {
    return this.heldAt(now).filter((hold) => hold.name === name).length;
  }

  flushLocks(names: readonly string[], now: number): string[] {
    const held = names.filter((name) => this.holders(name, now) > 0);
    this.holds = this.holds.filter(({ name }) => !names.includes(name));
    return held;
  }

  locks(now: number): string[] {
    return [...new Set(this.heldAt(now).map(({ name }) => name))].sort();
  }

  rate({ name, windowMs, now }: RateRequest): number {
    const start = now - (now % windowMs);
    const last = this.windows.find((window) => window.name === name);
    const count = last !== undefined && last.start >= start ? last.count + 1 : 1;
    this.resetRate(name);
    this.windows.push({ name, start: Math.max(start, last?.start ?? start), count });
    return count;
  }

  rateUsage(name: string): number {
    return this.windows.find((window) => window.name === name)?.count ?? 0;
  }

  resetRate(name: string): boolean {
    const before = this.windows.length;
    this.windows = this.windows.filter((window) => window.name !== name);
    return this.windows.length < before;
  }

  rates(): string[] {
    return this.windows.map(({ name }) => name).sort();
  }

  keepLease(lease: string, expiresAt: number, now: number): void {
    if (!this.isAlive(lease, now)) this.holds = this.holds.filter((hold) => hold.lease !== lease);
    this.leases = this.leases.filter((other) => other.lease !== lease);
    this.leases.push({ lease, until: expiresAt });
  }

  endLease(lease: string): void {
    this.leases = this.leases.filter((other) => other.lease !== lease);
    this.holds = this.holds.filter((hold) => hold.lease !== lease);
  }

  isAlive(lease: string, now: number): boolean {
    return this.leases.some((other) => other.lease === lease && other.until > now);
  }

  heldAt(now: number) {
    return this.holds.filter(
      ({ lease, expiresAt }) => expiresAt > now && (lease === undefined || this.isAlive(lease, now)),
    );
  }
}
