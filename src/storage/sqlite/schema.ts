// The tables, and how a file comes to have them. A file is ours if it says so in its header; one that holds anything
// else, or was written by a later version, is left as it is.
import { StorageError } from '../../errors.js';
import type { SqliteDatabase } from './client.js';

/** "HUEY" as SQLite's application id: what `file` and this module know the database by. */
const APPLICATION = 0x48554559;
const VERSION = 1;

/**
 * A task waits under lease 0, is in flight under any other. Its rowid is its place: a row that is in flight stays where it
 * is, so rowids only ever go up among those that are there, and order is theirs. One index serves the queue and what
 * each lease holds. Columns that change come before the data.
 */
const TABLES = `
  CREATE TABLE queue (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, launches INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE task (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, lease INTEGER NOT NULL, launch INTEGER NOT NULL,
    deliveries INTEGER NOT NULL, priority REAL NOT NULL, enqueued_at REAL NOT NULL, task_id TEXT NOT NULL,
    task TEXT NOT NULL, data TEXT NOT NULL);
  CREATE INDEX task_order ON task (queue, lease, priority DESC, id);
  CREATE TABLE schedule (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, due_at REAL NOT NULL, priority REAL NOT NULL,
    enqueued_at REAL NOT NULL, task_id TEXT NOT NULL, task TEXT NOT NULL, data TEXT NOT NULL);
  CREATE INDEX schedule_order ON schedule (queue, due_at, id);
  CREATE TABLE kv (queue INTEGER NOT NULL, key TEXT NOT NULL, expires_at REAL, data TEXT NOT NULL,
    PRIMARY KEY (queue, key)) WITHOUT ROWID;
  CREATE INDEX kv_expiry ON kv (queue, expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE lease (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, name TEXT NOT NULL, expires_at REAL,
    UNIQUE (queue, name));
  CREATE TABLE lock (queue INTEGER NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL, lease TEXT, expires_at REAL,
    PRIMARY KEY (queue, name, owner)) WITHOUT ROWID;
  CREATE TABLE rate (queue INTEGER NOT NULL, name TEXT NOT NULL, slot REAL NOT NULL, uses INTEGER NOT NULL,
    PRIMARY KEY (queue, name)) WITHOUT ROWID;
  CREATE TABLE tick (queue INTEGER NOT NULL, ticker TEXT NOT NULL, slot REAL NOT NULL,
    PRIMARY KEY (queue, ticker)) WITHOUT ROWID;
  CREATE TABLE chord (queue INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, reported INTEGER NOT NULL,
    priority REAL NOT NULL, enqueued_at REAL NOT NULL, task_id TEXT NOT NULL, task TEXT NOT NULL, data TEXT NOT NULL,
    tail TEXT NOT NULL, PRIMARY KEY (queue, name)) WITHOUT ROWID;
  CREATE TABLE report (queue INTEGER NOT NULL, chord TEXT NOT NULL, member INTEGER NOT NULL, data TEXT,
    PRIMARY KEY (queue, chord, member)) WITHOUT ROWID;
  CREATE TABLE dead (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, priority REAL NOT NULL, enqueued_at REAL NOT NULL,
    died_at REAL NOT NULL, task_id TEXT NOT NULL, task TEXT NOT NULL, reason TEXT NOT NULL, data TEXT NOT NULL,
    UNIQUE (queue, task_id));
`;

/** Brings an open file to this version, in WAL mode. @throws StorageError for a file that is not ours, or of a later version. */
export function prepareSchema(database: SqliteDatabase, filename: string): void {
  const isReady = inspect(database, filename);
  ensureWal(database, filename);
  if (isReady) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been first.
    if (!inspect(database, filename))
      database.exec(
        `${TABLES} PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${VERSION}; COMMIT`,
      );
    else database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** The number of a queue in the file, which gets one if it has none. */
export function queueNumber(database: SqliteDatabase, name: string): number {
  const find = database.prepare('SELECT id FROM queue WHERE name = ?');
  const found = find.get(name);
  if (found === undefined) database.prepare('INSERT OR IGNORE INTO queue (name) VALUES (?)').run(name);
  return ((found ?? find.get(name)) as { id: number }).id;
}

/** Takes back what is open; a failure may have done so already. */
export function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // There was nothing left to take back.
  }
}

/** Whether the tables are there; false for an empty file. */
function inspect(database: SqliteDatabase, filename: string): boolean {
  const application = pragma(database, 'application_id');
  const version = Number(pragma(database, 'user_version'));
  if (application === APPLICATION) {
    if (version <= VERSION) return true;
    throw new StorageError(
      `the database ${filename} was written by a later version of huey-ts (schema ${version}, this one knows ${VERSION}); update huey-ts here`,
    );
  }
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as {
    tables: number;
  };
  if (tables === 0 && application === 0) return false;
  throw new StorageError(
    `expected ${filename} to be a database of huey-ts, or empty, but it holds something else; name a file of its own`,
  );
}

/** The first switch to WAL fails at once if another process switches too: then this waits for that one and looks again. */
function ensureWal(database: SqliteDatabase, filename: string): void {
  if (pragma(database, 'journal_mode') === 'wal') return;
  let mode: unknown;
  try {
    mode = pragma(database, 'journal_mode = WAL');
  } catch (error) {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    mode = pragma(database, 'journal_mode');
    if (mode !== 'wal') throw error;
  }
  if (mode !== 'wal')
    throw new StorageError(
      `the file system of ${filename} cannot hold a write-ahead log (journal mode stays ${String(mode)}); put the database on a local disk`,
    );
}

function pragma(database: SqliteDatabase, text: string): unknown {
  const row = database.prepare(`PRAGMA ${text}`).get() as Record<string, unknown>;
  return Object.values(row)[0];
}
