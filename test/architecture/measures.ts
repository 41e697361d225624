// What can be measured in a file without understanding it: its length, its functions, its comments, its exports.
import ts from 'typescript';
import { lineOf, parse, walk } from '../compiler.js';

export interface Span {
  readonly name: string;
  readonly line: number;
  /** From its first line to its last, the docstring left out. */
  readonly lines: number;
}

export interface Measures {
  readonly lines: number;
  readonly functions: readonly Span[];
  /** How many sentences the first paragraph of the opening comment has; 0 without one. */
  readonly openingSentences: number;
  /** Exported functions and classes without a docstring, by name. */
  readonly undocumented: readonly string[];
}

export function measure(path: string, text: string): Measures {
  const source = parse(path, text);
  return {
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    functions: functionsOf(source),
    openingSentences: openingSentences(text),
    undocumented: undocumented(source),
  };
}

function functionsOf(source: ts.SourceFile): Span[] {
  const spans: Span[] = [];
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const line = lineOf(source, node);
    const end = source.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
    spans.push({ name: nameOf(node), line, lines: end - line + 1 });
  });
  return spans;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const owner = node.name === undefined && ts.isVariableDeclaration(node.parent) ? node.parent : node;
  return owner.name?.getText() ?? 'a function';
}

function openingSentences(text: string): number {
  const [, comment] = /^(?:#!.*\n)?((?:\/\/.*\n?)+|\/\*[^]*?\*\/)/.exec(text) ?? [];
  if (comment === undefined) return 0;
  const words = comment.split('\n').map((line) => line.replace(/^\s*(\/\/+|\/\*+|\*\/|\*)/, '').trim());
  const [paragraph = ''] = words.join('\n').trim().split(/\n\n/);
  return paragraph.match(/[.!?](?=\s|$)/g)?.length ?? 0;
}

function undocumented(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const overload = ts.isFunctionDeclaration(statement) && statement.body === undefined;
    if (overload || !(ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))) return [];
    if ((ts.getCombinedModifierFlags(statement) & ts.ModifierFlags.Export) === 0) return [];
    const name = statement.name?.text ?? 'default';
    const family = source.statements.filter(
      (other) => ts.isFunctionDeclaration(other) && other.name?.text === name,
    );
    const documented = [statement, ...family].some((one) => ts.getJSDocCommentsAndTags(one).length > 0);
    return documented ? [] : [name];
  });
}

/** The value below which that share of the numbers lies. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
