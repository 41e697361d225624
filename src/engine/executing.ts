// The tasks whose bodies run in this process now. Every task passes through here, so joining and leaving touch no hash
// table: a place knows its index, and the last place fills the gap.
import type { Task } from '../model/task.js';

/** Where a running task stands; hand it back when the body has ended. */
export interface Place {
  readonly task: Task;
  readonly joined: number;
  /** By which it is told to stop. */
  readonly stop: AbortSignal | undefined;
  index: number;
  /** Who waits for its body, if anybody does. */
  waiting: Interruptible | undefined;
}

/** Somebody who waits for a body and can be told to wait no longer. */
export interface Interruptible {
  interrupt(): void;
}

/** States of a place: joined -> left. Leaving twice does nothing. */
export class Executing {
  readonly #places: Place[] = [];
  #joined = 0;

  get size(): number {
    return this.#places.length;
  }

  join(task: Task, stop: AbortSignal | undefined): Place {
    this.#joined += 1;
    const place: Place = {
      task,
      joined: this.#joined,
      stop,
      index: this.#places.length,
      waiting: undefined,
    };
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

  /** Ends the waiting for the bodies that are told to stop by that signal, once it has aborted. */
  interrupt(stop: AbortSignal): void {
    for (const place of this.places()) if (place.stop === stop) place.waiting?.interrupt();
  }

  clear(): void {
    this.#places.length = 0;
  }
}
