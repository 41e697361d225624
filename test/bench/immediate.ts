// One call in immediate mode, and its result read; the floor does the same JSON round trips by hand.
import { randomUUID } from 'node:crypto';
import { MemoryHuey } from 'huey-ts';
import type { Comparison } from './measure.js';

const huey = new MemoryHuey({ immediate: true });
const add = huey.task('add', async (a: number, b: number) => a + b);

async function byHand(operations: number): Promise<void> {
  const results = new Map<string, string>();
  const body = async (a: number, b: number): Promise<number> => a + b;
  for (let index = 0; index < operations; index += 1) {
    const id = randomUUID();
    const message = JSON.parse(JSON.stringify({ v: 1, id, task: 'add', args: [index, 1] }));
    results.set(message.id, JSON.stringify(await body(message.args[0], message.args[1])));
    const text = results.get(id)!;
    results.delete(id);
    if (JSON.parse(text) !== index + 1) throw new Error('wrong result');
  }
}

async function immediately(operations: number): Promise<void> {
  for (let index = 0; index < operations; index += 1) {
    const result = await add(index, 1);
    if ((await result.get()) !== index + 1) throw new Error('wrong result');
  }
}

export const immediate: Comparison = {
  title: 'immediate call and result, in memory, JSON round trip',
  unit: 'calls',
  operations: 100_000,
  floor: { name: 'by hand', run: byHand },
  ours: { name: 'huey-ts', run: immediately },
  goal: 0.6,
};
