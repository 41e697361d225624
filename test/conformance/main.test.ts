// The command: what it prints last, and how it exits.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

const passing = { id: 'good', steps: [{ op: 'work', expect: { out: [] } }] };
const failing = { id: 'bad', steps: [{ op: 'work', expect: {} }] };

it.concurrent.for<[string, Record<string, string>, number, RegExp]>([
  ['everything passes', { a: corpus(passing) }, 0, /^1 passed, 0 failed, 0 skipped\n$/],
  [
    'something fails',
    { a: corpus(passing), b: corpus(failing) },
    1,
    /FAIL bad .*\n1 passed, 1 failed, 0 skipped\n$/s,
  ],
  ['a file is malformed', { a: corpus(passing), b: '{' }, 2, /^conformance: .*b\.json: this is not JSON/],
  ['the folder is empty', {}, 2, /^conformance: .*there is no \.json file in this folder\n$/],
])('%s', async ([, files, exitCode, output], { expect, onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'huey-ts-conformance-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.json`), text);
  const run = await conformance(folder);
  expect(run.output).toMatch(output);
  expect(run.exitCode).toBe(exitCode);
});

function corpus(...scenarios: readonly object[]): string {
  return JSON.stringify({ format: 1, topic: 'made up', scenarios });
}

function conformance(...args: readonly string[]): Promise<{ output: string; exitCode: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], (_, stdout, stderr) =>
      resolve({ output: stdout + stderr, exitCode: child.exitCode ?? -1 }),
    );
  });
}
