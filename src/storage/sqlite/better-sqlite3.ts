// The package better-sqlite3, loaded when a file is first opened. A copy that is not built for this Node counts as an
// error, not as missing.
import { createRequire } from 'node:module';
import type { SqliteDatabase } from './client.js';

type Constructor = new (filename: string) => SqliteDatabase;

/** Opens a file with better-sqlite3; undefined if it is not installed. */
export function openBetterSqlite(filename: string): SqliteDatabase | undefined {
  const Database = load();
  return Database === undefined ? undefined : new Database(filename);
}

function load(): Constructor | undefined {
  try {
    return createRequire(import.meta.url)('better-sqlite3') as Constructor;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
