// What must hold whatever the seed, the consumers and the workers. (Rate limits: test/engine/rate-limit.test.ts.)
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chord, MemoryHuey } from 'huey-ts';
import { Simulation, type SimulationEvent } from 'huey-ts/sim';

const FIXED = { seed: 20260101, numRuns: 60 } as const;

const crew = fc.record({
  seed: fc.maxSafeInteger(),
  consumers: fc.integer({ min: 1, max: 3 }),
  workers: fc.integer({ min: 1, max: 3 }),
});

/** How one task behaves: it naps, and fails that many times. */
interface Plan {
  readonly napsMs: readonly number[];
  readonly failures: number;
  readonly retries: number;
  readonly retryDelay: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  napsMs: fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 3 }),
  failures: fc.integer({ min: 0, max: 4 }),
  retries: fc.integer({ min: 0, max: 3 }),
  retryDelay: fc.constantFrom(0, 0, 0.5, 3),
});

const plans = fc.array(plan, { minLength: 1, maxLength: 12 });

function declarePlanned(huey: MemoryHuey) {
  return huey.task('planned', { context: true }, async (ctx, { napsMs, failures }: Plan, index: number) => {
    for (const napMs of napsMs) await ctx.sleep(napMs / 1000);
    if (ctx.attempt < failures) throw new Error('planned');
    return index;
  });
}

function countOf(events: readonly SimulationEvent[], id: string, ...signals: string[]): number {
  return events.filter(({ task, signal }) => task.id === id && signals.includes(signal)).length;
}

it('every task that is enqueued ends exactly once, after as many attempts as it needs and may have', async () => {
  await fc.assert(
    fc.asyncProperty(crew, plans, async (options, plans) => {
      const huey = new MemoryHuey();
      const planned = declarePlanned(huey);
      await using sim = await Simulation.start(huey, options);
      for (const [index, plan] of plans.entries())
        await planned.with({ id: `t${index}`, retries: plan.retries, retryDelay: plan.retryDelay })(
          plan,
          index,
        );
      await sim.untilIdle();
      const events = sim.events('planned');
      for (const [index, { failures, retries }] of plans.entries()) {
        const id = `t${index}`;
        const failed = failures > retries;
        expect(countOf(events, id, 'executing')).toBe(Math.min(failures, retries) + 1);
        expect(countOf(events, id, 'complete')).toBe(failed ? 0 : 1);
        expect(countOf(events, id, 'retrying')).toBe(Math.min(failures, retries));
        const last = events.findLast(({ task }) => task.id === id);
        expect(last?.signal).toBe(failed ? 'error' : 'complete');
        const value = huey.result(id);
        if (failed) await expect(value).rejects.toThrow('planned');
        else expect(await value).toBe(index);
      }
      expect([await huey.pendingCount(), await huey.scheduledCount()]).toEqual([0, 0]);
      expect(await huey.storage.dead()).toEqual([]);
    }),
    FIXED,
  );
});

it('as many run at once as there are workers, and not one more', async () => {
  await fc.assert(
    fc.asyncProperty(crew, async ({ seed, consumers, workers }) => {
      const huey = new MemoryHuey();
      let running = 0;
      let most = 0;
      const nap = huey.task('nap', { context: true }, async (ctx) => {
        running += 1;
        most = Math.max(most, running);
        await ctx.sleep(1);
        running -= 1;
      });
      await using sim = await Simulation.start(huey, { seed, consumers, workers });
      await nap.map(Array.from({ length: 20 }, () => []));
      await sim.untilIdle();
      expect(most).toBe(consumers * workers);
    }),
    FIXED,
  );
});

it('one worker runs the highest priority first, and among equals the first that came', async () => {
  const priorities = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.maxSafeInteger(), priorities, async (seed, priorities) => {
      const huey = new MemoryHuey();
      const order: number[] = [];
      const work = huey.task('work', { context: true }, async (ctx, index: number) => {
        order.push(index);
        await ctx.sleep(index % 2);
      });
      await using sim = await Simulation.start(huey, { seed });
      for (const [index, priority] of priorities.entries()) await work.with({ priority })(index);
      await sim.untilIdle();
      const wanted = [...priorities.keys()].sort((a, b) => priorities[b]! - priorities[a]! || a - b);
      expect(order).toEqual(wanted);
    }),
    FIXED,
  );
});

it('a lock never has two holders, declared or waited for, and everybody gets it in the end', async () => {
  const naps = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 2, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(crew, naps, async (options, naps) => {
      const huey = new MemoryHuey();
      const held: [from: number, to: number][] = [];
      let holders = 0;
      const hold = async (ctx: { now: Date; sleep(s: number): Promise<void> }, ms: number): Promise<void> => {
        holders += 1;
        expect(holders).toBe(1);
        const from = ctx.now.getTime();
        await ctx.sleep(ms / 1000);
        held.push([from, ctx.now.getTime()]);
        holders -= 1;
      };
      const declared = huey.task(
        'declared',
        { context: true, lock: 'one', retries: Infinity, retryDelay: '700ms' },
        hold,
      );
      const waiting = huey.task('waiting', { context: true }, async (ctx, ms: number) => {
        await using _held = await huey.lockTask('one').acquire({ wait: '10m' });
        await hold(ctx, ms);
      });
      await using sim = await Simulation.start(huey, options);
      for (const [index, ms] of naps.entries()) await (index % 2 === 0 ? declared : waiting)(ms);
      await sim.untilIdle();
      expect(held).toHaveLength(naps.length);
      for (const [index, [from]] of held.entries())
        if (index > 0) expect(from).toBeGreaterThanOrEqual(held[index - 1]![1]);
      expect(await huey.lockTask('one').isLocked()).toBe(false);
    }),
    FIXED,
  );
});

it('the callback of a chord runs exactly once, with the values in the order of the members', async () => {
  await fc.assert(
    fc.asyncProperty(crew, plans, async (options, plans) => {
      const huey = new MemoryHuey();
      const planned = declarePlanned(huey);
      const calls: unknown[][] = [];
      const collect = huey.task('collect', (values: readonly unknown[]) => {
        calls.push(values.map((value) => (value instanceof Error ? 'failed' : value)));
      });
      await using sim = await Simulation.start(huey, options);
      const members = plans.map(({ retries, retryDelay, ...plan }, index) =>
        planned.with({ retries, retryDelay }).s({ ...plan, retries, retryDelay }, index),
      );
      await huey.enqueue(chord(members, collect));
      await sim.untilIdle();
      expect(calls).toEqual([
        plans.map(({ failures, retries }, index) => (failures > retries ? 'failed' : index)),
      ]);
    }),
    FIXED,
  );
});
