// A small shop: an HTTP interface, a database, and mails that are sent in the background. Everything that is outside
// of it comes in through its arguments; see test/testing/shop.test.ts for how it is tested.
import { Hono } from 'hono';
import { crontab, type Huey } from 'huey-ts';

/** Where orders are kept. */
export interface Database {
  readonly orders: Map<string, { readonly to: string; confirmed: boolean }>;
}

/** Sends a mail, or fails. */
export type Mailer = (to: string, subject: string) => Promise<void>;

/** The shop's tasks and its HTTP interface. */
export function createShop(huey: Huey, database: Database, mailer: Mailer) {
  const confirm = huey.task('confirm', { retries: 3, retryDelay: '10m' }, async (order: string) => {
    const row = database.orders.get(order);
    if (row === undefined) return 'canceled';
    // At least once: an order that was confirmed by an attempt before is not confirmed again.
    if (!row.confirmed) await mailer(row.to, `Order ${order}`);
    row.confirmed = true;
    return 'confirmed';
  });

  const remind = huey.periodicTask('remind', crontab({ hour: '9', minute: '0' }), async () => {
    for (const [order, { to, confirmed }] of database.orders)
      if (!confirmed) await mailer(to, `We have not forgotten ${order}`);
  });

  const app = new Hono();
  app.post('/orders/:order', async (context) => {
    const order = context.req.param('order');
    database.orders.set(order, { to: await context.req.text(), confirmed: false });
    const { id } = await confirm(order);
    return context.json({ order, confirmation: id }, 202);
  });

  return { app, confirm, remind };
}
