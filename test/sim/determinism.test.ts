// The same seed, the same run, byte for byte; other seeds, other orders.
import { describe, expect, it } from 'vitest';
import { crontab, group, MemoryHuey } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

/** A bit of everything: consumers and workers that compete, retries, locks, a rate limit, a chord, periodic tasks. */
async function trace(seed: number): Promise<string> {
  const huey = new MemoryHuey();
  const context = { context: true } as const;
  const add = huey.task('add', context, async (ctx, a: number, b: number) => {
    await ctx.sleep((a % 3) / 10);
    return a + b;
  });
  const flaky = huey.task(
    'flaky',
    { ...context, retries: 3, retryDelay: 2, retryBackoff: 2 },
    async (ctx) => {
      await ctx.sleep(0);
      if (ctx.attempt < 2) throw new Error(`attempt ${ctx.attempt}`);
    },
  );
  const rateLimit = { name: 'api', limit: 2, per: '5s' };
  const locked = huey.task(
    'locked',
    { ...context, lock: 'one', rateLimit, retries: 9, retryDelay: '700ms' },
    async (ctx) => ctx.sleep(1),
  );
  const waiting = huey.task('waiting', context, async (ctx) => {
    const hold = await huey.lockTask('other').acquire({ wait: '1m' });
    await ctx.sleep('300ms');
    await hold.release();
  });
  const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
  huey.periodicTask('minutely', crontab(), context, async (ctx) => {
    await ctx.sleep('5s');
  });
  await using sim = await Simulation.start(huey, { consumers: 3, workers: 2, seed });
  await huey.enqueue(group([1, 2, 3, 4].map((n) => add.s(n, n))).pipe(sum));
  await flaky.map([[], [], []]);
  await locked.map([[], [], []]);
  await waiting.map([[], [], []]);
  await sim.advance('3m');
  return JSON.stringify({ events: sim.events(), steps: sim.steps, now: sim.now });
}

describe('a seed', () => {
  it.each([1, 2, 20260101, -5, Number.MAX_SAFE_INTEGER])(
    'of %d gives the same events twice',
    async (seed) => {
      const first = await trace(seed);
      expect(await trace(seed)).toBe(first);
      for (const signal of ['retrying', 'locked', 'rate-limited', 'error', 'complete'])
        expect(first).toContain(`"${signal}"`);
    },
  );

  it('gives the same events while other simulations run', async () => {
    const alone = [await trace(1), await trace(2)];
    expect(await Promise.all([trace(1), trace(2)])).toEqual(alone);
  });

  it('decides the order: others give others', async () => {
    const traces = new Set<string>();
    for (let seed = 1; seed <= 10; seed += 1) traces.add(await trace(seed));
    expect(traces.size).toBe(10);
  });

  it('decides nothing where there is one worker and nothing to compete for', async () => {
    const traces = new Set<string>();
    for (let seed = 1; seed <= 10; seed += 1) {
      const huey = new MemoryHuey();
      const nap = huey.task('nap', { context: true }, async (ctx, s: number) => ctx.sleep(s));
      await using sim = await Simulation.start(huey, { seed });
      await nap.map([[3], [1], [2]]);
      await sim.untilIdle();
      traces.add(JSON.stringify(sim.events()));
    }
    expect(traces.size).toBe(1);
  });
});
