// The state of a memory storage as rows of a snapshot, one for each thing that is kept, so that a person finds it there.
import type { SnapshotRow } from './journal.js';
import type { MemoryState } from '../memory-state.js';

const PARTS: Readonly<Record<keyof MemoryState, true>> = {
  sequence: true,
  launched: true,
  leases: true,
  queue: true,
  schedule: true,
  flights: true,
  data: true,
  chords: true,
  holds: true,
  rates: true,
  slots: true,
  dead: true,
};

/** All that is kept, in rows. */
export function* rowsOf(state: MemoryState): Generator<SnapshotRow> {
  for (const part of Object.keys(PARTS) as (keyof MemoryState)[])
    for (const value of state[part]) yield [part, value];
}

/** The state that the rows are of. */
export function stateOf(rows: Iterable<SnapshotRow>): MemoryState {
  const state = Object.fromEntries(Object.keys(PARTS).map((part) => [part, [] as unknown[]]));
  for (const [part, value] of rows) state[part]?.push(value);
  return state as unknown as MemoryState;
}
