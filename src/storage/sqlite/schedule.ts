// The schedule: by due instant, then first in, first out.
import type { SqliteConnection } from './connection.js';
import type { QueueItem, ScheduledItem } from '../storage.js';

interface Row extends QueueItem {
  readonly place: number;
  readonly dueAt: number;
}

const COLUMNS = `id AS place, due_at AS dueAt, priority, enqueued_at AS enqueuedAt, task_id AS id, task, data`;

const INSERT = `INSERT INTO schedule (queue, due_at, priority, enqueued_at, task_id, task, data)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const DUE = `SELECT ${COLUMNS} FROM schedule WHERE queue = ? AND due_at <= ? ORDER BY due_at, schedule.id LIMIT ?`;
const REMOVE = 'DELETE FROM schedule WHERE id = ?';
const NEXT = 'SELECT due_at AS dueAt FROM schedule WHERE queue = ? ORDER BY due_at LIMIT 1';
const LIST = `SELECT ${COLUMNS} FROM schedule WHERE queue = ? ORDER BY due_at, schedule.id LIMIT ?`;
const COUNT = 'SELECT count(*) AS count FROM schedule WHERE queue = ?';
const CLEAR = 'DELETE FROM schedule WHERE queue = ?';

export class SqliteSchedule {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  add({ id, task, priority, enqueuedAt, data }: QueueItem, dueAt: number): void {
    const { queue } = this.#connection;
    this.#connection.statement(INSERT).run(queue, dueAt, priority, enqueuedAt, id, task, data);
  }

  /** Removes what is due, and returns it in order. */
  takeDue(now: number, limit: number): QueueItem[] {
    const rows = this.#connection.statement(DUE).all(this.#connection.queue, now, limit) as Row[];
    for (const { place } of rows) this.#connection.statement(REMOVE).run(place);
    return rows.map(itemOf);
  }

  nextDueAt(): number | undefined {
    const row = this.#connection.statement(NEXT).get(this.#connection.queue) as { dueAt: number } | undefined;
    return row?.dueAt;
  }

  list(limit: number): ScheduledItem[] {
    const rows = this.#connection.statement(LIST).all(this.#connection.queue, limit) as Row[];
    return rows.map((row) => ({ item: itemOf(row), dueAt: row.dueAt }));
  }

  count(): number {
    return (this.#connection.statement(COUNT).get(this.#connection.queue) as { count: number }).count;
  }

  clear(): void {
    this.#connection.statement(CLEAR).run(this.#connection.queue);
  }
}

function itemOf({ id, task, priority, data, enqueuedAt }: Row): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}
