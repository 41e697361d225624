// Rate limits: so many uses in each window, whoever asks, and what a task does that is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryHuey, RateLimitExceeded, type RateLimitOption } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';
import { manualRuntime, START } from '../manual-runtime.js';

function setup(options: Partial<RateLimitOption> = {}) {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ runtime });
  return {
    huey,
    clock: runtime.clock,
    limit: huey.rateLimit({ name: 'api', limit: 2, per: '10s', ...options }),
  };
}

describe('a rate limit', () => {
  it('grants so many uses in a window, and says when the next one opens', async () => {
    const { clock, limit } = setup();
    await clock.advance(4000);
    await limit.acquire();
    await limit.acquire();
    const refused = limit.acquire();
    await expect(refused).rejects.toThrow(RateLimitExceeded);
    await expect(refused).rejects.toMatchObject({ limit: 'api', delayMs: 6000, retry: true });
    await clock.advance(5999);
    await expect(limit.acquire()).rejects.toThrow('the next window opens in 0.001s');
    await clock.advance(1);
    await limit.acquire();
  });

  it('has windows that start at multiples of their length, whenever it is first used', async () => {
    const { clock, limit } = setup({ limit: 1 });
    await clock.advance(9999);
    await limit.acquire();
    await clock.advance(1);
    await limit.acquire();
    await expect(limit.acquire()).rejects.toMatchObject({ delayMs: 10_000 });
  });

  it('is shared by all who name it', async () => {
    const { huey, limit } = setup({ limit: 1 });
    await limit.acquire();
    await expect(huey.rateLimit({ name: 'api', limit: 1, per: '10s' }).acquire()).rejects.toThrow(
      RateLimitExceeded,
    );
    await huey.rateLimit({ name: 'mail', limit: 1, per: '10s' }).acquire();
  });

  it('counts refused uses too, and can be reset', async () => {
    const { limit } = setup({ limit: 1 });
    expect([limit.name, await limit.usage(), await limit.reset()]).toEqual(['api', 0, false]);
    await limit.acquire();
    await limit.acquire().catch(() => undefined);
    expect(await limit.usage()).toBe(2);
    expect(await limit.reset()).toBe(true);
    expect(await limit.usage()).toBe(0);
    await limit.acquire();
  });

  it('wraps a function, which is not called when it is refused', async () => {
    const { limit } = setup({ limit: 1 });
    const calls: number[] = [];
    const call = limit.wrap(async (n: number) => calls.push(n));
    await call(1);
    await expect(call(2)).rejects.toThrow(RateLimitExceeded);
    expect(calls).toEqual([1]);
  });
});

describe('a task that is refused', () => {
  const CASES: [string, boolean, number, string[], number | undefined][] = [
    [
      'waits for the next window, without using up a retry',
      true,
      0,
      ['rate-limited', 'retrying', 'scheduled'],
      10_000,
    ],
    ['fails if it must not wait', false, 0, ['rate-limited'], undefined],
    [
      'uses up a retry if it must not wait, but has some',
      false,
      1,
      ['rate-limited', 'retrying', 'scheduled'],
      10_000,
    ],
  ];

  it.each(CASES)('%s', async (_, retry, retries, ended, waits) => {
    const { huey } = setup();
    const call = huey.task(
      'call',
      { retries, rateLimit: { name: 'api', limit: 1, per: '10s', retry } },
      () => 1,
    );
    await using sim = await Simulation.start(huey, { start: START });
    await call.map([[], []]);
    await sim.advance('1s');
    const second = sim.events().filter(({ task }) => task.id === 'task-2');
    expect(second.map(({ signal }) => signal)).toEqual(['enqueued', 'executing', ...ended]);
    const [waiting] = await huey.scheduled();
    expect(waiting?.eta).toBe(waits === undefined ? undefined : START + waits);
    expect(waiting?.retries).toBe(waits === undefined ? undefined : retry ? retries : retries - 1);
  });

  it('is one that calls acquire itself as well', async () => {
    const { huey, limit } = setup({ limit: 1 });
    const call = huey.task('call', async () => limit.acquire());
    await using sim = await Simulation.start(huey, { start: START });
    await call.map([[], [], []]);
    await sim.untilIdle();
    const ends = sim.events('call').filter(({ signal }) => signal === 'complete');
    expect(ends.map(({ at }) => at - START)).toEqual([0, 10_000, 20_000]);
  });
});

it('is never exceeded, however many workers and consumers there are', async () => {
  const scenario = fc.record({
    seed: fc.nat(),
    limit: fc.integer({ min: 1, max: 4 }),
    perMs: fc.integer({ min: 500, max: 20_000 }),
    workers: fc.integer({ min: 1, max: 5 }),
    consumers: fc.integer({ min: 1, max: 3 }),
    tasks: fc.integer({ min: 1, max: 15 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ limit, perMs, tasks, ...options }) => {
      const huey = new MemoryHuey();
      const runs: number[] = [];
      const rateLimit = { name: 'api', limit, per: `${perMs}ms` };
      const call = huey.task('call', { context: true, rateLimit }, async (ctx, napMs: number) => {
        runs.push(ctx.now.getTime());
        await ctx.sleep(napMs / 1000);
      });
      await using sim = await Simulation.start(huey, options);
      await call.map(Array.from({ length: tasks }, (_, index) => [index * 100]));
      await sim.untilIdle();
      const perWindow = new Map<number, number>();
      for (const at of runs) {
        const window = Math.floor(at / perMs);
        perWindow.set(window, (perWindow.get(window) ?? 0) + 1);
      }
      expect(Math.max(...perWindow.values())).toBeLessThanOrEqual(limit);
      expect(runs).toHaveLength(tasks);
    }),
    { seed: 20260101, numRuns: 40 },
  );
});
