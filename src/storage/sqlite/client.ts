// What a client of SQLite is to this package. Both clients are synchronous and spell their calls alike, so nothing is
// wrapped.
export type SqliteValue = string | number | null;

/** A prepared statement. Rows are objects keyed by column. */
export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
  get(...values: readonly SqliteValue[]): unknown;
  all(...values: readonly SqliteValue[]): unknown[];
}

/** One open connection. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/** Opens a file; undefined if the client itself is missing here. */
export type SqliteOpener = (filename: string) => SqliteDatabase | undefined;
