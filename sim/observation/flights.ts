// The deliveries in flight, as the answers of the storage tell of them: who holds what, under which lease.
import type { Delivery, QueueItem } from '../../src/storage/storage.js';
import { LeaseBook } from './lease-book.js';
import type { Flight } from './observation.js';

export class Flights {
  readonly #flights = new Map<string, Flight>();
  readonly leases = new LeaseBook();

  launch(delivery: Delivery, lease: string, node: string, isHandOver: boolean): Flight {
    const flight: Flight = { delivery, lease, node, isHandOver };
    this.#flights.set(delivery.receipt, flight);
    return flight;
  }

  get(receipt: string | undefined): Flight | undefined {
    return receipt === undefined ? undefined : this.#flights.get(receipt);
  }

  land(receipt: string): void {
    this.#flights.delete(receipt);
  }

  /** Takes out the delivery of an item that a recovery speaks of: one whose lease is dead, if there is any. */
  recover(item: QueueItem, now: number): Flight | undefined {
    const held = [...this.#flights.values()].filter(({ delivery }) => delivery.item.id === item.id);
    const flight = held.find(({ lease }) => !this.leases.isAlive(lease, now)) ?? held[0];
    if (flight !== undefined) this.land(flight.delivery.receipt);
    return flight;
  }

  clear(): void {
    this.#flights.clear();
  }
}
