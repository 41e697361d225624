// SQLite through the whole Huey: enqueuing calls, and draining them with a consumer, by kind and number of workers,
// beside better-sqlite3's bare inserts and deletes. Consumers are started once and stay, so that their start does not count.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import type { TaskFunction } from 'huey-ts';
import type { SqliteHuey } from 'huey-ts/sqlite';
import { ROOT } from '../files.js';
import type { Comparison } from './measure.js';

const ENTRY = pathToFileURL(join(ROOT, 'dist/src/sqlite.js')).href;
const folder = mkdtempSync(join(tmpdir(), 'huey-ts-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let made = 0;

const MESSAGE = JSON.stringify({ v: 1, task: 'add', args: [1, 2] });

interface App {
  readonly huey: SqliteHuey;
  readonly add: TaskFunction<[number, number], number>;
}

/** Writes an app of its own, which worker threads and processes load too. */
async function newApp(): Promise<App & { readonly path: string }> {
  const place = join(folder, `${(made += 1)}`);
  mkdirSync(place);
  const path = join(place, 'app.mjs');
  writeFileSync(
    path,
    `import { SqliteHuey } from '${ENTRY}';
export const huey = new SqliteHuey({ filename: import.meta.dirname + '/queue.db', fsync: 'normal', driver: 'better-sqlite3' });
export const add = huey.task('add', (a, b) => a + b);`,
  );
  return { ...((await import(pathToFileURL(path).href)) as App), path: `${path}:huey` };
}

function openByHand() {
  const database = new Database(join(folder, `${(made += 1)}.db`));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = normal');
  database.exec('CREATE TABLE task (id INTEGER PRIMARY KEY, data TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO task (data) VALUES (?)');
  return { database, insert };
}

function insertOneByOne(operations: number): void {
  const { database, insert } = openByHand();
  for (let index = 0; index < operations; index += 1) insert.run(MESSAGE);
  database.close();
}

/** All in at once, then one delete for each, in a transaction of its own. */
function deleteOneByOne(operations: number): void {
  const { database, insert } = openByHand();
  database.transaction(() => {
    for (let index = 0; index < operations; index += 1) insert.run(MESSAGE);
  })();
  const take = database.prepare('DELETE FROM task WHERE id = (SELECT min(id) FROM task) RETURNING data');
  for (let index = 0; index < operations; index += 1) JSON.parse((take.get() as { data: string }).data);
  database.close();
}

async function callOneByOne(operations: number): Promise<void> {
  const { huey, add } = await newApp();
  for (let index = 0; index < operations; index += 1) await add(index, 1);
  await huey.close();
}

async function callInBulk(operations: number): Promise<void> {
  const { huey, add } = await newApp();
  for (let start = 0; start < operations; start += 100)
    await add.map(Array.from({ length: 100 }, (_, index) => [start + index, 1]));
  await huey.close();
}

/** All in at once, then as fast as the workers go; results stored. */
function draining(workerType: 'async' | 'thread' | 'process', workers: number) {
  let started: Promise<App> | undefined;
  const start = async (): Promise<App> => {
    const app = await newApp();
    await app.huey.createConsumer({ workerType, workers, app: app.path }).start();
    return app;
  };
  return async (operations: number): Promise<void> => {
    const { huey, add } = await (started ??= start());
    const results = await add.map(Array.from({ length: operations }, (_, index) => [index, 1]));
    // The last that were taken end last, in any order.
    const last = [...results].slice(-workers);
    for (const result of last) await result.get({ blocking: true, maxDelay: '10ms' });
    if ((await huey.pendingCount()) > 0) throw new Error('something is left');
  };
}

function drainRow(
  workerType: 'async' | 'thread' | 'process',
  workers: number,
  operations: number,
): Comparison {
  return {
    title: `SqliteHuey: drain with ${workers} ${workerType} ${workers === 1 ? 'worker' : 'workers'}`,
    unit: 'tasks',
    operations,
    floor: { name: 'better-sqlite3, bare deletes', run: deleteOneByOne },
    ours: { name: 'huey-ts, a consumer', run: draining(workerType, workers) },
  };
}

const enqueue = {
  unit: 'tasks',
  operations: 3000,
  floor: { name: 'better-sqlite3, bare inserts', run: insertOneByOne },
} as const;

/** The rows for SqliteHuey. */
export const sqliteHuey: readonly Comparison[] = [
  {
    ...enqueue,
    title: 'SqliteHuey: call one by one',
    ours: { name: 'huey-ts, await add(…)', run: callOneByOne },
    goal: 0.7,
  },
  {
    ...enqueue,
    title: 'SqliteHuey: call in bulk',
    ours: { name: 'huey-ts, add.map of 100', run: callInBulk },
    goal: 3,
  },
  drainRow('async', 1, 2000),
  drainRow('async', 10, 5000),
  drainRow('async', 50, 10_000),
  drainRow('thread', 2, 2000),
  drainRow('process', 2, 2000),
];

/** By how many bytes the heap of a process has grown after 100,000 more tasks went through it, results read. */
export async function growthAfterTasks(): Promise<number> {
  const { huey, add } = await newApp();
  const consumer = huey.createConsumer({ workers: 10 });
  await consumer.start();
  const pass = async (count: number): Promise<number> => {
    for (let done = 0; done < count; done += 1000) {
      const results = await add.map(Array.from({ length: 1000 }, (_, index) => [index, 1]));
      await results.get({ blocking: true, maxDelay: '10ms' });
    }
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = await pass(5000);
  const growth = (await pass(100_000)) - before;
  await consumer.stop();
  await huey.close();
  return growth;
}
