// What is in flight in the memory storage, and under whose lease. A lease is a name with the instant until which its
// holder is believed to live; it need not exist before it is used, and may lapse and be kept again.
import { compareEntries, type Entry } from './memory-queue.js';
import { withOne } from './memory-list.js';

interface Lease {
  readonly name: string;
  expiresAt: number;
  /** Deliveries in flight under it. */
  held: number;
  /** Whether it held something when the listeners were last told. */
  known: boolean;
}

/** An entry in flight. */
export interface Flight {
  readonly receipt: string;
  readonly entry: Entry;
  readonly lease: Lease;
}

/** All that is in flight, as plain data. */
export interface FlightState {
  /** One number: how many receipts were ever given. */
  readonly launched: readonly number[];
  readonly flights: readonly { readonly receipt: string; readonly lease: string; readonly entry: Entry }[];
  readonly leases: readonly { readonly name: string; readonly expiresAt: number }[];
}

const NONE: readonly never[] = [];

export class MemoryFlights {
  readonly #flights = new Map<string, Flight>();
  /** Not in the map yet: one worker after another lands what it launched last, and a map dislikes coming and going. */
  #latest: Flight | undefined;
  readonly #leases = new Map<string, Lease>();
  /** The one in the map that was asked for last: most often it is asked for again. */
  #latestLease: Lease | undefined;
  #launched = 0;
  /** Leases that have begun to hold something, or ceased to, since the last `takeGained`. */
  #gained: string[] | undefined;
  #emptied: Lease[] | undefined;

  /** Puts an entry in flight; returns its receipt. */
  launch(entry: Entry, leaseName: string): string {
    const lease = this.#lease(leaseName);
    if (!lease.known) this.#gained = withOne(this.#gained, leaseName);
    lease.known = true;
    lease.held += 1;
    this.#launched += 1;
    const receipt = String(this.#launched);
    this.#file();
    this.#latest = { receipt, entry, lease };
    return receipt;
  }

  /** Ends a flight; undefined if there is none under that receipt. */
  land(receipt: string): Entry | undefined {
    const flight = this.#latest?.receipt === receipt ? this.#latest : this.#flights.get(receipt);
    if (flight === undefined) return undefined;
    if (flight === this.#latest) this.#latest = undefined;
    else this.#flights.delete(receipt);
    flight.lease.held -= 1;
    if (flight.lease.held === 0) this.#emptied = withOne(this.#emptied, flight.lease);
    return flight.entry;
  }

  /** Ends all flights under leases that are dead; returns the entries in the order of the queue. */
  landDead(now: number): Entry[] {
    this.#file();
    const entries: Entry[] = [];
    for (const [receipt, { lease }] of this.#flights)
      if (lease.expiresAt <= now) entries.push(this.land(receipt)!);
    entries.sort(compareEntries);
    for (const [name, lease] of this.#leases)
      if (lease.held === 0 && lease.expiresAt <= now) this.#leases.delete(name);
    this.#latestLease = undefined;
    return entries;
  }

  /** What is in flight under a lease, or under any, in the order of the queue. */
  held(leaseName: string | undefined): Flight[] {
    this.#file();
    return [...this.#flights.values()]
      .filter(({ lease }) => leaseName === undefined || lease.name === leaseName)
      .sort((a, b) => compareEntries(a.entry, b.entry));
  }

  keep(leaseName: string, expiresAt: number): void {
    this.#lease(leaseName).expiresAt = expiresAt;
  }

  end(leaseName: string): void {
    const lease = this.#known(leaseName);
    if (lease !== undefined) lease.expiresAt = -Infinity;
  }

  isAlive(leaseName: string, now: number): boolean {
    const lease = this.#known(leaseName);
    return lease !== undefined && lease.expiresAt > now;
  }

  /** When the first lease but one's own that holds something runs out; undefined if there is none. */
  nextExpiryAt(own: string): number | undefined {
    let soonest: number | undefined;
    for (const { name, expiresAt, held } of this.#leases.values())
      if (held > 0 && name !== own && (soonest === undefined || expiresAt < soonest)) soonest = expiresAt;
    return soonest;
  }

  /** The leases that hold something now and held nothing at the last call. */
  takeGained(): readonly string[] {
    if (this.#emptied !== undefined)
      for (const lease of this.#emptied) if (lease.held === 0) lease.known = false;
    this.#emptied = undefined;
    const gained = this.#gained ?? NONE;
    this.#gained = undefined;
    return gained;
  }

  exportFlights(): FlightState {
    this.#file();
    return {
      launched: [this.#launched],
      flights: [...this.#flights.values()].map(({ receipt, entry, lease }) => ({
        receipt,
        lease: lease.name,
        entry,
      })),
      // A lease that is dead for good is one that was never kept.
      leases: [...this.#leases.values()]
        .filter(({ expiresAt }) => expiresAt > -Infinity)
        .map(({ name, expiresAt }) => ({ name, expiresAt })),
    };
  }

  /** Takes over what another has exported, in place of what is here. */
  importFlights({ launched: [launched = 0], flights, leases }: FlightState): void {
    this.clear();
    this.#leases.clear();
    this.#latestLease = undefined;
    this.#launched = launched;
    for (const { name, expiresAt } of leases) this.keep(name, expiresAt);
    for (const { receipt, lease: name, entry } of flights) {
      const lease = this.#lease(name);
      lease.held += 1;
      lease.known = true;
      this.#flights.set(receipt, { receipt, entry, lease });
    }
  }

  clear(): void {
    this.#flights.clear();
    this.#latest = undefined;
    for (const lease of this.#leases.values()) {
      lease.held = 0;
      lease.known = false;
    }
  }

  #file(): void {
    if (this.#latest !== undefined) this.#flights.set(this.#latest.receipt, this.#latest);
    this.#latest = undefined;
  }

  #lease(name: string): Lease {
    let lease = this.#known(name);
    if (lease === undefined)
      this.#leases.set(name, (lease = { name, expiresAt: -Infinity, held: 0, known: false }));
    return lease;
  }

  #known(name: string): Lease | undefined {
    if (this.#latestLease?.name !== name) this.#latestLease = this.#leases.get(name);
    return this.#latestLease;
  }
}
