// The queue of the memory storage: highest priority first, then by sequence number. An entry that goes back keeps its
// number, and so its place.
import type { QueueItem } from './storage.js';

export interface Entry {
  readonly item: QueueItem;
  /** Drawn when the item was put into the queue. */
  readonly sequence: number;
  /** Deliveries so far. */
  readonly count: number;
}

/** The order of the queue, for sorting. */
export function compareEntries(a: Entry, b: Entry): number {
  return b.item.priority - a.item.priority || a.sequence - b.sequence;
}

/** Below this many taken entries a lane is not worth compacting. */
const COMPACT_ABOVE = 1024;

/** First in, first out for one priority: an array with a moving start. */
interface Lane {
  readonly priority: number;
  entries: Entry[];
  start: number;
}

export class MemoryQueue {
  #lanes: Lane[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Appends an entry whose sequence is higher than that of all others. */
  push(entry: Entry): void {
    this.#lane(entry.item.priority).entries.push(entry);
    this.#size += 1;
  }

  /** Puts an entry back where its sequence belongs. */
  restore(entry: Entry): void {
    const lane = this.#lane(entry.item.priority);
    let low = lane.start;
    let high = lane.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lane.entries[middle]!.sequence < entry.sequence) low = middle + 1;
      else high = middle;
    }
    lane.entries.splice(low, 0, entry);
    this.#size += 1;
  }

  shift(): Entry | undefined {
    const lane = this.#lanes[0];
    if (lane === undefined) return undefined;
    const entry = lane.entries[lane.start]!;
    lane.start += 1;
    this.#size -= 1;
    if (lane.start === lane.entries.length) this.#lanes.shift();
    else if (lane.start > COMPACT_ABOVE && lane.start * 2 > lane.entries.length) {
      lane.entries = lane.entries.slice(lane.start);
      lane.start = 0;
    }
    return entry;
  }

  list(limit: number): QueueItem[] {
    const items: QueueItem[] = [];
    for (const lane of this.#lanes)
      for (let index = lane.start; index < lane.entries.length && items.length < limit; index += 1)
        items.push(lane.entries[index]!.item);
    return items;
  }

  /** All entries in the order in which they would be taken. */
  entries(): Entry[] {
    return this.#lanes.flatMap(({ entries, start }) => entries.slice(start));
  }

  clear(): void {
    this.#lanes = [];
    this.#size = 0;
  }

  /** The lane of a priority; lanes are few and kept in falling order. */
  #lane(priority: number): Lane {
    const lanes = this.#lanes;
    let index = 0;
    while (index < lanes.length && lanes[index]!.priority > priority) index += 1;
    const found = lanes[index];
    if (found?.priority === priority) return found;
    const lane: Lane = { priority, entries: [], start: 0 };
    lanes.splice(index, 0, lane);
    return lane;
  }
}
