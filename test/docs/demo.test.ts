// `npm run demo` keeps its promises, and says so by its exit code.
import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../files.js';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function runDemo(...nodeOptions: readonly string[]): Promise<Ended> {
  const argv = ['--import', 'tsx', ...nodeOptions, 'docs/examples/demo/main.ts'];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: ROOT, timeout: 100_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

describe('the demonstration', () => {
  it('lives through the week as promised', async () => {
    const { code, out, err } = await runDemo();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}chord +1976 words on all pages$/m);
    expect(out).toMatch(/^ {2}check-health +672 +672 +- +- +- +Mon 00:00 +Sun 23:45$/m);
    expect(out).toMatch(/^ {2}clean-up +7 +7 +- +- +- +Mon 03:00 +Sun 03:00$/m);
    expect(out).toMatch(/^ {2}Tue 09:33 +ada@example.org +attempt 3 +delivered$/m);
    expect(out).toMatch(/^ {2}newsletter +- +- +- +- +1 +never +never$/m);
    expect(out).toMatch(/^ {2}\w+ report +={10}\.{12}$/m);
    expect(out).toMatch(/^ {2}\w+ report +x\.{5}x\.{5}={10}$/m);
    expect(out.match(/^ {2}yes {2}/gm)).toHaveLength(15);
    expect(out).toMatch(/^7 virtual days and 726 executions in [\d.]+ seconds$/m);
    expect(out).toMatch(
      /^ {2}notebook +worker process (\d+) copies lines 1 to 3, and is killed \(SIGKILL\)$/m,
    );
    expect(out).toMatch(/^ +delivered again: worker process (\d+) copies lines 4 to 6$/m);
    expect(out).toMatch(/^ +and the consumer exits with code 0$/m);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  }, 120_000);

  it('fails with one line if it could not', async () => {
    const offline = `globalThis.fetch = () => Promise.reject(new Error('the network is gone'));`;
    const { code, out, err } = await runDemo(
      '--import',
      `data:text/javascript,${encodeURIComponent(offline)}`,
    );
    expect(code).toBe(1);
    expect(out).toContain('  NO   every file of the site is in the catalogue');
    expect(err).toMatch(/^demo: every file of the site is in the catalogue: expected \[.*\], got \[\]\n$/);
  }, 120_000);
});
