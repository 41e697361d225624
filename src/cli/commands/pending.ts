// huey pending: the tasks in the queue.
import { withApp } from '../app.js';
import type { Command } from '../command-line.js';
import type { Host } from '../host.js';
import { argumentsOf, DEFAULT_LIMIT, recordOf, writeJson, writeRest } from '../listing.js';
import { takeApp, takeJson, takeLimit } from '../options.js';
import { writeTable } from '../table.js';
import { fromNow } from '../when.js';

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  takeLimit(takeJson(takeApp(command))).action((name: string, options: Options) => show(name, options, host));
}

interface Options {
  readonly json?: true;
  readonly limit?: number;
}

async function show(name: string, { json, limit }: Options, host: Host): Promise<void> {
  await withApp(name, host, async (app) => {
    const { storage } = app.engine;
    if (json)
      return writeJson(
        host.stdout,
        (await storage.pending(limit)).map((item) => recordOf(app, item)),
      );
    const items = await storage.pending(limit ?? DEFAULT_LIMIT);
    if (items.length === 0) return host.stdout.write('the queue is empty\n');
    const now = app.engine.now();
    writeTable(
      host.stdout,
      ['id', 'task', 'priority', 'enqueued', 'arguments'],
      items.map((item) => [
        item.id,
        item.task,
        item.priority === 0 ? '' : String(item.priority),
        fromNow(item.enqueuedAt, now),
        argumentsOf(app, item),
      ]),
    );
    writeRest(host.stdout, items.length, await storage.pendingCount());
  });
}
