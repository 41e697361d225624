// Other storages under virtual time, in lockstep: one command at a time, and the clock stands still meanwhile.
import { expect, it } from 'vitest';
import { MemoryHuey, MemoryStorage, type Storage } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

/** A storage that answers after real turns of the event loop, more or fewer of them, and says how many calls overlap. */
function slow(): { readonly storage: Storage; readonly overlaps: () => number } {
  const inner = new MemoryStorage();
  let open = 0;
  let most = 0;
  let calls = 0;
  const storage = new Proxy(inner, {
    getPrototypeOf: () => Object.prototype,
    get(target, name) {
      const value = (target as unknown as Record<string | symbol, unknown>)[name];
      if (typeof value !== 'function' || name === 'subscribe' || name === 'watch')
        return typeof value === 'function' ? () => () => {} : value;
      return async (...args: unknown[]) => {
        open += 1;
        most = Math.max(most, open);
        calls += 1;
        for (let turn = calls % 4; turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { storage, overlaps: () => most };
}

async function run(seed: number, storage: Storage) {
  const huey = new MemoryHuey();
  const nap = huey.task('nap', { context: true, retries: 2, retryDelay: 1 }, async (ctx, n: number) => {
    await ctx.sleep(n / 10);
    const hold = await huey.lockTask('bed').acquire({ wait: '1m' });
    await ctx.sleep('1s');
    await hold.release();
    return n;
  });
  await using sim = await Simulation.start(huey, {
    storage,
    seed,
    consumers: 2,
    workers: 2,
    network: {},
    trace: true,
  });
  const results = await nap.map([[1], [2], [3]]);
  expect(await results.get({ blocking: true })).toEqual([1, 2, 3]);
  await sim.untilIdle();
  return sim.trace;
}

it.each([1, 2, 3])('seed %i gives the same run, whatever real time the storage takes', async (seed) => {
  const { storage, overlaps } = slow();
  const real = await run(seed, storage);
  expect(real).toBe(await run(seed, slow().storage));
  expect(real).toBe(await run(seed, new MemoryStorage()));
  expect(overlaps()).toBe(1);
});
