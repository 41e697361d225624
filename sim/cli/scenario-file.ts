// The scenarios that a file exports, named on the command line as `./sweep.ts:orders`.
import { importApp } from '../../src/cli/app-module.js';
import { findApp } from '../../src/cli/app-path.js';
import { CliFailure, EXIT } from '../../src/cli/failure.js';
import type { Host } from '../../src/cli/host.js';
import type { SweepScenario } from '../sweep/plan.js';
import type { CheckedFunction } from '../sweep/subject.js';

/** What can be run: a scenario, or a function that makes a run. */
export type Runnable = SweepScenario | CheckedFunction;

/** Loads one scenario, or all of the file if no export is named. @throws CliFailure if there is none. */
export async function loadScenarios(name: string, host: Host): Promise<readonly Runnable[]> {
  const path = findApp(name, host.cwd);
  const exports = await importApp(path, host);
  const found =
    path.export === undefined ? Object.values(exports).filter(isScenario) : [exports[path.export]].flat();
  if (found.length > 0 && found.every(isRunnable)) return found;
  throw new CliFailure(
    EXIT.app,
    `${path.shown} exports no scenario${path.export === undefined ? '' : ` \`${path.export}\``}; export ` +
      'an object with `name`, `app` and `plan`, or a function, and name it: ./sweep.ts:orders',
  );
}

/** The one scenario of that name. @throws CliFailure if there are several. */
export async function loadScenario(name: string, host: Host): Promise<Runnable> {
  const [first, ...others] = await loadScenarios(name, host);
  if (others.length === 0) return first!;
  throw new CliFailure(EXIT.usage, `${name} names ${others.length + 1} scenarios; name one of them`);
}

function isScenario(value: unknown): value is SweepScenario {
  const { name, app, plan } = (value ?? {}) as Partial<SweepScenario>;
  return typeof name === 'string' && typeof app === 'function' && typeof plan === 'function';
}

function isRunnable(value: unknown): value is Runnable {
  return typeof value === 'function' || isScenario(value);
}
