// A body that computes, on SQLite, by worker type and count. The floor is one worker in the event loop; on a machine
// with as many idle cores as workers, threads and processes come near to their number.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Huey, TaskFunction, WorkerType } from 'huey-ts';
import type { Comparison, Contender } from './measure.js';

const FILE = join(import.meta.dirname, 'worker-app.mjs');

/** Loaded when it is first used: other comparisons need no database. */
async function load(): Promise<{ huey: Huey; compute: TaskFunction<[number], number> }> {
  process.env['HUEY_BENCH_DATABASE'] ??= join(mkdtempSync(join(tmpdir(), 'huey-bench-')), 'queue.db');
  const app: string = FILE;
  return (await import(app)) as { huey: Huey; compute: TaskFunction<[number], number> };
}

function drained(workerType: WorkerType, workers: number): Contender {
  return {
    name: `${workerType}, ${workers} worker${workers === 1 ? '' : 's'}`,
    async run(operations) {
      const { huey, compute } = await load();
      const consumer = huey.createConsumer({ workerType, workers, app: `${FILE}:huey` });
      await consumer.start();
      const handles = await compute.map(
        Array.from({ length: operations }, (_, index) => [index] as [number]),
      );
      await handles.get({ blocking: true });
      await consumer.stop();
    },
  };
}

export const workers: Comparison = {
  title: 'drain of computing bodies on SQLite, by worker type, with start and stop of the workers',
  unit: 'tasks',
  operations: 1000,
  floor: drained('async', 1),
  ours: drained('thread', 2),
  peers: [drained('thread', 1), drained('process', 1), drained('process', 2)],
};
