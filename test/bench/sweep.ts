// Seeds of a typical sweep: two consumers that crash and are cut off, tasks that retry, a lock, faults on the way to the
// storage, every invariant on every event. The floor is the same sweep without faults and without judging.
import { MemoryHuey } from 'huey-ts';
import { check, type Sweep } from 'huey-ts/sim';
import type { Comparison } from './measure.js';

const typical: Sweep = {
  name: 'a typical sweep',
  app() {
    const huey = new MemoryHuey();
    const flaky = huey.task(
      'flaky',
      { context: true, retries: 3, retryDelay: 1 },
      async (ctx, fails: number) => {
        await ctx.sleep(0.5);
        if (ctx.attempt < fails) throw new Error('not yet');
        return fails;
      },
    );
    const locked = huey.task(
      'locked',
      { context: true, lock: 'one', retries: 20, retryDelay: '700ms' },
      (ctx) => ctx.sleep(0.3),
    );
    return { huey, actions: { flaky: (fails: number) => flaky(fails), locked: () => locked() } };
  },
  draw: (random) => ({
    consumers: 2,
    workers: 2,
    leaseTtl: '10s',
    commands: [
      ...Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0
          ? ({ at: index * 0.7, do: 'action', name: 'flaky', args: [Math.floor(random.next() * 5)] } as const)
          : ({ at: index * 0.7, do: 'action', name: 'locked' } as const),
      ),
      { at: random.next() * 5, do: 'crash', who: 'consumer-1' },
      { at: random.next() * 5, do: 'partition', who: 'consumer-2' },
    ],
    network: { latency: { least: 0, most: '50ms' }, refused: 0.02, lost: 0.02 },
  }),
};

async function calmly(seeds: number): Promise<void> {
  await check(typical, { seeds, faults: false, invariants: [], twiceEvery: 0 });
}

async function judged(seeds: number): Promise<void> {
  await check(typical, { seeds });
}

export const sweep: Comparison = {
  title: 'seeds of a typical sweep: two consumers, ten tasks, crashes and faults',
  unit: 'seeds',
  operations: 200,
  floor: { name: 'without faults and without judging', run: calmly },
  ours: { name: 'huey-ts, all faults, all invariants', run: judged },
};
