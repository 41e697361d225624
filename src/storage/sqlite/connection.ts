// The one connection of a handle: opened by the first call, with its statements prepared once. States: unopened -> open
// -> closed for good; a failure that no call can recover from leads back to unopened, so the next call opens anew.
import { StorageError } from '../../errors.js';
import type { SqliteDatabase, SqliteStatement } from './client.js';
import { openSqlite } from './driver.js';
import { sqliteFailure } from './error.js';
import type { ResolvedSqliteOptions } from './options.js';
import { prepareSchema, queueNumber, rollBack } from './schema.js';

/** Pages in the log before they are moved into the database; and how long the log may stay on disk. */
const CHECKPOINT_PAGES = 1000;
const LONGEST_LOG_BYTES = 64 * 1024 * 1024;

const SYNCHRONOUS = { full: 'FULL', normal: 'NORMAL', off: 'OFF' } as const;

export class SqliteConnection {
  readonly #options: ResolvedSqliteOptions;
  readonly #statements = new Map<string, SqliteStatement>();
  #database: SqliteDatabase | undefined;
  #queue = 0;
  #closed = false;
  #losses = 0;

  constructor(options: ResolvedSqliteOptions) {
    this.#options = options;
  }

  /** The number of this handle's queue in the file. */
  get queue(): number {
    return this.#queue;
  }

  /** How often something was taken back: whoever remembers what it has written looks whether that still stands. */
  get losses(): number {
    return this.#losses;
  }

  /** The prepared statement, inside `read` or `write`. */
  statement(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database!.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs what needs no transaction: reads, and at most one statement that writes. @throws StorageError */
  read<T>(run: () => T): T {
    this.#open();
    try {
      return run();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Runs it as one transaction, which has the database to itself from its start. All of it is kept, or, if anything
   * throws, nothing. @throws StorageError
   */
  write<T>(run: () => T): T {
    this.#open();
    try {
      this.statement('BEGIN IMMEDIATE').run();
    } catch (error) {
      throw this.#failure(error);
    }
    try {
      const result = run();
      this.statement('COMMIT').run();
      return result;
    } catch (error) {
      this.#losses += 1;
      rollBack(this.#database!);
      throw this.#failure(error);
    }
  }

  /** Lets go of the file for good. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #open(): void {
    if (this.#closed)
      throw new StorageError('expected an open storage, got one that was closed; open a new one');
    if (this.#database !== undefined) return;
    const { driver, filename, name } = this.#options;
    try {
      this.#database = openSqlite(driver, filename);
      this.#configure(this.#database);
      prepareSchema(this.#database, filename);
      this.#queue = queueNumber(this.#database, name);
    } catch (error) {
      this.#drop();
      throw sqliteFailure(error, this.#options).error;
    }
  }

  #configure(database: SqliteDatabase): void {
    const { busyTimeoutMs, fsync, cacheMb } = this.#options;
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA synchronous = ${SYNCHRONOUS[fsync]};
      PRAGMA fullfsync = ${fsync === 'full' ? 1 : 0}; PRAGMA cache_size = ${-1024 * cacheMb};
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${LONGEST_LOG_BYTES}`);
  }

  #failure(error: unknown): unknown {
    const failure = sqliteFailure(error, this.#options);
    if (failure.fatal) this.#drop();
    return failure.error;
  }

  #drop(): void {
    this.#losses += 1;
    this.#statements.clear();
    const database = this.#database;
    this.#database = undefined;
    try {
      database?.close();
    } catch {
      // A file that cannot even be closed has nothing more to lose.
    }
  }
}
