import { expect, it } from 'vitest';
import { complaints, createProgram, projectOptions } from '../compiler.js';
import { type Files, readFiles } from '../files.js';

// An assertion is a type that nobody uses.
const options = { ...projectOptions(), noUnusedLocals: false };

it('every assertion about types holds', () => {
  const paths = [...readFiles(['test/types'], '.types.ts').keys()];
  expect(paths).not.toEqual([]);
  expect(complaints(createProgram(paths, options), paths).join('\n')).toBe('');
});

it('an assertion that does not hold is told with its file and line', () => {
  const path = 'test/types/planted.types.ts';
  const text = [
    `import type { Equal, Expect } from './expect-type.js';`,
    `export type Same = [Expect<Equal<{ readonly a?: 1 }, { readonly a?: 1 }>>, Expect<Equal<any, any>>];`,
    `export type A = Expect<Equal<number, string>>;`,
    `export type B = Expect<Equal<number, any>>;`,
    `export type C = Expect<Equal<{ a: 1 }, { a?: 1 }>>;`,
    `export type D = Expect<Equal<{ a: 1 }, { readonly a: 1 }>>;`,
    `// @ts-expect-error: this compiles`,
    `export const fine: number = 1;`,
  ].join('\n');
  const found = complaints(createProgram([path], options, new Map([[path, text]]) satisfies Files), [path]);
  expect(found.map((line) => /:(\d+): /.exec(line)![1])).toEqual(['3', '4', '5', '6', '7']);
  expect(found[0]).toBe(`${path}:3: Type 'false' does not satisfy the constraint 'true'. (TS2344)`);
});
