// Enqueue and drain on SQLite at the level of the storage, beside the same work done by hand with better-sqlite3.
// Both sides use that client and the same settings; by hand there are two tables, an insert and a delete for each step.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { QueueItem, Settlement } from 'huey-ts';
import { type SqliteFsync, SqliteStorage } from 'huey-ts/sqlite';
import type { Comparison } from './measure.js';

const folder = mkdtempSync(join(tmpdir(), 'huey-ts-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const DATA = JSON.stringify({ v: 1, id: randomUUID(), task: 'add', args: [1, 2] });
const newFile = (): string => join(folder, randomUUID());

function items(count: number): QueueItem[] {
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    task: 'add',
    priority: 0,
    data: DATA,
    enqueuedAt: 0,
  }));
}

function openByHand(fsync: SqliteFsync) {
  const database = new Database(newFile());
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${fsync}`);
  database.exec(`CREATE TABLE task (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, data TEXT NOT NULL, priority REAL);
    CREATE INDEX task_order ON task (queue, priority DESC, id);
    CREATE TABLE flight (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, data TEXT NOT NULL, priority REAL);
    CREATE TABLE kv (queue TEXT, key TEXT, value TEXT, PRIMARY KEY (queue, key))`);
  const insert = database.prepare('INSERT INTO task (queue, data, priority) VALUES (?, ?, ?)');
  return { database, insert };
}

function openOurs(fsync: SqliteFsync): SqliteStorage {
  const storage = new SqliteStorage({ filename: newFile(), fsync, driver: 'better-sqlite3' });
  storage.pendingCount();
  return storage;
}

function enqueue(storage: SqliteStorage, chosen: readonly QueueItem[]): void {
  const effects = chosen.map((item) => ({ kind: 'enqueue', item }) as const);
  storage.turn({ settled: [{ effects }], take: 0, lease: '', now: 0 });
}

function insertOneByOne(fsync: SqliteFsync) {
  return (operations: number): void => {
    const { database, insert } = openByHand(fsync);
    for (const { data, priority } of items(operations)) insert.run('huey', data, priority);
    database.close();
  };
}

function enqueueing(fsync: SqliteFsync, each: number) {
  return (operations: number): void => {
    const storage = openOurs(fsync);
    const all = items(operations);
    for (let start = 0; start < operations; start += each) enqueue(storage, all.slice(start, start + each));
    storage.close();
  };
}

/** Takes and ends `width` tasks in each transaction, results stored. The filling counts too, in one transaction. */
function drainByHand(fsync: SqliteFsync, width: number) {
  return (operations: number): void => {
    const { database, insert } = openByHand(fsync);
    const all = items(operations);
    database.transaction(() => all.forEach(({ data, priority }) => insert.run('huey', data, priority)))();
    const next = database.prepare(`DELETE FROM task WHERE id = (SELECT id FROM task WHERE queue = ?
      ORDER BY priority DESC, id LIMIT 1) RETURNING id, data`);
    const launch = database.prepare('INSERT INTO flight (id, queue, data, priority) VALUES (?, ?, ?, ?)');
    const land = database.prepare('DELETE FROM flight WHERE id = ?');
    const put = database.prepare('INSERT OR REPLACE INTO kv (queue, key, value) VALUES (?, ?, ?)');
    let held: { id: number; data: string }[] = [];
    let done = 0;
    const step = database.transaction(() => {
      for (const { id } of held) {
        land.run(id);
        put.run('huey', all[done]!.id, '"result"');
        done += 1;
      }
      held = [];
      while (held.length < width) {
        const row = next.get('huey') as { id: number; data: string } | undefined;
        if (row === undefined) break;
        launch.run(row.id, 'huey', row.data, 0);
        held.push(row);
      }
      return held.length;
    });
    let flying = step.immediate();
    while (flying > 0) flying = step.immediate();
    database.close();
  };
}

function drain(fsync: SqliteFsync, width: number) {
  return (operations: number): void => {
    const storage = openOurs(fsync);
    enqueue(storage, items(operations));
    storage.keepLease('worker', 1e12, 0);
    let settled: Settlement[] = [];
    for (let done = 0; done < operations; done += settled.length) {
      const { deliveries } = storage.turn({ settled, take: width, lease: 'worker', now: 0 });
      settled = deliveries.map(({ receipt, item }) => ({
        receipt,
        effects: [{ kind: 'put', key: item.id, data: '"result"' }],
      }));
    }
    storage.turn({ settled, take: 0, lease: 'worker', now: 0 });
    storage.close();
  };
}

function enqueueRows(fsync: SqliteFsync, operations: number): readonly Comparison[] {
  const floor = { name: 'better-sqlite3, one insert at a time', run: insertOneByOne(fsync) };
  const base = { unit: 'tasks', operations, floor };
  const one = { name: 'huey-ts, one turn for each', run: enqueueing(fsync, 1) };
  const bulk = { name: 'huey-ts, 100 in a turn', run: enqueueing(fsync, 100) };
  return [
    { ...base, title: `enqueue on SQLite, fsync ${fsync}, one by one`, ours: one, goal: 0.7 },
    { ...base, title: `enqueue on SQLite, fsync ${fsync}, in bulk`, ours: bulk, goal: 3 },
  ];
}

function drainRow(fsync: SqliteFsync, operations: number, width: number): Comparison {
  return {
    title: `drain on SQLite, fsync ${fsync}, ${width} at a time`,
    unit: 'tasks',
    operations,
    floor: { name: 'better-sqlite3, the same transactions by hand', run: drainByHand(fsync, width) },
    ours: { name: 'huey-ts, turns that settle and take', run: drain(fsync, width) },
    goal: 0.9,
  };
}

/** The rows for SQLite. */
export const sqlite: readonly Comparison[] = [
  ...enqueueRows('normal', 5000),
  ...enqueueRows('full', 500),
  drainRow('normal', 3000, 1),
  drainRow('normal', 20_000, 50),
  drainRow('full', 500, 1),
  drainRow('full', 20_000, 50),
];
