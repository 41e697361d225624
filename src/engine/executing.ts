// The tasks whose bodies run in this process now. Every task passes through here, so joining and leaving touch no hash
// table: a place knows its index, and the last place fills the gap.
import type { Task } from '../model/task.js';

/** Where a running task stands; hand it back when the body has ended. */
export interface Place {
  readonly task: Task;
  readonly joined: number;
  index: number;
}

/** States of a place: joined -> left. Leaving twice does nothing. */
export class Executing {
  readonly #places: Place[] = [];
  #joined = 0;

  get size(): number {
    return this.#places.length;
  }

  join(task: Task): Place {
    this.#joined += 1;
    const place = { task, joined: this.#joined, index: this.#places.length };
    this.#places.push(place);
    return place;
  }

  leave(place: Place): void {
    if (this.#places[place.index] !== place) return;
    const last = this.#places.pop()!;
    if (last === place) return;
    last.index = place.index;
    this.#places[place.index] = last;
  }

  /** The running tasks, the newest first. */
  places(): readonly Place[] {
    return [...this.#places].sort((a, b) => b.joined - a.joined);
  }

  clear(): void {
    this.#places.length = 0;
  }
}
