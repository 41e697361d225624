// Node's own SQLite, loaded when a file is first opened. Node has it since 22.5, without a flag since 22.13.
import { createRequire } from 'node:module';
import type { SqliteDatabase } from './client.js';

interface Client {
  readonly DatabaseSync: new (filename: string) => SqliteDatabase;
}

/** Opens a file with node:sqlite; undefined if this Node does not have it. */
export function openNodeSqlite(filename: string): SqliteDatabase | undefined {
  const client = load();
  return client === undefined ? undefined : new client.DatabaseSync(filename);
}

function load(): Client | undefined {
  try {
    return createRequire(import.meta.url)('node:sqlite') as Client;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'ERR_UNKNOWN_BUILTIN_MODULE' || code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
