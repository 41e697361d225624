import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const REPORTER = fileURLToPath(new URL('./closing-line.ts', import.meta.url));

const runs: [what: string, files: Record<string, string>, line: string, exitCode: number][] = [
  [
    'tests that pass and tests that are skipped',
    {
      a: `it('one', () => {}); it.skip('two', () => {}); it.todo('three');`,
      b: `it('four', (ctx) => ctx.skip());`,
    },
    '1 passed, 0 failed, 3 skipped',
    0,
  ],
  [
    'every way to fail: a test, a hook of each kind, a file that does not load, an error outside of any test',
    {
      test: `it('fails', () => { throw new Error(); }); it('passes', () => {});`,
      beforeEach: `beforeEach(() => { throw new Error(); }); it('fails', () => {});`,
      beforeAll: `describe('suite', () => { beforeAll(() => { throw new Error(); }); it('is not run', () => {}); });`,
      afterAll: `describe('suite', () => { afterAll(() => { throw new Error(); }); it('passes', () => {}); });`,
      load: `throw new Error();`,
      stray: `it('passes', () => { void Promise.reject(new Error()); });`,
    },
    '3 passed, 6 failed, 1 skipped',
    1,
  ],
  ['no test files', {}, '0 passed, 1 failed, 0 skipped', 1],
];

it.each(runs)('closes with the counts and keeps the exit code: %s', async (_, files, line, exitCode) => {
  const root = mkdtempSync(join(tmpdir(), 'huey-ts-closing-line-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, code] of Object.entries(files)) writeFileSync(join(root, `${name}.test.js`), code);
  const run = await vitest([
    'run',
    '--globals',
    '--root',
    root,
    '--reporter=default',
    `--reporter=${REPORTER}`,
  ]);
  expect(run.output.split('\n').slice(-2), run.output).toEqual([line, '']);
  expect(run.exitCode).toBe(exitCode);
});

function vitest(args: readonly string[]): Promise<{ output: string; exitCode: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [VITEST, ...args], (_, stdout) =>
      resolve({ output: stdout, exitCode: child.exitCode ?? -1 }),
    );
  });
}
