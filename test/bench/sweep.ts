// Seeds of a typical sweep: two consumers that crash and are cut off, tasks that retry, a lock, faults on the way to the
// storage, every invariant on every event. The floor is the same sweep without faults and without judging.
import { MemoryHuey } from 'huey-ts';
import { check, type SweepScenario } from 'huey-ts/sim';
import type { Comparison } from './measure.js';

const scenario: SweepScenario = {
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
    return { huey, commands: { flaky: (fails: number) => flaky(fails), locked: () => locked() } };
  },
  plan: (random) => ({
    nodes: [
      { name: 'n1', workers: 2 },
      { name: 'n2', workers: 2 },
    ],
    commands: Array.from({ length: 10 }, (_, index) =>
      index % 2 === 0
        ? { atMs: index * 700, command: 'flaky', args: [Math.floor(random.next() * 5)] }
        : { atMs: index * 700, command: 'locked', args: [] },
    ),
    faults: [
      { atMs: Math.floor(random.next() * 5000), fault: 'crash', node: 'n1' },
      { atMs: Math.floor(random.next() * 5000), fault: 'partition', node: 'n2' },
    ],
    network: { latency: { least: 0, most: '50ms' }, refused: 0.02, lost: 0.02 },
  }),
};

async function calmly(seeds: number): Promise<void> {
  await check(scenario, { seeds, faults: false, invariants: [], twiceEvery: 0 });
}

async function judged(seeds: number): Promise<void> {
  await check(scenario, { seeds });
}

export const sweep: Comparison = {
  title: 'seeds of a typical sweep: two consumers, ten tasks, crashes and faults',
  unit: 'seeds',
  operations: 200,
  floor: { name: 'without faults and without judging', run: calmly },
  ours: { name: 'huey-ts, all faults, all invariants', run: judged },
};
