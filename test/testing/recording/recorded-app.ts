// A small application that is recorded and replayed: retries, a pipeline, a chord, children, a handler that enqueues, a
// lock, a timeout, a periodic task, a hook that enqueues.
import { chord, crontab, MemoryHuey, type Runtime } from 'huey-ts';

/** What the world outside of the tasks is like: an option for each way in which a replay may differ. */
export interface Outside {
  online?: (attempt: number) => boolean;
  rate?: number;
  follow?: boolean;
}

/** The same application each time; `storage` is its own. */
export function recordedApp(outside: Outside = {}, runtime?: Runtime) {
  const { online = (attempt) => attempt >= 1, rate = 2, follow = true } = outside;
  const huey = new MemoryHuey({ name: 'shop', ...(runtime !== undefined && { runtime }) });
  const sync = huey.task('sync', { context: true, retries: 2, retryDelay: '1m' }, (ctx) => {
    if (!online(ctx.attempt)) throw new Error('offline');
    return { at: new Date(Date.UTC(2026, 0, 2)), ok: true };
  });
  const price = huey.task('price', (cents: number) => cents * rate);
  const label = huey.task('label', (cents: number) => `${cents} ct`);
  const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
  const audit = huey.task('audit', (what: string) => what.length);
  const order = huey.task('order', { context: true }, async (ctx, count: number) => {
    await ctx.sleep('5s');
    for (let index = 0; index < count; index += 1) await audit(`item ${index}`);
    return count;
  });
  const stuck = huey.task('stuck', { context: true, timeout: '10s' }, (ctx) => ctx.sleep('1h'));
  const book = huey.task(
    'book',
    { context: true, lock: 'ledger', retries: 5, retryDelay: '10s' },
    (ctx, n: number) => ctx.sleep('4s').then(() => n),
  );
  huey.postExecute(async ({ name }, value) => {
    if (name === 'label') await audit(`labelled ${String(value)}`);
  });
  huey.periodicTask('clean-up', crontab({ minute: '*/2' }), () => {});
  huey.signal('complete', async (_, { name, id }) => {
    if (name === 'order' && follow) await audit(`order ${id.length > 0 ? 'done' : ''}`);
  });
  return { huey, sync, price, label, sum, audit, order, stuck, book, chord };
}
