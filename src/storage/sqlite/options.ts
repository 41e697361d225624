// The options of the SQLite storage: names, defaults, checks, in one place.
import { checkOptionNames, expected, integer, nonEmptyString } from '../../check.js';
import { type Duration, durationMs } from '../../time.js';
import { SQLITE_DRIVERS, type SqliteDriver } from './driver.js';

/** When a commit counts as done: see the docs on guarantees. */
export type SqliteFsync = 'full' | 'normal' | 'off';

/** How the file is used. */
export interface SqliteOptions {
  /** The database: a path to a file of its own, which is made if it is not there. Default 'huey.db'. */
  readonly filename?: string;
  /**
   * 'full': what was accepted survives a power cut. 'normal': the last moments before one may be lost, a crash of the
   * process loses nothing. 'off': a power cut may destroy the file. Default 'full', because a queue is trusted with what
   * it has accepted, and a turn of a consumer shares one flush among all its tasks.
   */
  readonly fsync?: SqliteFsync;
  /** How long a call waits, blocking its thread, for other processes that write. Default '5s', as in huey. */
  readonly busyTimeout?: Duration;
  /** Memory for pages of the database, in MiB. Default 8, as in huey. */
  readonly cacheMb?: number;
  /** The client. Default 'auto': node:sqlite where Node has it, else better-sqlite3. */
  readonly driver?: SqliteDriver;
}

/** What a SQLite storage takes. */
export interface SqliteStorageOptions extends SqliteOptions {
  /** The queue in the file; several share one file and nothing else. Default 'huey'. */
  readonly name?: string;
}

/** The options, checked, with their defaults. */
export interface ResolvedSqliteOptions {
  readonly name: string;
  readonly filename: string;
  readonly fsync: SqliteFsync;
  readonly busyTimeoutMs: number;
  readonly cacheMb: number;
  readonly driver: SqliteDriver;
}

export const SQLITE_OPTION_NAMES = ['filename', 'fsync', 'busyTimeout', 'cacheMb', 'driver'] as const;

const FSYNCS: readonly SqliteFsync[] = ['full', 'normal', 'off'];

/** Checks the options of a SQLite storage. @throws ConfigurationError */
export function resolveSqliteOptions(options: SqliteStorageOptions): ResolvedSqliteOptions {
  checkOptionNames(options, ['name', ...SQLITE_OPTION_NAMES], 'SqliteStorage');
  const { filename = 'huey.db', fsync = 'full', driver = 'auto' } = options;
  if (!FSYNCS.includes(fsync)) throw expected('fsync', "'full', 'normal' or 'off'", fsync);
  if (!SQLITE_DRIVERS.includes(driver))
    throw expected('driver', "'auto', 'node:sqlite' or 'better-sqlite3'", driver);
  if (nonEmptyString('filename', filename).includes(':memory:'))
    throw expected('filename', 'a path to a file', filename, 'use MemoryHuey to keep nothing on disk');
  if (filename.includes('\0')) throw expected('filename', 'a path without NUL', filename);
  return {
    name: options.name === undefined ? 'huey' : nonEmptyString('name', options.name),
    filename,
    fsync,
    busyTimeoutMs: durationMs('busyTimeout', options.busyTimeout ?? '5s'),
    cacheMb: integer('cacheMb', options.cacheMb, 8, 1),
    driver,
  };
}
