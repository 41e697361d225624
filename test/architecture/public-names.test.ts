// The public surface is a list: a name comes or goes only on purpose, and none comes without a docstring.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';
import { createProgram, projectOptions } from '../compiler.js';
import { ENTRIES } from '../entries.js';
import { type Files, ROOT } from '../files.js';

const KINDS: readonly [flag: ts.SymbolFlags, kind: string][] = [
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Variable, 'const'],
  [ts.SymbolFlags.Interface, 'interface'],
  [ts.SymbolFlags.TypeAlias, 'type'],
];

interface PublicName {
  readonly name: string;
  readonly kind: string;
  readonly documented: boolean;
}

describe('the public names', () => {
  const names = publicNames([...ENTRIES.values()]);

  it('are those of public-names.json', async () => {
    const lists: Record<string, { values: Record<string, string>; types: Record<string, string> }> = {};
    for (const [entry, path] of ENTRIES) {
      const values = new Set(Object.keys(await import(/* @vite-ignore */ join(ROOT, path))));
      const rows = (runtime: boolean): Record<string, string> =>
        Object.fromEntries(
          names
            .get(path)!
            .filter(({ name }) => values.has(name) === runtime)
            .map(({ name, kind }) => [name, kind]),
        );
      lists[entry] = { values: rows(true), types: rows(false) };
    }
    const advice =
      'if the change is meant, run this file once with `-u`, read the difference, and write it into the changelog';
    await expect(`${JSON.stringify(lists, null, 2)}\n`, advice).toMatchFileSnapshot('public-names.json');
  });

  it.each([...ENTRIES])('of %s have docstrings', (_, path) => {
    expect(
      names
        .get(path)!
        .filter(({ documented }) => !documented)
        .map(({ name }) => name),
    ).toEqual([]);
  });
});

it('public names are read with their kind, through re-exports', () => {
  const files: Files = new Map([
    ['src/planted/index.ts', `export { run, type Options } from './run.js'; export type * from './port.js';`],
    [
      'src/planted/run.ts',
      `/** Runs. */ export function run(): void {}\nexport interface Options {}\nexport const hidden = 1;`,
    ],
    ['src/planted/port.ts', `/** Waits. */ export type Port = string;`],
  ]);
  expect(publicNames(['src/planted/index.ts'], files).get('src/planted/index.ts')).toEqual([
    { name: 'Options', kind: 'interface', documented: false },
    { name: 'Port', kind: 'type', documented: true },
    { name: 'run', kind: 'function', documented: true },
  ]);
});

function publicNames(paths: readonly string[], virtual?: Files): Map<string, PublicName[]> {
  const program = createProgram(paths, projectOptions(), virtual);
  const checker = program.getTypeChecker();
  return new Map(paths.map((path) => [path, exportsOf(program.getSourceFile(join(ROOT, path)), checker)]));
}

function exportsOf(source: ts.SourceFile | undefined, checker: ts.TypeChecker): PublicName[] {
  const module = source && checker.getSymbolAtLocation(source);
  const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
  return symbols
    .map((symbol) => {
      const origin = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const kind = KINDS.find(([flag]) => origin.flags & flag)?.[1] ?? 'unknown';
      return { name: symbol.name, kind, documented: origin.getDocumentationComment(checker).length > 0 };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
