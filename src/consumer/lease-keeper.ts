// Keeps a consumer's lease alive while it holds something, and takes over what dead consumers held: their deliveries
// go back to their places, and those that were delivered too often are brought to an end.
import { commit } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { endAs } from '../engine/execute.js';
import { DeliveriesExhausted, isHueyError } from '../errors.js';
import type { Delivery, Recovery } from '../storage/storage.js';
import { type Duration, durationMs } from '../time.js';
import type { ChildLeases } from './child-lease.js';

export interface LeaseOptions {
  readonly lease: string;
  /** How long a consumer that says nothing is believed to live. It speaks up three times as often. Default 30s. */
  readonly ttl?: Duration;
  /** Whether this consumer is running tasks, so that its lease must not lapse. Default: always. */
  readonly isHolding?: () => boolean;
  /** Sleep until there is something to do. Only where a lease that begins to hold wakes the keeper. Default false. */
  readonly skipIdle?: boolean;
  /** The receipts that its pump knows of; undefined while that cannot tell, as a turn is under way. Default: none. */
  readonly known?: () => ReadonlySet<string> | undefined;
  /** The leases of its children, kept alive with its own. */
  readonly children?: () => ChildLeases;
}

export const DEFAULT_LEASE_TTL = '30s';

/** How soon a part of a consumer asks again while it cannot be known whose a delivery under their lease is. */
export const DOUBT_MS = 100;

/** How long a keeper sleeps that waits to be woken. */
const IDLE_MS = 24 * 60 * 60 * 1000;

export class LeaseKeeper {
  readonly #engine: Engine;
  readonly #lease: string;
  readonly #isHolding: () => boolean;
  readonly #skipIdle: boolean;
  readonly #children: (() => ChildLeases) | undefined;
  readonly #known: () => ReadonlySet<string> | undefined;
  readonly ttlMs: number;
  /** Whether a recovery may have given it something to end that it does not know of, or has not ended. */
  #isInDoubt = false;
  /** Whether a recovery is under way, and may have given it something already. */
  #isRecovering = false;

  constructor(engine: Engine, options: LeaseOptions) {
    this.#engine = engine;
    this.#lease = options.lease;
    this.#isHolding = options.isHolding ?? (() => true);
    this.#skipIdle = options.skipIdle ?? false;
    this.#children = options.children;
    this.#known = options.known ?? (() => new Set());
    this.ttlMs = durationMs('leaseTtl', options.ttl ?? DEFAULT_LEASE_TTL, { least: 3 });
  }

  /** How often a lease that holds something is renewed. */
  get renewEveryMs(): number {
    return this.ttlMs / 3;
  }

  /** Keeps the lease alive from now on for its whole time. */
  async keep(): Promise<void> {
    const now = this.#engine.now();
    await this.#engine.storage.keepLease(this.#lease, now + this.ttlMs, now);
  }

  /** Renews the lease if it holds something, and recovers from the dead. Returns when to call it next, in epoch milliseconds. */
  async tick(now: number): Promise<number> {
    const { storage, runtime } = this.#engine;
    if (this.#isHolding()) await storage.keepLease(this.#lease, now + this.ttlMs, now);
    await this.#children?.().renew(now);
    const strays = this.#isInDoubt ? await this.#strays(now) : [];
    if (strays === undefined) return now + DOUBT_MS;
    const { requeued, exhausted, nextExpiryAt } = await this.#recover(now);
    if (requeued.length > 0)
      runtime.logger.warn('took over deliveries of a dead consumer', { count: requeued.length });
    await this.#end([...strays, ...exhausted]);
    if (!this.#skipIdle || this.#isHolding()) return now + this.renewEveryMs;
    return Math.max(now, nextExpiryAt ?? now + IDLE_MS);
  }

  async #recover(now: number): Promise<Recovery> {
    const { storage, options } = this.#engine;
    this.#isRecovering = true;
    try {
      const recovery = await storage.recover(this.#lease, options.maxDeliveries, now);
      if (recovery.exhausted.length > 0) this.#isInDoubt = true;
      return recovery;
    } catch (error) {
      if (!isHueyError(error, 'StorageError') || error.mayHaveApplied) this.#isInDoubt = true;
      throw error;
    } finally {
      this.#isRecovering = false;
    }
  }

  /** Whether a delivery under its lease may be one that a recovery has given it to end. */
  mayHold({ count }: Delivery): boolean {
    return (this.#isRecovering || this.#isInDoubt) && count >= this.#engine.options.maxDeliveries;
  }

  /** Brings to an end what was delivered too often. */
  async #end(exhausted: readonly Delivery[]): Promise<void> {
    for (const delivery of exhausted)
      await commit(this.#engine, [
        endAs(this.#engine, delivery, { kind: 'exhausted', error: new DeliveriesExhausted(delivery.count) }),
      ]);
    this.#isInDoubt = false;
  }

  /** What an earlier recovery gave it to end and is in flight still; undefined if that cannot be known now. */
  async #strays(now: number): Promise<readonly Delivery[] | undefined> {
    const { storage, options } = this.#engine;
    const held = await storage.held(now, this.#lease);
    const known = this.#known();
    return known === undefined
      ? undefined
      : held.filter(({ receipt, count }) => count >= options.maxDeliveries && !known.has(receipt));
  }

  /** Gives the lease up; what is still held under it goes back at the next recovery. */
  async stop(): Promise<void> {
    await this.#engine.storage.endLease(this.#lease, this.#engine.now());
  }
}
