// The compiler, asked about the project: how a file parses, what a program says. Virtual files can be laid over the
// disk, so a test can ask about code that is nowhere in the tree.
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { type Files, ROOT } from './files.js';

/** Parses one file, without a look at any other. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
}

/** Visits a node and everything in it, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The line of a node's first character, counted from 1. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** The options of tsconfig.json, the strict ones that everything here is held to. */
export function projectOptions(): ts.CompilerOptions {
  const config = join(ROOT, 'tsconfig.json');
  const json: unknown = ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config;
  return ts.parseJsonConfigFileContent(json, { ...ts.sys, readDirectory: () => [] }, ROOT, undefined, config)
    .options;
}

type Language = ts.ScriptTarget | ts.CreateSourceFileOptions;

/** What does not belong to the project is parsed once for all programs; most of their time goes there. */
const parsed = new Map<string, ts.SourceFile | undefined>();

function parseOnce(path: string, language: Language, host: ts.CompilerHost): ts.SourceFile | undefined {
  const key = JSON.stringify([path, language]);
  if (!parsed.has(key)) parsed.set(key, host.getSourceFile(path, language));
  return parsed.get(key);
}

/** Builds a program of these files; a virtual file hides the one on disk, if there is one. */
export function createProgram(
  roots: readonly string[],
  options: ts.CompilerOptions,
  virtual: Files = new Map(),
): ts.Program {
  const absolute = new Map([...virtual].map(([path, text]) => [resolve(ROOT, path), text]));
  const folders = new Set([...absolute.keys()].map((path) => dirname(path)));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    getCurrentDirectory: () => ROOT,
    fileExists: (path) => absolute.has(path) || disk.fileExists(path),
    readFile: (path) => absolute.get(path) ?? disk.readFile(path),
    directoryExists: (path) => folders.has(path) || disk.directoryExists!(path),
    getSourceFile: (path, language) => {
      const text = absolute.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, language);
      return path.includes('/node_modules/')
        ? parseOnce(path, language, disk)
        : disk.getSourceFile(path, language);
    },
  };
  return ts.createProgram(
    roots.map((path) => resolve(ROOT, path)),
    options,
    host,
  );
}

/** What the compiler holds against these files of a program, one `path:line: message` each. */
export function complaints(
  program: ts.Program,
  paths: Iterable<string>,
  about: 'syntax' | 'types' = 'types',
): string[] {
  return [...paths].flatMap((path) => {
    const source = program.getSourceFile(resolve(ROOT, path));
    if (source === undefined) return [`${path}: not part of the program`];
    const syntax = program.getSyntacticDiagnostics(source);
    const found = about === 'syntax' ? syntax : [...syntax, ...program.getSemanticDiagnostics(source)];
    return found.map((diagnostic) => {
      const line = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1;
      return `${path}:${line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')} (TS${diagnostic.code})`;
    });
  });
}
