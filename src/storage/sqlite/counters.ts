// What only goes up: the slots that tickers have claimed, and the rate windows.
import type { SqliteConnection } from './connection.js';
import type { RateRequest } from '../storage.js';

const CLAIM = `INSERT INTO tick (queue, ticker, slot) VALUES (?, ?, ?)
  ON CONFLICT (queue, ticker) DO UPDATE SET slot = excluded.slot WHERE excluded.slot > tick.slot`;
const USE = `INSERT INTO rate (queue, name, slot, uses) VALUES (?, ?, ?, 1)
  ON CONFLICT (queue, name) DO UPDATE SET slot = max(rate.slot, excluded.slot),
    uses = CASE WHEN rate.slot >= excluded.slot THEN rate.uses + 1 ELSE 1 END
  RETURNING uses`;
const USAGE = 'SELECT uses FROM rate WHERE queue = ? AND name = ?';
const RESET = 'DELETE FROM rate WHERE queue = ? AND name = ?';
const NAMES = 'SELECT name FROM rate WHERE queue = ?';
const ZERO = 'UPDATE rate SET uses = 0 WHERE queue = ?';
const CLEAR_RATES = 'DELETE FROM rate WHERE queue = ?';
const CLEAR_TICKS = 'DELETE FROM tick WHERE queue = ?';

export class SqliteCounters {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Claims a slot; false if it, or a later one, was claimed before. */
  claim(ticker: string, slot: number): boolean {
    const { queue } = this.#connection;
    return Number(this.#connection.statement(CLAIM).run(queue, ticker, slot).changes) === 1;
  }

  /** Counts one use in its window, or in a later one that was used before. */
  use({ name, windowMs, now }: RateRequest): number {
    const { queue } = this.#connection;
    // Read to the end: a failure of the commit shows there.
    const [row] = this.#connection.statement(USE).all(queue, name, Math.floor(now / windowMs));
    return (row as { uses: number }).uses;
  }

  usage(name: string): number {
    const row = this.#connection.statement(USAGE).get(this.#connection.queue, name);
    return (row as { uses: number } | undefined)?.uses ?? 0;
  }

  reset(name: string): boolean {
    return Number(this.#connection.statement(RESET).run(this.#connection.queue, name).changes) === 1;
  }

  names(): string[] {
    const rows = this.#connection.statement(NAMES).all(this.#connection.queue) as { name: string }[];
    return rows.map(({ name }) => name).sort();
  }

  zeroRates(): void {
    this.#connection.statement(ZERO).run(this.#connection.queue);
  }

  clearRates(): void {
    this.#connection.statement(CLEAR_RATES).run(this.#connection.queue);
  }

  clearTicks(): void {
    this.#connection.statement(CLEAR_TICKS).run(this.#connection.queue);
  }
}
