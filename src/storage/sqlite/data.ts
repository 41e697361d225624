// Data under keys, revocations among them. What has expired is absent to every read, and is swept away now and then.
import type { SqliteConnection } from './connection.js';
import { revokedKey, revokedTaskKey } from '../storage.js';
import type { QueueItem } from '../storage.js';

const LIVING = '(expires_at IS NULL OR expires_at > ?)';

const PUT = `INSERT INTO kv (queue, key, expires_at, data) VALUES (?, ?, ?, ?)
  ON CONFLICT (queue, key) DO UPDATE SET expires_at = excluded.expires_at, data = excluded.data`;
const PUT_IF_EMPTY = `INSERT INTO kv (queue, key, expires_at, data) VALUES (?, ?, NULL, ?)
  ON CONFLICT (queue, key) DO UPDATE SET expires_at = NULL, data = excluded.data WHERE kv.expires_at <= ?`;
const PEEK = `SELECT data FROM kv WHERE queue = ? AND key = ? AND ${LIVING}`;
const POP = `DELETE FROM kv WHERE queue = ? AND key = ? AND ${LIVING} RETURNING data`;
const DELETE = `DELETE FROM kv WHERE queue = ? AND key = ? AND ${LIVING}`;
const DELETE_IF = `${DELETE} AND data = ?`;
const KEYS = `SELECT key FROM kv WHERE queue = ? AND ${LIVING}`;
const REMOVE = 'DELETE FROM kv WHERE queue = ? AND key = ?';
const ANY_REVOCATION = "SELECT 1 FROM kv WHERE queue = ? AND key >= 'revoked' AND key < 'revokee' LIMIT 1";
const SWEEP = `DELETE FROM kv WHERE queue = ? AND key IN
  (SELECT key FROM kv WHERE queue = ? AND expires_at <= ? LIMIT ?)`;
const CLEAR = 'DELETE FROM kv WHERE queue = ?';

/** Others wait while expired data is swept away, so not all of it goes at once. */
const SWEEP_AT_MOST = 10_000;

export class SqliteData {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  put(key: string, data: string, expiresAt: number | undefined): void {
    this.#connection.statement(PUT).run(this.#connection.queue, key, expiresAt ?? null, data);
  }

  putIfEmpty(key: string, data: string, now: number): boolean {
    const { queue } = this.#connection;
    return Number(this.#connection.statement(PUT_IF_EMPTY).run(queue, key, data, now).changes) === 1;
  }

  peek(key: string, now: number): string | undefined {
    const row = this.#connection.statement(PEEK).get(this.#connection.queue, key, now);
    return (row as { data: string } | undefined)?.data;
  }

  pop(key: string, now: number): string | undefined {
    // Many look in vain, again and again: they need not keep writers waiting.
    if (this.peek(key, now) === undefined) return undefined;
    // Read to the end: a failure of the commit shows there.
    const [row] = this.#connection.statement(POP).all(this.#connection.queue, key, now);
    return (row as { data: string } | undefined)?.data;
  }

  delete(key: string, now: number): boolean {
    return Number(this.#connection.statement(DELETE).run(this.#connection.queue, key, now).changes) === 1;
  }

  deleteIf(key: string, data: string, now: number): boolean {
    const { queue } = this.#connection;
    return Number(this.#connection.statement(DELETE_IF).run(queue, key, now, data).changes) === 1;
  }

  keys(now: number): string[] {
    const rows = this.#connection.statement(KEYS).all(this.#connection.queue, now) as { key: string }[];
    return rows.map(({ key }) => key).sort();
  }

  /** Removes the revocation of one task. */
  unrevoke(id: string): void {
    this.#connection.statement(REMOVE).run(this.#connection.queue, revokedKey(id));
  }

  /** Whether there is any revocation at all: mostly there is none, and nobody needs to look for a particular one. */
  holdsRevocations(): boolean {
    return this.#connection.statement(ANY_REVOCATION).get(this.#connection.queue) !== undefined;
  }

  isRevoked({ id, task }: QueueItem, now: number): boolean {
    return this.peek(revokedKey(id), now) !== undefined || this.peek(revokedTaskKey(task), now) !== undefined;
  }

  sweep(now: number): void {
    const { queue } = this.#connection;
    this.#connection.statement(SWEEP).run(queue, queue, now, SWEEP_AT_MOST);
  }

  clear(): void {
    this.#connection.statement(CLEAR).run(this.#connection.queue);
  }
}
