// The engine under virtual time: tasks from enqueue to result with random interleavings, beside a toy kernel that resumes
// as many actors, and beside fast-check's scheduler.
import fc from 'fast-check';
import { MemoryHuey } from 'huey-ts';
import { Simulation, type SimulationOptions } from 'huey-ts/sim';
import type { Comparison, Contender } from './measure.js';

/** Actors that wait for their turn, one of those that are ready resumed at a time, each step at rest. */
const toy: Contender = {
  name: 'a toy kernel: resume one, await its next park',
  async run(steps) {
    const ready: (() => void)[] = [];
    const park = (): Promise<void> => new Promise((resolve) => ready.push(resolve));
    const actor = async (): Promise<void> => {
      for (;;) await park();
    };
    for (let count = 0; count < 4; count += 1) void actor();
    const rest = Promise.resolve();
    for (let step = 0; step < steps; step += 1) {
      ready.splice(step % ready.length, 1)[0]!();
      await rest;
      await rest;
    }
  },
};

const scheduler: Contender = {
  name: 'fast-check, fc.scheduler().waitFor',
  async run(steps) {
    const [s] = fc.sample(fc.scheduler(), { numRuns: 1, seed: 1 });
    for (let step = 0; step < steps; step += 1) await s!.waitFor(s!.schedule(Promise.resolve(step)));
  },
};

const WORKERS = 4;

type Tracing = NonNullable<SimulationOptions['trace']>;

/** A bulk at a time from enqueue to result; returns how many events the trace has. */
async function simulate(tasks: number, trace: Tracing): Promise<number> {
  const huey = new MemoryHuey();
  const add = huey.task('add', (a: number, b: number) => a + b);
  await using sim = await Simulation.start(huey, { workers: WORKERS, trace });
  for (let begun = 0; begun < tasks; begun += 1000) {
    const count = Math.min(1000, tasks - begun);
    await add.map(Array.from({ length: count }, (_, n) => [n, 1] as [number, number]));
    await sim.untilIdle();
  }
  return trace === false ? 0 : sim.recorded.count;
}

/**
 * As in a sweep, some simulation is alive whenever garbage is collected: with the last object of a class V8 forgets the
 * code that it has optimised for it, and rounds would measure the compiler.
 */
let witness: Simulation | undefined;

/** What the trace of a task tells: turns, calls of the storage, begin and end, signals. Known after a round with a trace. */
let eventsPerTask = 0;

function simulating(trace: Tracing): Contender['run'] {
  return async (tasks) => {
    witness ??= await Simulation.start(new MemoryHuey());
    const events = await simulate(tasks, trace);
    if (events > 0) eventsPerTask = events / tasks;
  };
}

export const simulatedTasks: Comparison = {
  title: 'simulated tasks, enqueue to result, random interleaving',
  unit: 'tasks',
  operations: 50_000,
  floor: toy,
  ours: { name: 'huey-ts, whole engine, tracing off', run: simulating(false) },
  peers: [
    { name: 'huey-ts, fingerprint of the run', run: simulating('hash') },
    { name: 'huey-ts, every event kept', run: simulating(true) },
    scheduler,
  ],
  goalRate: 100_000,
  parts: { unit: 'simulated events', perOperation: () => eventsPerTask, goalRate: 1_000_000 },
};
