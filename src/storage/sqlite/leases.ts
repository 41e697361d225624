// The leases and the locks, which end with them. A lease without an instant is dead; so is one that is not there.
import type { SqliteConnection } from './connection.js';
import type { Acquisition } from '../storage.js';

interface Lease {
  readonly id: number;
  readonly expiresAt: number | null;
}

const FIND = 'SELECT id, expires_at AS expiresAt FROM lease WHERE queue = ? AND name = ?';
const ADD = 'INSERT INTO lease (queue, name, expires_at) VALUES (?, ?, ?)';
const SET = 'UPDATE lease SET expires_at = ? WHERE id = ?';
const NEXT_EXPIRY = `SELECT min(expires_at) AS expiresAt FROM lease WHERE queue = ? AND name <> ?
  AND EXISTS (SELECT 1 FROM task WHERE task.queue = lease.queue AND task.lease = lease.id)`;
const FORGET_DEAD = `DELETE FROM lease WHERE queue = ? AND (expires_at IS NULL OR expires_at <= ?)
  AND NOT EXISTS (SELECT 1 FROM task WHERE task.queue = lease.queue AND task.lease = lease.id)`;

/** Takes the instant twice. */
const LASTS = `(expires_at IS NULL OR expires_at > ?) AND (lease IS NULL OR EXISTS
  (SELECT 1 FROM lease AS l WHERE l.queue = lock.queue AND l.name = lock.lease AND l.expires_at > ?))`;

const HOLDERS = `SELECT owner FROM lock WHERE queue = ? AND name = ? AND ${LASTS}`;
const HOLD = 'INSERT INTO lock (queue, name, owner, lease, expires_at) VALUES (?, ?, ?, ?, ?)';
const LET_GO = `DELETE FROM lock WHERE queue = ? AND name = ? AND owner = ? AND ${LASTS}`;
const CLEAR_NAME = 'DELETE FROM lock WHERE queue = ? AND name = ?';
const CLEAR_LEASE = 'DELETE FROM lock WHERE queue = ? AND lease = ?';
const SWEEP_NAME = `DELETE FROM lock WHERE queue = ? AND name = ? AND NOT (${LASTS})`;
const SWEEP = `DELETE FROM lock WHERE queue = ? AND NOT (${LASTS})`;
const NAMES = `SELECT DISTINCT name FROM lock WHERE queue = ? AND ${LASTS}`;
const CLEAR = 'DELETE FROM lock WHERE queue = ?';

export class SqliteLeases {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Keeps a lease alive until that instant; one that had died has lost its locks. Returns its number. */
  keep(name: string, expiresAt: number, now: number): number {
    const lease = this.#find(name);
    if (!isAlive(lease, now)) this.#connection.statement(CLEAR_LEASE).run(this.#connection.queue, name);
    if (lease === undefined) return this.#add(name, expiresAt);
    if (lease.expiresAt !== expiresAt) this.#connection.statement(SET).run(expiresAt, lease.id);
    return lease.id;
  }

  end(name: string): void {
    const lease = this.#find(name);
    if (lease !== undefined) this.#connection.statement(SET).run(null, lease.id);
    this.#connection.statement(CLEAR_LEASE).run(this.#connection.queue, name);
  }

  /** The number of a lease that is on record. */
  find(name: string): number | undefined {
    return this.#find(name)?.id;
  }

  /** The number of a lease, which is put on record as dead if it is unknown. */
  number(name: string): number {
    return this.#find(name)?.id ?? this.#add(name, null);
  }

  /** When the first lease but one's own that holds something runs out; undefined if there is none. */
  nextExpiryAt(own: string): number | undefined {
    const row = this.#connection.statement(NEXT_EXPIRY).get(this.#connection.queue, own) as Lease;
    return row.expiresAt ?? undefined;
  }

  acquire({ name, owner, places, lease, expiresAt, now }: Acquisition): boolean {
    const { queue } = this.#connection;
    this.#connection.statement(SWEEP_NAME).run(queue, name, now, now);
    const holders = this.#holders(name, now);
    if (holders.length >= places || holders.includes(owner)) return false;
    if (expiresAt !== undefined && expiresAt <= now) return false;
    if (lease !== undefined && !isAlive(this.#find(lease), now)) return false;
    this.#connection.statement(HOLD).run(queue, name, owner, lease ?? null, expiresAt ?? null);
    return true;
  }

  release(name: string, owner: string, now: number): boolean {
    const { queue } = this.#connection;
    return Number(this.#connection.statement(LET_GO).run(queue, name, owner, now, now).changes) === 1;
  }

  holders(name: string, now: number): number {
    return this.#holders(name, now).length;
  }

  flushLocks(names: readonly string[], now: number): string[] {
    const held = names.filter((name) => this.holders(name, now) > 0);
    for (const name of names) this.#connection.statement(CLEAR_NAME).run(this.#connection.queue, name);
    return held;
  }

  lockNames(now: number): string[] {
    const rows = this.#connection.statement(NAMES).all(this.#connection.queue, now, now) as {
      name: string;
    }[];
    return rows.map(({ name }) => name).sort();
  }

  /** Forgets holds that have ended, and dead leases that hold nothing. */
  sweep(now: number): void {
    const { queue } = this.#connection;
    this.#connection.statement(SWEEP).run(queue, now, now);
    this.#connection.statement(FORGET_DEAD).run(queue, now);
  }

  clearLocks(): void {
    this.#connection.statement(CLEAR).run(this.#connection.queue);
  }

  #find(name: string): Lease | undefined {
    return this.#connection.statement(FIND).get(this.#connection.queue, name) as Lease | undefined;
  }

  #add(name: string, expiresAt: number | null): number {
    const { lastInsertRowid } = this.#connection.statement(ADD).run(this.#connection.queue, name, expiresAt);
    return Number(lastInsertRowid);
  }

  #holders(name: string, now: number): string[] {
    const rows = this.#connection.statement(HOLDERS).all(this.#connection.queue, name, now, now);
    return (rows as { owner: string }[]).map(({ owner }) => owner);
  }
}

function isAlive(lease: Lease | undefined, now: number): boolean {
  return lease !== undefined && lease.expiresAt !== null && lease.expiresAt > now;
}
