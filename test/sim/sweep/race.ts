// A race as plain data: a task reads, waits and writes, and what another wrote meanwhile is lost.
import { MemoryHuey } from 'huey-ts';
import type { SweepScenario } from '../../../sim/sweep/plan.js';

/** Fails if an update is lost. */
export const RACE: SweepScenario = {
  name: 'race',
  app() {
    const huey = new MemoryHuey();
    let [count, calls] = [0, 0];
    const increment = huey.task('increment', { context: true }, async (ctx) => {
      const seen = count;
      await ctx.sleep(0);
      count = seen + 1;
    });
    return {
      huey,
      commands: { increment: () => ((calls += 1), increment()) },
      verify() {
        if (count !== calls) throw new Error(`lost an update: counted ${count} of ${calls}`);
      },
    };
  },
  plan: () => ({
    nodes: ['a', 'b'].map((name) => ({ name, workers: 2 })),
    commands: Array.from({ length: 5 }, (_, index) => ({
      atMs: index < 3 ? 0 : 1000,
      command: 'increment',
      args: [],
    })),
    faults: [],
    network: { latency: { least: 0, most: '5ms' } },
  }),
};
