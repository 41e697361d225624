// The files of the project, by their paths relative to it, with forward slashes.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The absolute path of the project, without a slash at its end. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Texts by path. */
export type Files = ReadonlyMap<string, string>;

/** Reads these files, and those below these folders, that end so; sorted by path. Not what is installed. */
export function readFiles(paths: readonly string[], ending: string): Files {
  const found = paths.flatMap(listFiles).filter((path) => path.endsWith(ending));
  return new Map(found.sort().map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

function listFiles(path: string): string[] {
  const absolute = join(ROOT, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.split(sep).includes('node_modules'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
