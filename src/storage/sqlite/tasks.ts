// The queue and what is in flight: one table, whose rows change hands without moving. A receipt names a row and one
// launch of it; launch numbers are never given twice, whatever becomes of row numbers.
import type { SqliteConnection } from './connection.js';
import type { QueueItem } from '../storage.js';

/** A task that was launched, or is in flight. */
export interface SqliteFlight {
  readonly receipt: string;
  readonly item: QueueItem;
  readonly count: number;
}

interface Row extends QueueItem {
  readonly place: number;
  readonly launch: number;
  readonly count: number;
}

const COLUMNS = `id AS place, launch, deliveries AS count, priority, enqueued_at AS enqueuedAt, task_id AS id, task, data`;
const ORDER = 'ORDER BY priority DESC, task.id';

const INSERT = `INSERT INTO task (queue, lease, launch, deliveries, priority, enqueued_at, task_id, task, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const IS_WAITING = 'SELECT 1 FROM task WHERE queue = ? AND lease = 0 LIMIT 1';
const TAKE = 'UPDATE task SET lease = ?, launch = ?, deliveries = deliveries + 1 WHERE id = ?';
const LAND = 'DELETE FROM task WHERE id = ? AND launch = ? AND queue = ? AND lease <> 0';
const RELEASE = 'UPDATE task SET lease = 0 WHERE id = ? AND launch = ? AND queue = ? AND lease <> 0';
const LIST = `SELECT ${COLUMNS} FROM task WHERE queue = ? AND lease = 0 ${ORDER} LIMIT ?`;
const COUNT = 'SELECT count(*) AS count FROM task WHERE queue = ? AND lease = 0';
const HELD = `SELECT ${COLUMNS} FROM task WHERE queue = ? AND lease > 0 ${ORDER}`;
const HELD_BY = `SELECT ${COLUMNS} FROM task WHERE queue = ? AND lease = ? ${ORDER}`;
const IS_HOLDING = 'SELECT 1 FROM task WHERE queue = ? AND lease = ? LIMIT 1';
const LOST = `SELECT ${COLUMNS} FROM task WHERE queue = ? AND lease IN (SELECT DISTINCT lease FROM task AS flight
  WHERE queue = ? AND lease > 0 AND NOT EXISTS
    (SELECT 1 FROM lease WHERE lease.id = flight.lease AND lease.expires_at > ?)) ${ORDER}`;
const RELAUNCH = 'UPDATE task SET lease = ?, launch = ? WHERE id = ?';
const PUT_BACK = 'UPDATE task SET lease = 0 WHERE id = ?';
const DRAW = 'UPDATE queue SET launches = launches + ? WHERE id = ? RETURNING launches';

/** Launch numbers are drawn from the file in blocks, so that most turns need not write that down. */
const BLOCK = 10_000;

const RECEIPT = /^([1-9]\d{0,15})-([1-9]\d{0,15})$/;

export class SqliteTasks {
  readonly #connection: SqliteConnection;
  #next = 0;
  #end = 0;
  #losses = 0;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Puts an item at the end of its class. */
  enqueue(item: QueueItem): void {
    this.#insert(item, 0, 0, 0);
  }

  /** Puts an item in flight that was never queued. */
  launch(item: QueueItem, lease: number, count: number): SqliteFlight {
    const launch = this.#draw();
    return { receipt: `${this.#insert(item, lease, launch, count)}-${launch}`, item, count };
  }

  /**
   * Takes the first of the queue, in order, under the lease that `taker` names. Row by row: one statement for all would
   * need temporary tables, which cost more than they save.
   */
  take(limit: number, taker: () => number): SqliteFlight[] {
    const rows = this.#connection.statement(LIST).all(this.#connection.queue, limit) as Row[];
    if (rows.length === 0) return [];
    const lease = taker();
    const launch = this.#draw();
    const take = this.#connection.statement(TAKE);
    return rows.map((row) => {
      take.run(lease, launch, row.place);
      return { receipt: `${row.place}-${launch}`, item: itemOf(row), count: row.count + 1 };
    });
  }

  isWaiting(): boolean {
    return this.#connection.statement(IS_WAITING).get(this.#connection.queue) !== undefined;
  }

  /** Ends a flight; false if there is none under that receipt. */
  land(receipt: string): boolean {
    return this.#finish(LAND, receipt);
  }

  /** Puts a flight back into its place; false if there is none under that receipt. */
  release(receipt: string): boolean {
    return this.#finish(RELEASE, receipt);
  }

  list(limit: number): QueueItem[] {
    const rows = this.#connection.statement(LIST).all(this.#connection.queue, limit) as Row[];
    return rows.map(itemOf);
  }

  count(): number {
    return (this.#connection.statement(COUNT).get(this.#connection.queue) as { count: number }).count;
  }

  /** What is in flight under a lease, or under any, in the order of the queue. */
  held(lease?: number): SqliteFlight[] {
    const { queue } = this.#connection;
    const rows =
      lease === undefined
        ? this.#connection.statement(HELD).all(queue)
        : this.#connection.statement(HELD_BY).all(queue, lease);
    return (rows as Row[]).map(flightOf);
  }

  isHolding(lease: number): boolean {
    return this.#connection.statement(IS_HOLDING).get(this.#connection.queue, lease) !== undefined;
  }

  /**
   * Ends all flights under dead leases, in the order of the queue: those of fewer deliveries go back to their places,
   * the others fly on under the lease that `heir` names.
   */
  recover(maxDeliveries: number, now: number, heir: () => number): [QueueItem[], SqliteFlight[]] {
    const { queue } = this.#connection;
    const rows = this.#connection.statement(LOST).all(queue, queue, now) as Row[];
    const requeued: QueueItem[] = [];
    const exhausted: SqliteFlight[] = [];
    for (const row of rows)
      if (row.count < maxDeliveries) {
        this.#connection.statement(PUT_BACK).run(row.place);
        requeued.push(itemOf(row));
      } else {
        const launch = this.#draw();
        this.#connection.statement(RELAUNCH).run(heir(), launch, row.place);
        exhausted.push(flightOf({ ...row, launch }));
      }
    return [requeued, exhausted];
  }

  clear(what: 'queue' | 'everything'): void {
    const sql = `DELETE FROM task WHERE queue = ?${what === 'queue' ? ' AND lease = 0' : ''}`;
    this.#connection.statement(sql).run(this.#connection.queue);
  }

  #insert({ id, task, priority, enqueuedAt, data }: QueueItem, ...flight: [number, number, number]): number {
    const { queue } = this.#connection;
    const { lastInsertRowid } = this.#connection
      .statement(INSERT)
      .run(queue, ...flight, priority, enqueuedAt, id, task, data);
    return Number(lastInsertRowid);
  }

  #finish(sql: string, receipt: string): boolean {
    const parts = RECEIPT.exec(receipt);
    if (parts === null) return false;
    const { queue } = this.#connection;
    const { changes } = this.#connection.statement(sql).run(Number(parts[1]), Number(parts[2]), queue);
    return Number(changes) === 1;
  }

  /** A launch number that no other handle has, or will have. */
  #draw(): number {
    // What was drawn in a transaction that was taken back may be drawn by another.
    if (this.#next >= this.#end || this.#losses !== this.#connection.losses) {
      const { queue } = this.#connection;
      const row = this.#connection.statement(DRAW).get(BLOCK, queue) as { launches: number };
      this.#losses = this.#connection.losses;
      this.#end = row.launches;
      this.#next = row.launches - BLOCK;
    }
    this.#next += 1;
    return this.#next;
  }
}

function itemOf({ id, task, priority, data, enqueuedAt }: Row): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}

function flightOf(row: Row): SqliteFlight {
  return { receipt: `${row.place}-${row.launch}`, item: itemOf(row), count: row.count };
}
