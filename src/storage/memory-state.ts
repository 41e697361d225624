// What the memory storage keeps, as plain data that can be written as JSON: lists, by what they are of. Whoever imports
// it answers every call from then on as the one who exported it would.
import type { ChordState } from './memory-chords.js';
import type { FlightState } from './memory-flights.js';
import type { HoldState } from './memory-locks.js';
import type { Entry } from './memory-queue.js';
import type { DeadItem, ScheduledItem } from './storage.js';

/** An item of the schedule, with its place among those due at the same instant. */
export interface Scheduled extends ScheduledItem {
  readonly sequence: number;
}

/** What is stored under a key. */
export interface Datum {
  readonly data: string;
  readonly expiresAt?: number | undefined;
}

/** The uses of a rate limit in the window last used. */
export interface Rate {
  readonly window: number;
  readonly count: number;
}

/** Everything, leases included. */
export interface MemoryState extends FlightState {
  /** One number: the last that was drawn for a place in the queue or the schedule. */
  readonly sequence: readonly number[];
  readonly queue: readonly Entry[];
  readonly schedule: readonly Scheduled[];
  readonly data: readonly (readonly [key: string, datum: Datum])[];
  readonly chords: readonly ChordState[];
  readonly holds: readonly HoldState[];
  readonly rates: readonly (readonly [name: string, rate: Rate])[];
  readonly slots: readonly (readonly [ticker: string, slot: number])[];
  readonly dead: readonly DeadItem[];
}
