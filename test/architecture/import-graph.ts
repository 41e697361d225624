// Who imports what, read from the syntax: static and dynamic imports, re-exports, and types taken by `import('…')`.
import { posix } from 'node:path';
import ts from 'typescript';
import { ENTRIES } from '../entries.js';
import { lineOf, parse, walk } from '../compiler.js';
import type { Files } from '../files.js';

export interface Import {
  readonly from: string;
  readonly line: number;
  /** The path of a file of the project, or the name of a package; undefined if only running would tell. */
  readonly target: string | undefined;
  /** The target is a package, or one of Node's own modules. */
  readonly outside: boolean;
  /** Vanishes when compiled. */
  readonly typeOnly: boolean;
}

/** All imports of these files. */
export function readImports(files: Files): Import[] {
  return [...files].flatMap(([from, text]) => {
    const source = parse(from, text);
    const imports: Import[] = [];
    walk(source, (node) => {
      const found = importOf(node);
      if (found === undefined) return;
      imports.push({
        from,
        line: lineOf(source, node),
        typeOnly: found.typeOnly,
        ...resolve(from, found.specifier),
      });
    });
    return imports;
  });
}

function importOf(node: ts.Node): { specifier: string | undefined; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node))
    return {
      specifier: literal(node.moduleSpecifier),
      typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return { specifier: literal(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  if (ts.isImportTypeNode(node))
    return {
      specifier: ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined,
      typeOnly: true,
    };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { specifier: literal(node.arguments[0]), typeOnly: false };
  return undefined;
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function resolve(from: string, specifier: string | undefined): Pick<Import, 'target' | 'outside'> {
  if (specifier === undefined) return { target: undefined, outside: false };
  if (specifier.startsWith('.'))
    return { target: posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts'), outside: false };
  const own = ENTRIES.get(specifier);
  return own === undefined
    ? { target: packageName(specifier), outside: true }
    : { target: own, outside: false };
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Finds circles of imports, those of types included, each as the list of files that leads back to its first. */
export function findCycles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const { from, target } of imports)
    if (target !== undefined) targets.set(from, (targets.get(from) ?? new Set<string>()).add(target));
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.push([...path.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return cycles;
}
