// Enqueue, take, execute, store, read, in memory, at least once; the floor is an array and a map with the same JSON.
import { randomUUID } from 'node:crypto';
import { MemoryHuey, type Result } from 'huey-ts';
import type { Comparison } from './measure.js';

const huey = new MemoryHuey();
let left = 0;
let whenDone = (): void => {};
const add = huey.task('add', async (a: number, b: number) => {
  left -= 1;
  if (left === 0) whenDone();
  return a + b;
});
await huey.createConsumer().start();

async function byHand(operations: number): Promise<void> {
  const queue: string[] = [];
  const results = new Map<string, string>();
  const ids: string[] = [];
  const body = async (a: number, b: number): Promise<number> => a + b;
  for (let index = 0; index < operations; index += 1) {
    const id = randomUUID();
    ids.push(id);
    queue.push(JSON.stringify({ v: 1, id, task: 'add', args: [index, 1] }));
  }
  for (const text of queue) {
    const message = JSON.parse(text);
    results.set(message.id, JSON.stringify(await body(message.args[0], message.args[1])));
  }
  for (const [index, id] of ids.entries()) {
    if (JSON.parse(results.get(id)!) !== index + 1) throw new Error('wrong result');
    results.delete(id);
  }
}

async function queued(operations: number): Promise<void> {
  left = operations;
  const done = new Promise<void>((resolve) => (whenDone = resolve));
  const handles: Result<number>[] = [];
  for (let index = 0; index < operations; index += 1) handles.push(await add(index, 1));
  await done;
  for (const [index, handle] of handles.entries())
    if ((await handle.get({ blocking: true })) !== index + 1) throw new Error('wrong result');
}

export const memory: Comparison = {
  title: 'enqueue, take, execute, store, read, in memory',
  unit: 'tasks',
  operations: 50_000,
  floor: { name: 'by hand, first in first out', run: byHand },
  ours: { name: 'huey-ts, a consumer with one worker', run: queued },
  goal: 0.6,
};
