// The contract on node:sqlite, which this Node may not have: then a newer one is fetched for it.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../files.js';

const PATIENCE_MS = 120_000;
const NEWER = ['npx', '-y', '-p', 'node@24', 'node'];

function run(...rest: readonly string[]) {
  const [command, ...words] = [...NEWER, ...rest];
  return spawnSync(command!, words, { cwd: ROOT, encoding: 'utf8', timeout: PATIENCE_MS });
}

// Without a network the test is skipped, where people can see it; where it has to run, it fails.
const isThere = process.env['CI'] !== undefined || run('--version').status === 0;

describe.runIf(isThere)('the SQLite storage on node:sqlite', { timeout: PATIENCE_MS }, () => {
  it('passes the contract', () => {
    const { stdout, stderr, status } = run('--import', 'tsx', 'test/storage/sqlite-node-main.ts');
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const { node, cases, failed } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
      node: string;
      cases: number;
      failed: string[];
    };
    expect(node).toMatch(/^v24\./);
    expect(cases).toBeGreaterThan(100);
    expect(failed).toEqual([]);
  });
});
