// Imports the file of an app, JavaScript or TypeScript, without a build step. This is the one place where a module is
// imported by a name that only running tells.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type AppPath, isTypeScript } from './app-path.js';
import { CliFailure, EXIT, reasonOf } from './failure.js';
import type { Host } from './host.js';

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

/** @throws CliFailure if Node cannot run the file, or the file throws. */
export async function importApp(path: AppPath, host: Host): Promise<Exports> {
  if (isTypeScript(path.file)) await prepareTypeScript(path, host);
  try {
    const module = (await import(pathToFileURL(path.file).href)) as Exports;
    return exportsOf(module);
  } catch (error) {
    throw new CliFailure(EXIT.app, `${path.shown} cannot be loaded: ${reasonOf(error)}${whereOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * A project that has installed tsx means to run its TypeScript with it: tsx knows enums, path aliases, and imports of
 * './other.js' that mean './other.ts'. Otherwise Node's own type stripping has to do.
 */
async function prepareTypeScript(path: AppPath, host: Host): Promise<void> {
  const tsx = tsxFor(path.file);
  if (tsx !== undefined) {
    const { register } = (await import(pathToFileURL(tsx).href)) as { register: () => unknown };
    register();
  } else if (!host.stripsTypes)
    throw new CliFailure(
      EXIT.app,
      `${path.shown} is TypeScript, which Node ${host.nodeVersion} does not run by itself; run \`npm install tsx\`, use Node 22.18 or later, or name the compiled file`,
    );
}

/** The module of tsx that registers it, as the app's folder sees tsx, or as this package does. */
function tsxFor(file: string): string | undefined {
  for (const from of [`${dirname(file)}/`, fileURLToPath(import.meta.url)]) {
    const require = createRequire(from);
    try {
      const manifest = require.resolve('tsx/package.json');
      const { exports } = require(manifest) as { exports: Record<string, TsxEntry> };
      return join(dirname(manifest), exports['./esm/api']!.import.default);
    } catch {
      continue;
    }
  }
  return undefined;
}

/** How the manifest of tsx names the module of an entry. */
interface TsxEntry {
  readonly import: { readonly default: string };
}

/** CommonJS modules export one value; what Node could not name of it is found in there. */
function exportsOf(module: Exports): Exports {
  const { default: whole } = module;
  const isObject =
    typeof whole === 'object' && whole !== null && Object.getPrototypeOf(whole) === Object.prototype;
  return isObject ? { ...whole, ...module } : module;
}

/** Where the code of the app is at fault: the first place in the stack that is not Node's or a package's. */
function whereOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return '';
  const places = error.stack.matchAll(
    /(?:file:\/\/)?(\/[^\s()?]+?)(?:\?[^\s():]*)?:(\d+)(?::\d+)?(?=\)?$)/gm,
  );
  for (const [, file, line] of places)
    if (!file!.includes('/node_modules/') && file !== import.meta.filename && !error.message.includes(file!))
      return `, at ${file}:${line}`;
  return '';
}
