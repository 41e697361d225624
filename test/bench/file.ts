// Enqueue and drain in a directory of files, without fsync, beside bare appends of as many lines; and what a task costs
// where a hundred thousand others wait.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueItem } from 'huey-ts';
import { FileHuey, FileStorage } from 'huey-ts/file';
import type { Comparison } from './measure.js';

const folder = mkdtempSync(join(tmpdir(), 'huey-ts-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const newPath = (): string => join(folder, `${(made += 1)}`);

/** About as long as the record of a call. */
const LINE = `${JSON.stringify({ crc: '00000000', n: 1, call: 'turn', args: ['x'.repeat(250)] })}\n`;

/** Two lines for each task: one when it is enqueued, one when it is settled and the next is taken. */
function byHand(operations: number): void {
  const path = newPath();
  const file = openSync(path, 'a');
  for (let index = 0; index < 2 * operations; index += 1) writeSync(file, LINE);
  closeSync(file);
  if (readFileSync(path).length !== 2 * operations * LINE.length) throw new Error('wrong length');
  rmSync(path);
}

async function queued(operations: number): Promise<void> {
  const path = newPath();
  const huey = new FileHuey({ path, results: false });
  let left = operations;
  let whenDone = (): void => {};
  const done = new Promise<void>((resolve) => (whenDone = resolve));
  const add = huey.task('add', (a: number, b: number) => {
    left -= 1;
    if (left === 0) whenDone();
    return a + b;
  });
  for (let index = 0; index < operations; index += 1) await add(index, 1);
  const consumer = huey.createConsumer();
  await consumer.start();
  await done;
  await consumer.stop();
  await huey.close();
  rmSync(path, { recursive: true });
}

function item(index: number): QueueItem {
  return {
    id: `task ${index}`,
    task: 'add',
    priority: 0,
    data: `{"v":1,"args":[${index},1]}`,
    enqueuedAt: 0,
  };
}

/** One task in, one task out, in a queue that keeps its length. It is filled in the warm-up. */
function passing(length: number): (operations: number) => void {
  const kept: FileStorage[] = [];
  let next = 0;
  const enqueue = (count: number) =>
    Array.from({ length: count }, () => ({ kind: 'enqueue', item: item(next++) }) as const);
  const fill = (): FileStorage => {
    const fresh = new FileStorage(newPath());
    const turn = { take: 0, lease: '', now: 0 };
    const each = Math.min(1000, length);
    for (let filled = 0; filled < length; filled += each)
      fresh.turn({ ...turn, settled: [{ effects: enqueue(each) }] });
    return fresh;
  };
  return (operations) => {
    if (kept.length === 0) kept.push(fill());
    const storage = kept[0]!;
    let receipt: string | undefined;
    for (let index = 0; index < operations; index += 1) {
      const settled = [{ ...(receipt !== undefined && { receipt }), effects: enqueue(1) }];
      const { deliveries } = storage.turn({ settled, take: 1, lease: 'worker', now: 0, leaseUntil: 1e12 });
      receipt = deliveries[0]!.receipt;
    }
    storage.turn({ settled: [{ receipt: receipt!, effects: [] }], take: 0, lease: 'worker', now: 0 });
  };
}

/** The rows for files. */
export const file: readonly Comparison[] = [
  {
    title: 'enqueue one by one, and drain, in files',
    unit: 'tasks',
    operations: 2000,
    floor: { name: 'bare appends of as many lines', run: byHand },
    ours: { name: 'huey-ts on files, one worker', run: queued },
  },
  {
    title: 'one task in and one out, in files, with 100,000 that wait',
    unit: 'tasks',
    operations: 2000,
    floor: { name: 'huey-ts, with 10 that wait', run: passing(10) },
    ours: { name: 'huey-ts, with 100,000 that wait', run: passing(100_000) },
  },
];
