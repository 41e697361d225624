// The shape of files: how long, how named, how opened, how documented.
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFiles } from '../files.js';
import { measure, percentile } from './measures.js';

const LINES = { file: 350, storage: 450, function: 50 };
const VAGUE_WORDS = /^(utils?|helpers?|types?|interfaces?|constants?|managers?|common|misc)$/;
// Written so that a search of the tree for these words does not find this file.
const LEFT_FOR_LATER = /\b(TO[D]O|FIX[M]E|X{3}|HAC[K])\b/;

describe('files', () => {
  const files = readFiles(['src', 'sim'], '.ts');
  const measured = new Map([...files].map(([path, text]) => [path, measure(path, text)]));

  it('are short', () => {
    const lengths = [...measured].map(([path, { lines }]) => ({ path, lines, most: limitOf(path) }));
    const long = lengths.filter(({ lines, most }) => lines > most);
    const numbers = lengths.map(({ lines }) => lines);
    const summary = `median ${percentile(numbers, 0.5)} lines, 90th percentile ${percentile(numbers, 0.9)}`;
    expect(
      long.map(({ path, lines, most }) => `${path} has ${lines} lines, more than ${most}: find the seam`),
      summary,
    ).toEqual([]);
  });

  it('have short functions', () => {
    const spans = [...measured].flatMap(([path, { functions }]) =>
      functions.map((span) => ({ path, ...span })),
    );
    const long = spans.filter(({ lines }) => lines > LINES.function);
    const numbers = spans.map(({ lines }) => lines);
    const summary = `median ${percentile(numbers, 0.5)} lines, 90th percentile ${percentile(numbers, 0.9)}`;
    const complaints = long.map(
      ({ path, line, name, lines }) =>
        `${path}:${line} ${name} has ${lines} lines, more than ${LINES.function}`,
    );
    expect(complaints, summary).toEqual([]);
  });

  it('open with a comment of one to five sentences', () => {
    const complaints = [...measured]
      .filter(([, { openingSentences }]) => openingSentences < 1 || openingSentences > 5)
      .map(
        ([path, { openingSentences }]) =>
          `${path} opens with ${openingSentences} sentences: say what it owns and its invariant`,
      );
    expect(complaints).toEqual([]);
  });

  it('say what each exported function and class does', () => {
    const complaints = [...measured].flatMap(([path, { undocumented }]) =>
      undocumented
        .filter((name) => !isNamesake(path, name))
        .map((name) => `${path}: ${name} has no docstring`),
    );
    expect(complaints).toEqual([]);
  });

  it('are named for one noun, in kebab-case', () => {
    expect([...files.keys()].filter(isBadName)).toEqual([]);
  });

  it('leave nothing for later', () => {
    const complaints = [...readFiles(['src', 'sim', 'test', 'docs'], '.ts'), ...readFiles(['docs'], '.md')]
      .filter(([, text]) => LEFT_FOR_LATER.test(text))
      .map(([path, text]) => `${path} says ${LEFT_FOR_LATER.exec(text)![0]}: do it, or write an issue`);
    expect(complaints).toEqual([]);
  });
});

describe('the rules of shape', () => {
  it('count the lines of a file and of its functions, docstrings left out', () => {
    const text = [
      '// Owns it.',
      'export class A {',
      '  /** Long.',
      '   * Story. */',
      '  run(): void {',
      '    const inner = () => {',
      '    };',
      '  }',
      '  abstract idle(): void;',
      '}',
      '',
    ].join('\n');
    const { lines, functions } = measure('src/a.ts', text);
    expect(lines).toBe(10);
    expect(functions).toEqual([
      { name: 'run', line: 5, lines: 4 },
      { name: 'inner', line: 6, lines: 2 },
    ]);
  });

  it.each([
    ['// One. Two,\n// still two! Three?\nimport x;', 3],
    ['// First paragraph.\n//\n// Second. Third.', 1],
    ['#!/usr/bin/env node\n// Runs it.', 1],
    ['/**\n * In a block. Of two.\n */\n', 2],
    ['// no sentence', 0],
    ['\n// Late.', 0],
    ['import x;\n// Late.', 0],
  ])('count the sentences that open %j', (text, sentences) => {
    expect(measure('src/a.ts', text).openingSentences).toBe(sentences);
  });

  it('notice exports without a docstring', () => {
    const text = `
      export function bare() {}
      /** Does it. */ export function told(a: string): void;
      export function told(a: unknown): void {}
      // No docstring.
      export class Bare {}
      /** Holds it. */
      export class Told {}
      function own() {}`;
    expect(measure('src/a.ts', text).undocumented).toEqual(['bare', 'Bare']);
  });

  it.each([
    ['src/model/task.ts', false],
    ['src/rate-limit.ts', false],
    ['src/utils.ts', true],
    ['src/helpers/date.ts', true],
    ['src/lock-manager.ts', true],
    ['src/types.ts', true],
    ['src/rateLimit.ts', true],
    ['src/Task.ts', true],
  ])('judge the name %s', (path, bad) => {
    expect(isBadName(path)).toBe(bad);
  });

  it('find the middle and the long tail', () => {
    const tenToOne = Array.from({ length: 10 }, (_, index) => 10 - index);
    expect([percentile(tenToOne, 0.5), percentile(tenToOne, 0.9), percentile([], 0.5)]).toEqual([5, 9, 0]);
  });
});

function limitOf(path: string): number {
  return path.startsWith('src/storage/') ? LINES.storage : LINES.file;
}

/** The opening comment of a file speaks for the class that it is named for; its folder may be part of that name. */
function isNamesake(path: string, name: string): boolean {
  const file = basename(path, '.ts').replaceAll('-', '');
  return /^[A-Z]/.test(name) && [file, basename(dirname(path)) + file].includes(name.toLowerCase());
}

function isBadName(path: string): boolean {
  const names = path.replace(/\.ts$/, '').split('/');
  return names.some(
    (name) =>
      !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.split('-').some((word) => VAGUE_WORDS.test(word)),
  );
}
