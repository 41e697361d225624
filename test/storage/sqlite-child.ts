// What the tests of several processes run in a child: `sqlite-child.ts <part> <file> <argument>`. It says "ready", and
// begins when it is told to.
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import type { Delivery, QueueItem, Settlement } from '../../src/storage/storage.js';
import { SqliteStorage } from 'huey-ts/sqlite';

const [part = '', filename = '', argument = ''] = process.argv.slice(2);

function item(id: string, priority = 0): QueueItem {
  return { id, task: 'task', priority, data: `data of ${id}`, enqueuedAt: 0 };
}

function settle({ receipt, item: { id } }: Delivery): Settlement {
  return { receipt, effects: [{ kind: 'put', key: id, data: 'done' }] };
}

const PARTS: Readonly<Record<string, (storage: SqliteStorage) => void>> = {
  /** Enqueues 60 items of its own while it takes and settles any, until the `argument`th has a result. */
  share(storage) {
    const mine = Array.from({ length: 60 }, (_, index) => item(`${process.pid}:${index}`, index % 2));
    const settled: string[] = [];
    let ended: Settlement[] = [];
    while (storage.keys(0).length < Number(argument)) {
      const next = mine.splice(0, 2).map((one) => ({ effects: [{ kind: 'enqueue', item: one }] }) as const);
      const turn = { take: 3, lease: `${process.pid}`, now: 0, leaseUntil: 1e12 };
      const { settled: results, deliveries } = storage.turn({ ...turn, settled: [...ended, ...next] });
      if (results.some(({ applied }) => !applied)) throw new Error('a settlement was refused');
      ended = deliveries.map(settle);
      settled.push(...deliveries.map((delivery) => delivery.item.id));
    }
    process.stdout.write(`${JSON.stringify(settled)}\n`);
  },

  /** Takes two, settles two and enqueues two in each turn, for ever; says how far it has come. */
  churn(storage) {
    let ended: Settlement[] = [];
    for (let next = Number(argument); ; next += 2) {
      const effects = [next, next + 1].map((id) => ({ kind: 'enqueue', item: item(`${id}`) }) as const);
      const turn = { take: 2, lease: 'doomed', now: 0, leaseUntil: 10 };
      ended = storage.turn({ ...turn, settled: [...ended, { effects }] }).deliveries.map(settle);
      if (next % 50 === 0) process.stdout.write(`turn ${next}\n`);
    }
  },

  /** Enqueues ever more, until that fails; says how, and whether the handle works once room is made. */
  fill(storage) {
    writeFileSync(`${filename}.ballast`, 'x'.repeat(200_000));
    const stored: string[] = [];
    const enqueue = (id: string): void => {
      const effects = [{ kind: 'enqueue', item: { ...item(id), data: 'x'.repeat(20_000) } } as const];
      storage.turn({ settled: [{ effects }], take: 0, lease: '', now: 0 });
      stored.push(id);
    };
    let error: unknown;
    for (let index = 0; error === undefined; index += 1)
      try {
        enqueue(`${index}`);
      } catch (refusal) {
        error = refusal;
      }
    rmSync(`${filename}.ballast`);
    enqueue('last');
    const isKept = storage.pending().every(({ id }, index) => id === stored[index]);
    const { message, retryable } = error as Error & { retryable: boolean };
    const answer = { message, retryable, isKept, isAll: storage.pendingCount() === stored.length };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  },

  /** Tries to enqueue one item, and says what came of it. */
  write(storage) {
    const effects = [{ kind: 'enqueue', item: item('a') } as const];
    let answer = 'enqueued';
    try {
      storage.turn({ settled: [{ effects }], take: 0, lease: '', now: 0 });
    } catch (error) {
      answer = (error as Error).message;
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  },
};

process.stdout.write('ready\n');
await once(process.stdin, 'data');
PARTS[part]!(new SqliteStorage({ filename, fsync: part === 'churn' ? 'normal' : 'off', busyTimeout: '30s' }));
process.exit();
