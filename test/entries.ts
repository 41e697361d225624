// The package's entry points as package.json exports them: the name that users import, and the source behind it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './files.js';

/** Source files by name: 'huey-ts/testing' is 'src/testing/index.ts'. */
export const ENTRIES: ReadonlyMap<string, string> = readEntries();

function readEntries(): Map<string, string> {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, string | { default: string }>;
  };
  const entries = new Map<string, string>();
  for (const [key, target] of Object.entries(exports))
    if (typeof target !== 'string')
      entries.set(name + key.slice(1), target.default.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts'));
  return entries;
}
