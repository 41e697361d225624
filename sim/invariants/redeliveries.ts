// Why a task may run again without a new attempt: it was put back, taken over, retried from the dead letters, or
// enqueued anew. Each reason excuses one execution.
import type { Handlers } from './invariant.js';
import { Tally } from './tally.js';

export class Redeliveries {
  readonly #left = new Tally();

  /** Takes one reason for that task; false if there is none. */
  take(id: string): boolean {
    if (this.#left.of(id) === 0) return false;
    this.#left.add(id, -1);
    return true;
  }

  /** Keeps count of the reasons. */
  readonly handlers: Handlers = {
    released: ({ flight }) => void this.#left.add(flight.delivery.item.id),
    recovered: ({ item }) => void this.#left.add(item.id),
    resolved: ({ id, action }) => {
      if (action === 'retry') this.#left.add(id);
    },
    enqueued: ({ item, origin, flight }) => {
      // An error handler is enqueued anew for each failure; what follows itself begins another attempt.
      if (origin === 'call' || (origin === 'end' && item.id !== flight?.delivery.item.id))
        this.#left.add(item.id);
    },
    scheduled: ({ item, flight }) => {
      if (flight === undefined) this.#left.add(item.id);
    },
  };
}
