// What the storage holds after a step, in the words of the files: everything that is not queued or scheduled shows as
// a key of the result store, as it does in the original.
import type { Storage } from '../../../src/storage/storage.js';
import type { Json, JsonObject } from './corpus.js';
import type { PlayClock } from './play-clock.js';

/** The state of an empty storage. */
export const EMPTY_STATE: JsonObject = { pending: [], scheduled: [], results: [] };

/** Reads the storage without changing it. */
export async function stateOf(storage: Storage, clock: PlayClock): Promise<JsonObject> {
  const now = clock.now();
  const scheduled = await storage.scheduled();
  return {
    pending: (await storage.pending()).map(({ id }) => id),
    scheduled: scheduled.map(({ item, dueAt }): Json => [item.id, clock.secondsAt(dueAt)]),
    results: [
      ...(await storage.keys(now)),
      ...(await storage.locks(now)).map((name) => `lock:${name}`),
      ...(await storage.rates()).map((name) => `rate:${name}`),
      ...(await storage.reports()).map(([chord, index]) => `chord:${chord}:${index}`),
    ].sort(),
  };
}

/** The ids of deliveries that nobody has settled. Takes them from whoever holds them. */
export async function leftInFlight(storage: Storage): Promise<string[]> {
  const { requeued, exhausted } = await storage.recover(
    'inspector',
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
  );
  return [...requeued, ...exhausted.map(({ item }) => item)].map(({ id }) => id);
}
