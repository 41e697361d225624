// huey scheduled: the tasks that wait for their time.
import { withApp } from '../app.js';
import type { Command } from '../command-line.js';
import type { Host } from '../host.js';
import { argumentsOf, DEFAULT_LIMIT, recordOf, writeJson, writeRest } from '../listing.js';
import { takeApp, takeJson, takeLimit } from '../options.js';
import { writeTable } from '../table.js';
import { fromNow, stamp } from '../when.js';

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
    if (json) {
      const items = await storage.scheduled(limit);
      const records = items.map(({ item, dueAt }) => ({
        ...recordOf(app, item),
        dueAt: new Date(dueAt).toISOString(),
      }));
      return writeJson(host.stdout, records);
    }
    const items = await storage.scheduled(limit ?? DEFAULT_LIMIT);
    if (items.length === 0) return host.stdout.write('nothing is scheduled\n');
    const now = app.engine.now();
    writeTable(
      host.stdout,
      ['id', 'task', 'due', 'at', 'arguments'],
      items.map(({ item, dueAt }) => [
        item.id,
        item.task,
        fromNow(dueAt, now),
        stamp(dueAt),
        argumentsOf(app, item),
      ]),
    );
    writeRest(host.stdout, items.length, await storage.scheduledCount());
  });
}
