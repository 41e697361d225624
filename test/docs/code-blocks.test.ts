// Every TypeScript block of the documentation compiles under the project's strict options; `ts run` ones run too.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { complaints, createProgram, projectOptions } from '../compiler.js';
import { ROOT } from '../files.js';
import { type Example, examplesOf } from './examples.js';
import { parsePage, readPage, readPages } from './markdown.js';

describe('the code blocks of the documentation', () => {
  const examples = readPages().flatMap(examplesOf);

  beforeEach(() => {
    for (const method of ['log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, method).mockReturnValue();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('compile', () => {
    expect(compile(examples).join('\n')).toBe('');
  });

  for (const { page, line, path, runs } of examples)
    if (runs) it(`run: ${page}:${line}`, () => execute(path));
});

describe('the page of planted mistakes', () => {
  const examples = examplesOf(readPage('test/docs/planted.md'));

  it('fails to compile on its own lines', () => {
    const found = compile(examples);
    expect(found.map((line) => line.replace(/^(\S+).*\((TS\d+)\)$/s, '$1 $2'))).toEqual([
      'test/docs/planted.md:7: TS2322',
      'test/docs/planted.md:13: TS2339',
      'test/docs/planted.md:17: TS1005',
      'test/docs/planted.md:34: TS2554',
    ]);
  });

  it('fails to run on its own lines', async () => {
    expect(examples.filter(({ runs }) => runs).map(({ line }) => line)).toEqual([24]);
    const stack = expect.stringContaining('test/docs/planted.md/line-24.ts:28:');
    await expect(execute('test/docs/planted.md/line-24.ts')).rejects.toMatchObject({
      message: '3 from the page',
      stack,
    });
  });

  it.each([
    ['ts runs', 'expected run, continue, fragment or file=name.ts, got runs'],
    ['ts continue', 'expected a block to continue before this one'],
    ['ts fragment run', 'expected fragment alone: it is neither run nor continued'],
  ])('refuses a block that opens with %s', (info, why) => {
    const page = parsePage('docs/planted.md', `\n\`\`\`${info}\n\`\`\``);
    expect(() => examplesOf(page)).toThrow(`docs/planted.md:2: ${why}, in \`${info}\``);
  });
});

function execute(path: string): Promise<unknown> {
  return import(/* @vite-ignore */ join(ROOT, path));
}

function compile(examples: readonly Example[]): string[] {
  // Examples declare what a reader would go on to use.
  const options = { ...projectOptions(), noUnusedLocals: false, noUnusedParameters: false };
  const virtual = new Map(examples.map(({ path, text }) => [path, text]));
  const program = createProgram([...virtual.keys()], options, virtual);
  return examples.flatMap(({ page, path, fragment }) => {
    const found = complaints(program, [path], fragment ? 'syntax' : 'types');
    return found.map((complaint) => complaint.replace(path, page));
  });
}
