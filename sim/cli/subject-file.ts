// What a file exports to be run, named on the command line as `./sweep.ts:orders`, or `./sweep.ts:ALL.0` in a list.
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
  const subjects =
    path.export === undefined
      ? Object.entries(exports)
          .filter(([, value]) => isSweep(value))
          .map(([key, it]) => ({ name: `${name}:${key}`, it }))
      : exported(exports, path.export).map(([end, it]) => ({ name: name + end, it }));
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
  throw new CliFailure(
    EXIT.usage,
    `${name} names ${others.length + 1} sweeps; name one of them, the first as ${first!.name}`,
  );
}

/** An export; of a list, its members, or one of them: `SWEEPS.2`. Each with what is to be added to name it alone. */
function exported(exports: Readonly<Record<string, unknown>>, name: string): (readonly [string, unknown])[] {
  const [, list, index] = /^(.*)\.(\d+)$/.exec(name) ?? [];
  const it = index === undefined ? exports[name] : [exports[list!]].flat()[Number(index)];
  return Array.isArray(it) ? it.map((member, at) => [`.${at}`, member]) : [['', it]];
}

function isSweep(value: unknown): value is Sweep {
  const { name, app, draw } = (value ?? {}) as Partial<Sweep>;
  return typeof name === 'string' && typeof app === 'function' && typeof draw === 'function';
}

function isSubject(named: { readonly name: string; readonly it: unknown }): named is Named {
  return typeof named.it === 'function' || isSweep(named.it);
}
