// A race as plain data: a task reads, waits and writes, and what another wrote meanwhile is lost.
import { MemoryHuey } from 'huey-ts';
import type { Sweep } from '../../../sim/sweep/sweep.js';

/** Fails if an update is lost. */
export const RACE: Sweep = {
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
      actions: {
        async increment() {
          await increment();
          calls += 1;
        },
      },
      verify() {
        if (count < calls) throw new Error(`lost an update: counted ${count} of ${calls}`);
      },
    };
  },
  draw: () => ({
    consumers: 2,
    workers: 2,
    commands: Array.from({ length: 5 }, (_, index) => ({
      at: index < 3 ? 0 : 1,
      do: 'action',
      name: 'increment',
    })),
    network: { latency: { least: 0, most: '5ms' } },
  }),
};
