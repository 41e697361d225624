// huey flush-locks: frees locks, whoever holds them.
import { type App, withApp } from '../app.js';
import { type Command, Option } from '../command-line.js';
import { askFirst } from '../consent.js';
import type { Host } from '../host.js';
import { writeJson } from '../listing.js';
import { takeApp, takeJson, takeYes } from '../options.js';

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  const all = new Option('--all', 'every lock that is held, also those that the app does not declare');
  takeYes(takeJson(takeApp(command).argument('[name...]', 'locks to free, beside those that tasks declare')))
    .addOption(all)
    .action((name: string, locks: readonly string[], options: Options) =>
      withApp(name, host, (app) => flushLocks(app, locks, options, host)),
    );
}

interface Options {
  readonly all?: true;
  readonly json?: true;
  readonly yes?: true;
}

async function flushLocks(
  app: App,
  named: readonly string[],
  { all, json, yes }: Options,
  host: Host,
): Promise<void> {
  const { engine } = app;
  const held = await engine.storage.locks(engine.now());
  const chosen = all ? held : held.filter((lock) => engine.lockNames.has(lock) || named.includes(lock));
  if (chosen.length > 0)
    await askFirst(host, `Free ${chosen.join(', ')}, though somebody holds ${pronoun(chosen)}?`, yes);
  const freed = await engine.storage.flushLocks(chosen, engine.now());
  if (json) return writeJson(host.stdout, freed);
  if (freed.length === 0) host.stdout.write('none of them is held\n');
  for (const lock of freed) host.stdout.write(`freed ${lock}\n`);
}

function pronoun({ length }: readonly string[]): string {
  return length === 1 ? 'it' : 'them';
}
