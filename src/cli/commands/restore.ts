// huey restore: takes revocations back.
import { revokedKey, revokedTaskKey } from '../../storage/storage.js';
import { type App, withApp } from '../app.js';
import type { Command } from '../command-line.js';
import { CliFailure, EXIT } from '../failure.js';
import type { Host } from '../host.js';
import { writeJson } from '../listing.js';
import { takeApp, takeJson } from '../options.js';

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  takeJson(takeApp(command).argument('<id...>', 'ids of tasks, or names with --task'))
    .option('-t, --task', 'the names of tasks are given')
    .action((name: string, subjects: readonly string[], options: Options) =>
      withApp(name, host, (app) => restore(app, subjects, options, host)),
    );
}

interface Options {
  readonly task?: true;
  readonly json?: true;
}

async function restore(
  { engine }: App,
  subjects: readonly string[],
  { task, json }: Options,
  { stdout }: Host,
): Promise<void> {
  const outcomes: { readonly subject: string; readonly restored: boolean }[] = [];
  for (const subject of subjects) {
    const key = task ? revokedTaskKey(subject) : revokedKey(subject);
    outcomes.push({ subject, restored: await engine.storage.delete(key, engine.now()) });
  }
  if (json)
    writeJson(
      stdout,
      outcomes.map(({ subject, restored }) => ({ [task ? 'task' : 'id']: subject, restored })),
    );
  else for (const { subject, restored } of outcomes) if (restored) stdout.write(`restored ${subject}\n`);
  const strangers = outcomes.filter(({ restored }) => !restored).map(({ subject }) => subject);
  if (strangers.length > 0)
    throw new CliFailure(EXIT.failed, `not revoked, so not restored: ${strangers.join(', ')}`);
}
