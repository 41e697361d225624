import { describe, expect, it } from 'vitest';
import {
  type Acquisition,
  BlackHoleStorage,
  MemoryStorage,
  type Storage,
  type Turn,
  type TurnResult,
} from 'huey-ts';
import { verifyStorage, type StorageVerificationError } from 'huey-ts/testing';
import { SequentialStorage } from '../../sim/sequential/sequential-storage.js';

async function failuresOf(open: () => Storage): Promise<readonly string[]> {
  const error = await verifyStorage(open, { runs: 30 }).then(
    () => undefined,
    (reason: unknown) => reason as StorageVerificationError,
  );
  expect(error?.name).toBe('StorageVerificationError');
  return error!.failures;
}

describe('verifyStorage', () => {
  it.each<[string, () => Storage]>([
    ['memory', () => new MemoryStorage()],
    ['a storage that keeps nothing', () => new BlackHoleStorage()],
  ])('passes %s', async (_, open) => {
    await verifyStorage(open);
  });

  it('agrees with the naive model in all but what becomes of a closed one', async () => {
    const failures = await failuresOf(() => new SequentialStorage());
    expect(failures.map((failure) => failure.split('\n')[0])).toEqual(['handles: fail once they are closed']);
  });

  it('names the cases of the contract that fail', async () => {
    class Crowded extends MemoryStorage {
      override acquire(request: Acquisition): boolean {
        return super.acquire({ ...request, places: request.places + 1 });
      }
    }
    const failures = await failuresOf(() => new Crowded());
    expect(failures.some((failure) => failure.startsWith('locks: '))).toBe(true);
  });

  it('finds by random calls what no case asks for, and names the seed and the call', async () => {
    // Forgets every fifth item that it is given, of those with one name.
    class Leaky extends MemoryStorage {
      #count = 0;
      override turn(turn: Turn): TurnResult {
        const settled = turn.settled.map((settlement) => ({
          ...settlement,
          effects: settlement.effects.filter((effect) => {
            if (effect.kind === 'enqueue' && effect.item.id === 'd') this.#count += 1;
            return this.#count % 5 !== 4;
          }),
        }));
        return super.turn({ ...turn, settled });
      }
    }
    const failures = await failuresOf(() => new Leaky());
    const [failure = ''] = failures.filter((one) => one.startsWith('random calls'));
    const [, shortenedTo] = /^random calls, seed \d+, shortened to (\d+) calls\n/.exec(failure)!;
    expect(Number(shortenedTo)).toBeLessThanOrEqual(5);
    expect(failure).toMatch(/\n {7}1 {2}\+\d+ ms {2}turn \{"settled":\[/);
    expect(failure).toMatch(
      /expected (the answer to|what can be read after) call \d+, \w+, at \+\d+ ms, to be as (the model gives it|in the model)/,
    );
  });

  it('closes what it has opened, and tells when the next case begins', async () => {
    let open = 0;
    let resets = 0;
    class Counted extends MemoryStorage {
      constructor() {
        super();
        open += 1;
      }
      override close(): void {
        open -= 1;
      }
    }
    await verifyStorage(() => new Counted(), { runs: 2, calls: 3, reset: () => (resets += 1) }).catch(
      () => {},
    );
    expect(open).toBeLessThanOrEqual(0);
    expect(resets).toBeGreaterThan(100);
  });
});
