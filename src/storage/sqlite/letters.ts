// The dead letters: one for each id, in the order of their burial.
import type { SqliteConnection } from './connection.js';
import type { DeadItem, QueueItem } from '../storage.js';

interface Row extends QueueItem {
  readonly reason: string;
  readonly diedAt: number;
}

const COLUMNS = `priority, enqueued_at AS enqueuedAt, died_at AS diedAt, task_id AS id, task, reason, data`;

const BURY = `INSERT INTO dead (queue, priority, enqueued_at, died_at, task_id, task, reason, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const EXHUME = `DELETE FROM dead WHERE queue = ? AND task_id = ? RETURNING ${COLUMNS}`;
const LIST = `SELECT ${COLUMNS} FROM dead WHERE queue = ? ORDER BY dead.id LIMIT ?`;
const CLEAR = 'DELETE FROM dead WHERE queue = ?';

export class SqliteLetters {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Appends an item; one of the same id that is there goes. */
  bury(item: QueueItem, reason: string, now: number): void {
    const { id, task, priority, enqueuedAt, data } = item;
    this.exhume(id);
    this.#connection
      .statement(BURY)
      .run(this.#connection.queue, priority, enqueuedAt, now, id, task, reason, data);
  }

  /** Removes the letter of an id, and returns its item. */
  exhume(id: string): QueueItem | undefined {
    const [row] = this.#connection.statement(EXHUME).all(this.#connection.queue, id) as Row[];
    return row === undefined ? undefined : itemOf(row);
  }

  list(limit: number): DeadItem[] {
    const rows = this.#connection.statement(LIST).all(this.#connection.queue, limit) as Row[];
    return rows.map((row) => ({ item: itemOf(row), reason: row.reason, diedAt: row.diedAt }));
  }

  clear(): void {
    this.#connection.statement(CLEAR).run(this.#connection.queue);
  }
}

function itemOf({ id, task, priority, data, enqueuedAt }: Row): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}
