// Semaphores: locks with several places.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LockHold, MemoryHuey, TaskLockedException } from 'huey-ts';
import { manualRuntime } from '../manual-runtime.js';

function setup(limit: number) {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ runtime });
  return { huey, clock: runtime.clock, semaphore: huey.semaphore('pool', { limit }) };
}

describe('a semaphore', () => {
  it('has as many places as it says', async () => {
    const { semaphore } = setup(3);
    const holds = [await semaphore.acquire(), await semaphore.acquire()];
    expect(await semaphore.isLocked()).toBe(false);
    holds.push(await semaphore.acquire());
    expect(await semaphore.isLocked()).toBe(true);
    await expect(semaphore.acquire()).rejects.toThrow(TaskLockedException);
    await holds[1]!.release();
    await semaphore.acquire();
    expect(await semaphore.isLocked()).toBe(true);
  });

  it('gives back the place that was taken first, unless told which', async () => {
    const { huey, semaphore } = setup(2);
    const first = await semaphore.acquire();
    const second = await semaphore.acquire();
    expect(await semaphore.release()).toBe(true);
    expect(await first.release()).toBe(false);
    expect(await second.release()).toBe(true);
    expect(await semaphore.release()).toBe(false);
    expect(await huey.storage.locks(0)).toEqual([]);
  });

  it('frees each place when its own time is over', async () => {
    const { huey, clock } = setup(1);
    const semaphore = huey.semaphore('pool', { limit: 2, expires: '10s' });
    await semaphore.acquire();
    await clock.advance(6000);
    await semaphore.acquire();
    await clock.advance(4000);
    expect(await huey.storage.holders('pool', clock.now())).toBe(1);
    await clock.advance(6000);
    expect(await huey.storage.holders('pool', clock.now())).toBe(0);
  });

  it('never has more holders than places, whatever its users do', async () => {
    const step = fc.record({ act: fc.constantFrom('acquire', 'release', 'wait'), which: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 30 }),
        async (limit, steps) => {
          const { huey, semaphore } = setup(limit);
          const held: LockHold[] = [];
          for (const { act, which } of steps) {
            if (act !== 'release') {
              const hold = await semaphore.acquire().catch(() => undefined);
              expect(hold === undefined).toBe(held.length === limit);
              if (hold !== undefined) held.push(hold);
            } else if (held.length > 0) {
              const [hold] = held.splice(which % held.length, 1);
              expect(await hold!.release()).toBe(true);
            }
            expect(await huey.storage.holders('pool', 0)).toBe(held.length);
          }
        },
      ),
      { seed: 20260101, numRuns: 50 },
    );
  });
});
