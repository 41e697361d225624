// What a file exports to be run, named on the command line as `./sweep.ts:orders`.
import { importApp } from '../../src/cli/app-module.js';
import { findApp } from '../../src/cli/app-path.js';
import { CliFailure, EXIT } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import type { Subject } from '../scenario/app.js';
import type { Sweep } from '../sweep/sweep.js';

/** What can be run: a sweep, or an app. */
export type Runnable = Sweep | Subject;

/** With how it is named on the command line. */
export interface Named {
  readonly name: string;
  readonly it: Runnable;
}

/** Loads one, or all sweeps of the file if no export is named. @throws CliFailure if there is none. */
export async function loadSubjects(name: string, host: Host): Promise<readonly Named[]> {
  const path = findApp(name, host.cwd);
  const exports = await importApp(path, host);
  const named = (key: string): string => (path.export === undefined ? `${name}:${key}` : name);
  const found =
    path.export === undefined
      ? Object.entries(exports).filter(([, value]) => isSweep(value))
      : [exports[path.export]].flat().map((value) => [path.export!, value] as const);
  const subjects = found.map(([key, it]) => ({ name: named(key), it }));
  if (subjects.length > 0 && subjects.every(isSubject)) return subjects;
  throw new CliFailure(
    EXIT.app,
    `${path.shown} exports nothing to be run${path.export === undefined ? '' : ` as \`${path.export}\``}; export ` +
      'an object with `name`, `app` and `draw`, or a function, and name it: ./sweep.ts:orders',
  );
}

/** The one of that name. @throws CliFailure if there are several. */
export async function loadSubject(name: string, host: Host): Promise<Named> {
  const [first, ...others] = await loadSubjects(name, host);
  if (others.length === 0) return first!;
  throw new CliFailure(EXIT.usage, `${name} names ${others.length + 1} sweeps; name one of them`);
}

function isSweep(value: unknown): value is Sweep {
  const { name, app, draw } = (value ?? {}) as Partial<Sweep>;
  return typeof name === 'string' && typeof app === 'function' && typeof draw === 'function';
}

function isSubject(named: { readonly name: string; readonly it: unknown }): named is Named {
  return typeof named.it === 'function' || isSweep(named.it);
}
