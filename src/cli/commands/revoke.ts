// huey revoke: keeps tasks from running, by id or by name.
import { nearest } from '../../check.js';
import { resolveRevocation } from '../../engine/result.js';
import { putRevocation } from '../../engine/revoke.js';
import { revokedKey, revokedTaskKey } from '../../storage/storage.js';
import { type App, withApp } from '../app.js';
import { type Command, Option } from '../command-line.js';
import { CliFailure, EXIT } from '../failure.js';
import type { Host } from '../host.js';
import { writeJson } from '../listing.js';
import { takeApp, takeJson } from '../options.js';
import { stamp } from '../when.js';

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  const until = new Option('--until <when>', 'only so long (10m), or until then (2026-03-08T09:00Z)');
  takeJson(takeApp(command).argument('<id...>', 'ids of tasks, or names with --task'))
    .option('-t, --task', 'the names of tasks are given: revoke every instance of them')
    .option('--once', 'skip the next execution only')
    .addOption(until.conflicts('once'))
    .action((name: string, subjects: readonly string[], options: Options) =>
      withApp(name, host, (app) => revoke(app, subjects, options, host)),
    );
}

interface Options {
  readonly task?: true;
  readonly once?: true;
  readonly until?: string;
  readonly json?: true;
}

async function revoke(
  app: App,
  subjects: readonly string[],
  { task, once, until, json }: Options,
  { stdout }: Host,
): Promise<void> {
  const { engine } = app;
  if (task) for (const name of subjects) checkDeclared(app, name);
  const chosen = { ...(once && { once }), ...(until !== undefined && { until: endOf(until) }) };
  const revocation = resolveRevocation(chosen, false, engine.now());
  for (const subject of subjects)
    await putRevocation(engine, task ? revokedTaskKey(subject) : revokedKey(subject), revocation);
  const end = revocation.until === undefined ? undefined : new Date(revocation.until).toISOString();
  if (json)
    return writeJson(
      stdout,
      subjects.map((subject) => ({ [task ? 'task' : 'id']: subject, once: revocation.once, until: end })),
    );
  const term = once
    ? 'once'
    : revocation.until === undefined
      ? 'for good'
      : `until ${stamp(revocation.until)}`;
  for (const subject of subjects) stdout.write(`revoked ${task ? 'every ' : ''}${subject} ${term}\n`);
}

/** A duration has no date in it, and an instant always does. */
function endOf(text: string): number | string | { readonly at: string } {
  if (/^[+-]?\d{4,6}-/.test(text)) return { at: text };
  const seconds = Number(text);
  return Number.isFinite(seconds) ? seconds : text;
}

/** Refuses the name of a task that the app does not declare: revoking it would change nothing, and nobody would notice. */
export function checkDeclared({ engine, shown }: App, name: string): void {
  if (engine.registry.has(name)) return;
  const near = nearest(name, engine.registry.names());
  const advice =
    near === undefined ? `it declares ${engine.registry.names().join(', ')}` : `did you mean ${near}?`;
  throw new CliFailure(EXIT.failed, `${shown} declares no task \`${name}\`; ${advice}`);
}
