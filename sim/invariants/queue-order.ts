// The order of the queue, from a model of it: a heap of places. What goes back keeps the place it had.
import { Heap } from '../../src/heap.js';
import type { QueueItem } from '../../src/storage/storage.js';
import type { Handlers, Invariant } from './invariant.js';

interface Waiting {
  readonly id: string;
  readonly priority: number;
  /** Lower is earlier. */
  readonly place: number;
}

/** The queue as it should be. */
class QueueModel {
  readonly #queue = new Heap<Waiting>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.place < b.place),
  );
  readonly #taken = new Map<string, Waiting>();
  readonly #letters = new Map<string, QueueItem>();
  #places = 0;

  /** Takes the first, under that receipt. */
  take(receipt: string): Waiting | undefined {
    const first = this.#queue.pop();
    if (first !== undefined) this.#taken.set(receipt, first);
    return first;
  }

  /** Follows everything but what is taken. */
  readonly handlers: Handlers = {
    enqueued: ({ item }) => this.#queue.push(this.#waiting(item)),
    'handed-over': ({ flight: { delivery } }) =>
      void this.#taken.set(delivery.receipt, this.#waiting(delivery.item)),
    settled: ({ flight, settlement }) => {
      if (flight !== undefined && !settlement.effects.some(({ kind }) => kind === 'release'))
        this.#taken.delete(flight.delivery.receipt);
    },
    released: ({ flight }) => this.#goBack(flight.delivery.receipt),
    recovered: ({ flight }) => this.#goBack(flight?.delivery.receipt),
    exhausted: ({ flight, before }) => {
      const entry = before === undefined ? undefined : this.#taken.get(before.delivery.receipt);
      if (entry !== undefined) this.#taken.set(flight.delivery.receipt, entry);
    },
    buried: ({ item }) => void this.#letters.set(item.id, item),
    resolved: ({ id, action }) => {
      const item = this.#letters.get(id);
      this.#letters.delete(id);
      if (action === 'retry' && item !== undefined) this.#queue.push(this.#waiting(item));
    },
    flushed: ({ target }) => {
      if (target === undefined || target === 'queue') this.#queue.clear();
      if (target === undefined) this.#taken.clear();
    },
  };

  #waiting({ id, priority }: QueueItem): Waiting {
    this.#places += 1;
    return { id, priority, place: this.#places };
  }

  #goBack(receipt: string | undefined): void {
    const entry = receipt === undefined ? undefined : this.#taken.get(receipt);
    if (entry === undefined) return;
    this.#taken.delete(receipt!);
    this.#queue.push(entry);
  }
}

/** Whatever is taken must be what the model would take. */
export const queueOrder: Invariant = {
  number: 8,
  name: 'queue-order',
  describe: 'The highest priority is taken first, and among equals the first that came in.',
  watch({ complain, cover }) {
    const model = new QueueModel();
    return {
      on: {
        ...model.handlers,
        released(fact) {
          cover('put back into its place');
          model.handlers.released?.(fact);
        },
        taken({ flight: { delivery }, node }) {
          const { item, receipt } = delivery;
          const first = model.take(receipt);
          if (first?.id === item.id) return;
          const wanted = first === undefined ? 'nothing' : `${first.id} of priority ${first.priority}`;
          complain(`${node} takes ${item.id} of priority ${item.priority}, but ${wanted} comes first`);
        },
      },
    };
  },
};
