// The chords: who has reported, and what the last report sets free. A finished chord is gone.
import type { SqliteConnection } from './connection.js';
import type { ChordCallback, QueueItem } from '../storage.js';

interface Row extends QueueItem {
  readonly size: number;
  readonly reported: number;
  readonly tail: string;
}

const OPEN = `INSERT INTO chord (queue, name, size, reported, priority, enqueued_at, task_id, task, data, tail)
  VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT (queue, name) DO NOTHING`;
const REPORT = `INSERT INTO report (queue, chord, member, data)
  SELECT queue, name, ?, ? FROM chord WHERE queue = ? AND name = ?
  ON CONFLICT (queue, chord, member) DO NOTHING`;
const COUNT_REPORT = `UPDATE chord SET reported = reported + 1 WHERE queue = ? AND name = ? RETURNING size, reported`;
const FIND = `SELECT size, reported, priority, enqueued_at AS enqueuedAt, task_id AS id, task, data, tail
  FROM chord WHERE queue = ? AND name = ?`;
const VALUES = 'SELECT data FROM report WHERE queue = ? AND chord = ? ORDER BY member';
const REMOVE = 'DELETE FROM chord WHERE queue = ? AND name = ?';
const REMOVE_VALUES = 'DELETE FROM report WHERE queue = ? AND chord = ?';
const FORGET_VALUES = 'UPDATE report SET data = NULL WHERE queue = ?';
const REPORTS = 'SELECT chord, member FROM report WHERE queue = ? AND data IS NOT NULL';
const CLEAR = 'DELETE FROM chord WHERE queue = ?';
const CLEAR_VALUES = 'DELETE FROM report WHERE queue = ?';

export class SqliteChords {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Opens a chord, unless it is open; returns its callback at once if it has no members. */
  open(name: string, size: number, { item, tail }: ChordCallback): QueueItem | undefined {
    if (size === 0) return completed({ ...fieldsOf(item), size, reported: 0, tail }, []);
    const { id, task, priority, enqueuedAt, data } = item;
    this.#connection
      .statement(OPEN)
      .run(this.#connection.queue, name, size, priority, enqueuedAt, id, task, data, tail);
    return undefined;
  }

  /** Counts a member once; returns the callback if it was the last. */
  report(name: string, index: number, data: string): QueueItem | undefined {
    const { queue } = this.#connection;
    if (Number(this.#connection.statement(REPORT).run(index, data, queue, name).changes) === 0)
      return undefined;
    const counted = this.#connection.statement(COUNT_REPORT).get(queue, name) as Row;
    if (counted.reported < counted.size) return undefined;
    const chord = this.#connection.statement(FIND).get(queue, name) as Row;
    const values = this.#connection.statement(VALUES).all(queue, name) as { data: string | null }[];
    this.#connection.statement(REMOVE).run(queue, name);
    this.#connection.statement(REMOVE_VALUES).run(queue, name);
    return completed(
      chord,
      values.map((value) => value.data),
    );
  }

  /** Loses the values reported so far, not the fact that they were: the callback sees them as missing. */
  forgetValues(): void {
    this.#connection.statement(FORGET_VALUES).run(this.#connection.queue);
  }

  reports(): [string, number][] {
    const rows = this.#connection.statement(REPORTS).all(this.#connection.queue);
    return (rows as { chord: string; member: number }[])
      .map(({ chord, member }): [string, number] => [chord, member])
      .sort(([a, i], [b, j]) => (a === b ? i - j : a < b ? -1 : 1));
  }

  clear(): void {
    this.#connection.statement(CLEAR).run(this.#connection.queue);
    this.#connection.statement(CLEAR_VALUES).run(this.#connection.queue);
  }
}

function fieldsOf({ id, task, priority, enqueuedAt, data }: QueueItem): QueueItem {
  return { id, task, priority, enqueuedAt, data };
}

function completed(chord: Row, values: readonly (string | null)[]): QueueItem {
  const reported = values.map((value) => `\t${value ?? ''}`).join('');
  return { ...fieldsOf(chord), data: chord.data + reported + chord.tail };
}
