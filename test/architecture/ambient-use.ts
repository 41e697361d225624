// Finds where code reaches for time, timers, chance, identity, the process or the console by a global name. Works on
// syntax and scopes alone: a property, a parameter or an import that only shares the name of a global is none.
import { join } from 'node:path';
import ts from 'typescript';
import { createProgram, lineOf } from '../compiler.js';
import { type Files, ROOT } from '../files.js';
import { cells } from '../table.js';

export interface AmbientUse {
  readonly file: string;
  readonly line: number;
  /** The name as written in BANNED, or what else is wrong. */
  readonly name: string;
}

/** Banned, with everything below: `process` is process.env too. */
const BANNED = `
  new Date() | Date() | Date.now | Temporal.Now | performance | Math.random
  setTimeout | setInterval | setImmediate | clearTimeout | clearInterval | clearImmediate | queueMicrotask
  AbortSignal.timeout | process | console | crypto.randomUUID | crypto.getRandomValues`;

const CRYPTO_CHANCE = new Set([
  'randomUUID',
  'randomBytes',
  'randomFill',
  'randomInt',
  'getRandomValues',
  'webcrypto',
]);

const GLOBAL_OBJECT = new Set(['globalThis', 'global', 'self', 'window']);

/** An object under another name would hide what is called on it. */
const NOT_ALIASED = new Set(['Date', 'Math', 'crypto', 'AbortSignal', 'Temporal']);

export function ambientUses(files: Files): AmbientUse[] {
  const options: ts.CompilerOptions = {
    noLib: true,
    noResolve: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
  };
  const program = createProgram([...files.keys()], options, files);
  const checker = program.getTypeChecker();
  return [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(join(ROOT, file))!;
    const uses: AmbientUse[] = [];
    inspect(source, checker, (node, name) => uses.push({ file, line: lineOf(source, node), name }));
    return uses;
  });
}

type Report = (node: ts.Node, name: string) => void;

function inspect(node: ts.Node, checker: ts.TypeChecker, report: Report): void {
  if (ts.isTypeNode(node)) return;
  if (ts.isImportDeclaration(node)) return inspectImport(node, report);
  const path = globalPath(node, checker);
  if (path !== undefined) return judge(node, bannedIn(path), report);
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
    const source = globalPath(node.initializer, checker);
    if (source !== undefined) return judge(node, takenFrom(node.name, source), report);
  }
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) judge(node, currentDate(node, checker), report);
  ts.forEachChild(node, (child) => inspect(child, checker, report));
}

function judge(node: ts.Node, names: readonly string[], report: Report): void {
  for (const name of names) report(node, name);
}

function inspectImport({ moduleSpecifier, importClause }: ts.ImportDeclaration, report: Report): void {
  if (!ts.isStringLiteral(moduleSpecifier) || !/^(node:)?crypto$/.test(moduleSpecifier.text)) return;
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings))
    return report(moduleSpecifier, 'all of node:crypto');
  for (const element of bindings.elements) {
    const { text } = element.propertyName ?? element.name;
    if (CRYPTO_CHANCE.has(text)) report(element, `crypto.${text}`);
  }
}

function bannedIn(path: string): string[] {
  if (path === '') return ['globalThis as a value'];
  return cells(BANNED)
    .flat()
    .filter((name) => path === name || path.startsWith(`${name}.`));
}

/** What `const … = Date` or `const { now } = Date` takes out of a global. */
function takenFrom(target: ts.BindingName, source: string): string[] {
  if (!ts.isObjectBindingPattern(target))
    return NOT_ALIASED.has(source) ? [`${source} under another name`] : bannedIn(source);
  return target.elements.flatMap((element) => {
    const key = element.propertyName ?? element.name;
    return bannedIn(dotted(source, ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : '*'));
  });
}

function currentDate(node: ts.NewExpression | ts.CallExpression, checker: ts.TypeChecker): string[] {
  if (globalPath(node.expression, checker) !== 'Date') return [];
  if (ts.isCallExpression(node)) return ['Date()'];
  return node.arguments === undefined || node.arguments.length === 0 ? ['new Date()'] : [];
}

/** The dotted name of an expression that starts at a global: 'Date.now' for `globalThis.Date['now']`; '' for globalThis. */
function globalPath(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  if (ts.isIdentifier(node))
    return isGlobal(node, checker) ? (GLOBAL_OBJECT.has(node.text) ? '' : node.text) : undefined;
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node)
  )
    return globalPath(node.expression, checker);
  if (ts.isPropertyAccessExpression(node)) return below(node, node.name.text, checker);
  if (!ts.isElementAccessExpression(node)) return undefined;
  const key = node.argumentExpression;
  return ts.isStringLiteralLike(key) ? below(node, key.text, checker) : undefined;
}

function below(node: ts.AccessExpression, name: string, checker: ts.TypeChecker): string | undefined {
  const path = globalPath(node.expression, checker);
  return path === undefined ? undefined : dotted(path, name);
}

function dotted(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isGlobal(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent))
    return isUndeclared(checker.getShorthandAssignmentValueSymbol(parent));
  return !isNameIn(parent, node) && isUndeclared(checker.getSymbolAtLocation(node));
}

/** Whether the identifier only names a part of its parent, as a property, a declaration or a label. */
function isNameIn(parent: ts.Node, node: ts.Identifier): boolean {
  return ['name', 'propertyName', 'label'].some((part) => Reflect.get(parent, part) === node);
}

/** No lib is loaded, so what is declared nowhere in the file, or only said to exist, is a global. */
function isUndeclared(symbol: ts.Symbol | undefined): boolean {
  const declarations = symbol?.declarations ?? [];
  return declarations.every(
    (declaration) => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0,
  );
}
