// An app that is loaded: the Huey that a file exports, whichever install of this package made it.
import { nearest } from '../check.js';
import type { Engine } from '../engine/engine.js';
import { engineOf, isHuey } from '../engine/engine-of.js';
import type { Huey } from '../huey.js';
import { type Exports, importApp } from './app-module.js';
import { type AppPath, findApp } from './app-path.js';
import { CliFailure, EXIT } from './failure.js';
import type { Host } from './host.js';

/** The Huey of an app, and the engine behind it. */
export interface App {
  readonly huey: Huey;
  readonly engine: Engine;
  /** The app as messages name it. */
  readonly shown: string;
  /** The absolute path of the file, for those who load it again elsewhere. */
  readonly file: string;
  /** The name under which the file exports it. */
  readonly export: string;
}

/** @throws CliFailure if the file is not there, cannot run, or does not export a Huey under that name. */
export async function loadApp(name: string, host: Host): Promise<App> {
  const path = findApp(name, host.cwd);
  const exports = await importApp(path, host);
  const key = path.export ?? soleHuey(path, exports);
  const huey = valueAt(exports, key);
  if (huey === undefined) throw missing(path, exports, key);
  if (!isHuey(huey)) throw noHuey(path, exports, key);
  const shown = `${path.shown}:${key}`;
  return { huey: huey as unknown as Huey, engine: engineOf(huey), shown, file: path.file, export: key };
}

/**
 * Runs an action on an app whose storage other processes share, then lets go of the storage.
 * @throws CliFailure if there is nothing to be seen from here.
 */
export async function withApp(name: string, host: Host, action: (app: App) => Promise<void>): Promise<void> {
  const app = await loadApp(name, host);
  refuseUnshared(app);
  try {
    await action(app);
  } finally {
    await app.huey.close();
  }
}

function refuseUnshared({ shown, engine }: App): void {
  const { shared, retains } = engine.storage.capabilities;
  if (shared) return;
  const why = retains
    ? `${shown} keeps its tasks in the memory of the process that runs it, so this process cannot see them`
    : `${shown} leads nowhere: its storage forgets what it is given`;
  throw new CliFailure(EXIT.failed, `${why}; use a storage that processes share, such as SqliteHuey`);
}

/** The one Huey of a file, if no export was named. */
function soleHuey(path: AppPath, exports: Exports): string {
  const found = hueysOf(exports);
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new CliFailure(EXIT.app, `${path.shown} exports several Hueys; name one: ${choices(path, found)}`);
  throw new CliFailure(
    EXIT.app,
    `${path.shown} exports no Huey (it exports ${listOf(exports)}); add \`export const huey = new SqliteHuey(…)\``,
  );
}

function missing(path: AppPath, exports: Exports, key: string): CliFailure {
  const names = Object.keys(exports).sort();
  const near = nearest(key, names) ?? hueysOf(exports)[0];
  const advice = near === undefined ? '' : `; did you mean ${path.shown}:${near}?`;
  return new CliFailure(EXIT.app, `${path.shown} exports no \`${key}\`, but ${listOf(exports)}${advice}`);
}

function noHuey(path: AppPath, exports: Exports, key: string): CliFailure {
  const found = hueysOf(exports);
  const advice =
    found.length === 0 ? 'name one that was made with `new …Huey()`' : `try ${choices(path, found)}`;
  return new CliFailure(EXIT.app, `\`${key}\` of ${path.shown} is not a Huey; ${advice}`);
}

function hueysOf(exports: Exports): string[] {
  const names = Object.keys(exports).filter((name) => isHuey(exports[name]));
  // A default export is mostly one of the others under a second name.
  const named = new Set(names.filter((name) => name !== 'default').map((name) => exports[name]));
  return names.filter((name) => name !== 'default' || !named.has(exports[name]));
}

function valueAt(exports: Exports, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => (value as Exports | undefined)?.[name], exports);
}

function choices({ shown }: AppPath, names: readonly string[]): string {
  return names.map((name) => `${shown}:${name}`).join(' or ');
}

const MOST_NAMES = 12;

function listOf(exports: Exports): string {
  const names = Object.keys(exports).sort();
  if (names.length === 0) return 'nothing';
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
  return names.slice(0, MOST_NAMES).join(', ') + more;
}
