// huey flush: empties a part of the storage, or all of it.
import type { FlushTarget } from '../../storage/storage.js';
import { type App, withApp } from '../app.js';
import { Argument, type Command } from '../command-line.js';
import { askFirst } from '../consent.js';
import type { Host } from '../host.js';
import { counted, writeJson } from '../listing.js';
import { takeApp, takeJson, takeYes } from '../options.js';

const ALL = 'everything';
const PARTS = ['queue', 'schedule', 'results', 'counters', 'dead', ALL] as const;

type Part = (typeof PARTS)[number];

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  const part = new Argument('<part>', 'what to empty; results are all data, revocations and locks too');
  takeYes(takeJson(takeApp(command).addArgument(part.choices(PARTS)))).action(
    (name: string, part: Part, options: Options) =>
      withApp(name, host, (app) => flush(app, part, options, host)),
  );
}

interface Options {
  readonly json?: true;
  readonly yes?: true;
}

async function flush(app: App, part: Part, { json, yes }: Options, host: Host): Promise<void> {
  const contents = await describe(app, part);
  await askFirst(
    host,
    `Empty ${part === ALL ? 'all' : `the ${part}`} of ${app.huey.name}: ${contents}?`,
    yes,
  );
  await app.huey.flush(part === ALL ? undefined : (part satisfies FlushTarget));
  if (json) writeJson(host.stdout, { flushed: part });
  else host.stdout.write(`flushed ${part}: ${contents}\n`);
}

/** What is about to be lost. */
async function describe({ engine }: App, part: Part): Promise<string> {
  const { storage } = engine;
  const now = engine.now();
  const counts: Record<Exclude<Part, typeof ALL>, () => Promise<string>> = {
    queue: async () => counted(await storage.pendingCount(), 'waiting task'),
    schedule: async () => counted(await storage.scheduledCount(), 'scheduled task'),
    results: async () => counted((await storage.keys(now)).length, 'stored value'),
    counters: async () => counted((await storage.rates()).length, 'rate limit'),
    dead: async () => counted((await storage.dead()).length, 'dead letter'),
  };
  if (part !== ALL) return counts[part]();
  const all = await Promise.all(Object.values(counts).map((count) => count()));
  return `${all.join(', ')}, and ${counted((await storage.held(now)).length, 'task')} in flight`;
}
