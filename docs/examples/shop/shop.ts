// A small shop: an HTTP interface, orders in SQLite, and mails that are sent in the background. Everything that is outside
// of it comes in through its arguments; see test/testing/shop.test.ts for how it is tested.
import type { Database } from 'better-sqlite3';
import { Hono } from 'hono';
import { crontab, type Huey } from 'huey-ts';

/** Sends a mail, or fails. */
export type Mailer = (to: string, subject: string) => Promise<void>;

interface Order {
  readonly id: string;
  readonly customer: string;
  readonly confirmed: 0 | 1;
}

/** The orders, in a table that is made if it is not there. */
function ordersIn(database: Database) {
  database.exec(
    'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, confirmed INTEGER NOT NULL DEFAULT 0)',
  );
  const add = database.prepare<[string, string]>('INSERT INTO orders (id, customer) VALUES (?, ?)');
  const find = database.prepare<[string], Order>('SELECT * FROM orders WHERE id = ?');
  const confirm = database.prepare<[string]>('UPDATE orders SET confirmed = 1 WHERE id = ?');
  const open = database.prepare<[], Order>('SELECT * FROM orders WHERE confirmed = 0 ORDER BY id');
  return {
    add: (id: string, customer: string): void => void add.run(id, customer),
    find: (id: string): Order | undefined => find.get(id),
    confirm: (id: string): void => void confirm.run(id),
    open: (): readonly Order[] => open.all(),
  };
}

/** The shop's tasks and its HTTP interface. */
export function createShop(huey: Huey, database: Database, mailer: Mailer) {
  const orders = ordersIn(database);

  const confirm = huey.task('confirm', { retries: 3, retryDelay: '10m' }, async (id: string) => {
    const order = orders.find(id);
    if (order === undefined) return 'canceled';
    // At least once: an order that was confirmed by an attempt before is not confirmed again.
    if (order.confirmed === 0) await mailer(order.customer, `Order ${id}`);
    orders.confirm(id);
    return 'confirmed';
  });

  const remind = huey.periodicTask('remind', crontab({ hour: '9', minute: '0' }), async () => {
    for (const { id, customer } of orders.open()) await mailer(customer, `We have not forgotten ${id}`);
  });

  const app = new Hono();
  app.post('/orders/:order', async (context) => {
    const order = context.req.param('order');
    orders.add(order, await context.req.text());
    const { id } = await confirm(order);
    return context.json({ order, confirmation: id }, 202);
  });

  return { app, confirm, remind };
}
