// Serves the examples of the documentation to vitest as modules, so that a test can import and so run them. Nothing
// is written to disk: they are transformed like any other file, and resolve imports from the folder of their page.
import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import { ROOT } from '../files.js';
import { examplesOf } from './examples.js';
import { readPage } from './markdown.js';

export function exampleModules(): Plugin {
  return {
    name: 'examples-of-the-documentation',
    enforce: 'pre',
    resolveId(specifier, importer) {
      const inside = importer !== undefined && specifier.startsWith('./');
      const path = inside ? join(dirname(importer), specifier.replace(/\.js$/, '.ts')) : specifier;
      return textOf(path) === undefined ? undefined : path;
    },
    load: (path) => textOf(path),
  };
}

function textOf(path: string): string | undefined {
  const [, page] = /^(.*\.md)\/[^/]+\.ts$/.exec(relative(ROOT, path).split(sep).join('/')) ?? [];
  if (page === undefined || !existsSync(join(ROOT, page))) return undefined;
  return examplesOf(readPage(page)).find((example) => join(ROOT, example.path) === path)?.text;
}
