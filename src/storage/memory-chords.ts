// The chords of the memory storage: who has reported, and what the last report sets free. A finished chord is gone.
import type { ChordCallback, QueueItem } from './storage.js';

interface Chord {
  readonly size: number;
  readonly callback: ChordCallback;
  readonly values: Map<number, string>;
  /** Members that have reported; more than `values` once results were flushed meanwhile. */
  readonly reported: Set<number>;
}

/** An open chord as plain data. */
export interface ChordState {
  readonly id: string;
  readonly size: number;
  readonly callback: ChordCallback;
  readonly values: readonly (readonly [index: number, data: string])[];
  readonly reported: readonly number[];
}

export class MemoryChords {
  readonly #chords = new Map<string, Chord>();

  /** Opens a chord, unless it is open; returns its callback at once if it has no members. */
  open(id: string, size: number, callback: ChordCallback): QueueItem | undefined {
    if (size === 0) return completed({ size, callback, values: new Map(), reported: new Set() });
    if (!this.#chords.has(id))
      this.#chords.set(id, { size, callback, values: new Map(), reported: new Set() });
    return undefined;
  }

  /** Counts a member once; returns the callback if it was the last. */
  report(id: string, index: number, data: string): QueueItem | undefined {
    const chord = this.#chords.get(id);
    if (chord === undefined || chord.reported.has(index)) return undefined;
    chord.reported.add(index);
    chord.values.set(index, data);
    if (chord.reported.size < chord.size) return undefined;
    this.#chords.delete(id);
    return completed(chord);
  }

  /** Loses the values reported so far, not the fact that they were: the callback sees them as missing. */
  forgetValues(): void {
    for (const chord of this.#chords.values()) chord.values.clear();
  }

  reports(): [string, number][] {
    const rows: [string, number][] = [];
    for (const [id, chord] of this.#chords) for (const index of chord.values.keys()) rows.push([id, index]);
    return rows.sort(([a, i], [b, j]) => (a === b ? i - j : a < b ? -1 : 1));
  }

  exportChords(): ChordState[] {
    return [...this.#chords].map(([id, { size, callback, values, reported }]) => ({
      id,
      size,
      callback,
      values: [...values],
      reported: [...reported],
    }));
  }

  importChords(chords: readonly ChordState[]): void {
    this.#chords.clear();
    for (const { id, size, callback, values, reported } of chords)
      this.#chords.set(id, { size, callback, values: new Map(values), reported: new Set(reported) });
  }

  clear(): void {
    this.#chords.clear();
  }
}

function completed({ size, callback, values }: Chord): QueueItem {
  const { item, tail } = callback;
  let data = item.data;
  for (let index = 0; index < size; index += 1) data += `\t${values.get(index) ?? ''}`;
  return {
    id: item.id,
    task: item.task,
    priority: item.priority,
    enqueuedAt: item.enqueuedAt,
    data: data + tail,
  };
}
