// huey dead: the tasks that were given up, and what becomes of them.
import { type App, withApp } from '../app.js';
import { type Command, newCommand } from '../command-line.js';
import { askFirst } from '../consent.js';
import { CliFailure, EXIT } from '../failure.js';
import type { Host } from '../host.js';
import { counted, DEFAULT_LIMIT, recordOf, writeJson, writeRest } from '../listing.js';
import { takeApp, takeJson, takeLimit, takeYes } from '../options.js';
import { Progress } from '../progress.js';
import { writeTable } from '../table.js';
import { fromNow } from '../when.js';

/** Declares the command and those under it. */
export function configure(command: Command, host: Host): void {
  command.usage('list|retry|discard <app> [options]');
  const list = newCommand('list', host).description('List them, the first that was given up first.');
  takeLimit(takeJson(takeApp(list))).action((name: string, options: ListOptions) =>
    show(name, options, host),
  );
  const retry = newCommand('retry', host).description('Put them back into the queue, as never delivered.');
  const discard = newCommand('discard', host).description('Drop them for good.');
  for (const [part, action] of [
    [retry, 'retry'],
    [discard, 'discard'],
  ] as const)
    takeYes(takeJson(takeApp(part).argument('[id...]', 'their ids')))
      .option('--all', 'all of them')
      .action((name: string, ids: readonly string[], options: ResolveOptions) =>
        withApp(name, host, (app) => resolve(app, action, ids, options, host)),
      );
  for (const part of [list, retry, discard]) command.addCommand(part);
}

interface ListOptions {
  readonly json?: true;
  readonly limit?: number;
}

interface ResolveOptions {
  readonly json?: true;
  readonly all?: true;
  readonly yes?: true;
}

async function show(name: string, { json, limit }: ListOptions, { stdout, ...host }: Host): Promise<void> {
  await withApp(name, { stdout, ...host }, async (app) => {
    const letters = await app.engine.storage.dead();
    const shown = letters.slice(0, limit ?? (json ? undefined : DEFAULT_LIMIT));
    if (json)
      return writeJson(
        stdout,
        shown.map(({ item, reason, diedAt }) => ({
          ...recordOf(app, item),
          reason,
          diedAt: new Date(diedAt).toISOString(),
        })),
      );
    if (letters.length === 0) return stdout.write('there are no dead letters\n');
    const now = app.engine.now();
    const rows = shown.map(({ item, reason, diedAt }) => [item.id, item.task, fromNow(diedAt, now), reason]);
    writeTable(stdout, ['id', 'task', 'given up', 'reason'], rows);
    writeRest(stdout, shown.length, letters.length);
  });
}

async function resolve(
  app: App,
  action: 'retry' | 'discard',
  named: readonly string[],
  { json, all, yes }: ResolveOptions,
  host: Host,
): Promise<void> {
  if (named.length > 0 === (all === true))
    throw new CliFailure(EXIT.usage, `name the ids of dead letters to ${action}, or say --all`);
  const ids = all ? (await app.engine.storage.dead()).map(({ item }) => item.id) : named;
  if (action === 'discard' && ids.length > 0)
    await askFirst(host, `Discard ${counted(ids.length, 'task')} for good?`, yes);
  const done = await resolveEach(app, action, ids, host);
  const verb = action === 'retry' ? 'retried' : 'discarded';
  if (json) writeJson(host.stdout, { [verb]: done });
  else host.stdout.write(`${verb} ${counted(done.length, 'task')}\n`);
  const strangers = ids.filter((id) => !done.includes(id));
  if (strangers.length > 0)
    throw new CliFailure(
      EXIT.failed,
      `no dead letter has the id ${strangers.join(', ')}; see \`huey dead list\``,
    );
}

async function resolveEach(
  { huey }: App,
  action: 'retry' | 'discard',
  ids: readonly string[],
  host: Host,
): Promise<string[]> {
  const progress = new Progress(host, action === 'retry' ? 'retried' : 'discarded', ids.length);
  const done: string[] = [];
  try {
    for (const id of ids) {
      if (await huey.deadLetters[action](id)) done.push(id);
      progress.step();
    }
  } finally {
    progress.finish();
  }
  return done;
}
