// A process that uses a file storage, for file-processes.test.ts: `tsx file-child.ts steps|work <directory> <name>`.
// It tells of each call, in a line of its own, once the call has returned.
import { writeSync } from 'node:fs';
import { FileStorage } from '../../src/storage/file/file-storage.js';
import type { Delivery } from '../../src/storage/storage.js';
import { takeStep } from './file-steps.js';

const [, , mode, directory, name = 'child'] = process.argv;
const storage = new FileStorage(directory!, {}, { compactAbove: 4000 });
const tell = (text: string): void => void writeSync(1, `${text}\n`);

if (mode === 'steps') for (let step = Number(name); ; step += 1) tell(`${takeStep(storage, step)} ${step}`);

/** Takes two at a time and settles each, until there is nothing more: each settlement leaves a mark of its own. */
let held: readonly Delivery[] = [];
tell('ready');
for (;;) {
  const effects = ({ item }: Delivery) =>
    [{ kind: 'enqueue', item: { ...item, id: `done ${item.id}`, priority: -1 } }] as const;
  const turn = storage.turn({
    settled: held.map((delivery) => ({ receipt: delivery.receipt, effects: effects(delivery) })),
    take: 2,
    lease: name,
    now: 0,
  });
  for (const [index, { item }] of held.entries())
    if (turn.settled[index]!.applied) tell(`settled ${item.id}`);
  held = turn.deliveries.filter(({ item }) => item.priority === 0);
  const over = turn.deliveries.filter(({ item }) => item.priority !== 0);
  if (over.length > 0)
    storage.turn({
      settled: over.map(({ receipt }) => ({ receipt, effects: [{ kind: 'release' }] })),
      take: 0,
      lease: name,
      now: 0,
    });
  if (held.length === 0) break;
}
tell('finished');
