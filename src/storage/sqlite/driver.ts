// The choice between the two clients of SQLite.
import { StorageError } from '../../errors.js';
import { openBetterSqlite } from './better-sqlite3.js';
import type { SqliteDatabase, SqliteOpener } from './client.js';
import { openNodeSqlite } from './node-sqlite.js';

/** Which client: Node's own, the package, or whichever is there, Node's own first. */
export type SqliteDriver = 'auto' | 'node:sqlite' | 'better-sqlite3';

export const SQLITE_DRIVERS: readonly SqliteDriver[] = ['auto', 'node:sqlite', 'better-sqlite3'];

const OPENERS: Readonly<Record<Exclude<SqliteDriver, 'auto'>, SqliteOpener>> = {
  'node:sqlite': openNodeSqlite,
  'better-sqlite3': openBetterSqlite,
};

const ADVICE: Readonly<Record<SqliteDriver, string>> = {
  auto: 'run `npm install better-sqlite3`, or use Node 22.13 or later, which has node:sqlite',
  'node:sqlite': "this Node does not have it: use Node 22.13 or later, or driver: 'better-sqlite3'",
  'better-sqlite3': 'run `npm install better-sqlite3`',
};

/** Opens a file with that client. @throws StorageError if there is none; what the client throws if it cannot open the file. */
export function openSqlite(driver: SqliteDriver, filename: string): SqliteDatabase {
  const choice = driver === 'auto' ? Object.values(OPENERS) : [OPENERS[driver]];
  for (const open of choice) {
    const database = open(filename);
    if (database !== undefined) return database;
  }
  const client = driver === 'auto' ? 'a SQLite client' : driver;
  throw new StorageError(`expected ${client} to be installed, found none; ${ADVICE[driver]}`);
}
