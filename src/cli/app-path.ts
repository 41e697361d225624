// How an app is named on the command line: a file and what it exports, as `./tasks.js:huey` or, with dots, as
// `tasks.huey`. Finds the file; what is in it is for the loader.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { nearest } from '../check.js';
import { CliFailure, EXIT } from './failure.js';

/** What a name on the command line points to. */
export interface AppPath {
  /** The absolute path of the file. */
  readonly file: string;
  /** The name of the export; undefined if none was given. */
  readonly export: string | undefined;
  /** The file as messages name it. */
  readonly shown: string;
}

const TYPESCRIPT = ['.ts', '.mts', '.cts'];
const EXTENSIONS = ['.js', '.mjs', '.cjs', ...TYPESCRIPT];
const CANDIDATES = [...EXTENSIONS, ...EXTENSIONS.map((extension) => `${sep}index${extension}`)];

/** Tells whether a file needs its types taken away before Node can run it. */
export function isTypeScript(file: string): boolean {
  return TYPESCRIPT.includes(extname(file));
}

/** @throws CliFailure if there is no such file. */
export function findApp(name: string, cwd: string): AppPath {
  for (const { path, export: exported } of readings(name)) {
    const file = fileAt(resolve(cwd, path));
    if (file !== undefined) return { file, export: exported, shown: shownFrom(cwd, file) };
  }
  throw notFound(name, cwd);
}

interface Reading {
  readonly path: string;
  readonly export: string | undefined;
}

/** All that a name may mean, the likeliest first. */
function readings(name: string): Reading[] {
  const colon = name.lastIndexOf(':');
  // The colon of `C:\tasks.js` belongs to the path.
  if (colon > 1) return [{ path: name.slice(0, colon), export: name.slice(colon + 1) || undefined }];
  const dot = name.lastIndexOf('.');
  const whole = { path: name, export: undefined };
  if (dot <= 0 || EXTENSIONS.includes(extname(name))) return [whole];
  const path = name.slice(0, dot);
  const exported = name.slice(dot + 1) || undefined;
  // A dotted path names folders, as in Python: shop.tasks.huey.
  const folders = { path: path.replaceAll('.', sep), export: exported };
  return /[\\/]/.test(name)
    ? [whole, { path, export: exported }]
    : [whole, { path, export: exported }, folders];
}

/** The file at a path, or at the path with an extension that Node or TypeScript knows. */
function fileAt(path: string): string | undefined {
  return ['', ...CANDIDATES].map((end) => path + end).find((file) => isFile(file));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function shownFrom(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : `.${sep}${path}`;
}

function notFound(name: string, cwd: string): CliFailure {
  const { path } = readings(name).at(-1)!;
  const wanted = resolve(cwd, path);
  const near = neighbour(wanted);
  const advice =
    near === undefined
      ? 'give the file and what it exports, as in ./tasks.js:huey'
      : `did you mean ${shownFrom(cwd, near)}?`;
  return new CliFailure(
    EXIT.app,
    `cannot find ${name}: there is no file ${shownFrom(cwd, wanted)}; ${advice}`,
  );
}

/** A file beside the wanted one whose name is much like it: another extension, or a slip of the pen. */
function neighbour(wanted: string): string | undefined {
  const folder = dirname(wanted);
  if (!existsSync(folder)) return undefined;
  const bare = wanted.slice(0, wanted.length - extname(wanted).length);
  const twin = fileAt(bare);
  if (twin !== undefined) return twin;
  const near = nearest(basename(wanted), filesIn(folder));
  return near === undefined ? undefined : resolve(folder, near);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => EXTENSIONS.includes(extname(name)));
}
