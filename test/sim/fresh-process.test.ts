// The same seed gives the same trace, byte for byte: twice in one process, and in a fresh one.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { story } from './fresh-process-story.js';

const run = promisify(execFile);

it.each([1, 20260101])(
  'seed %i: twice here, and once in a fresh process',
  async (seed) => {
    const here = await story(seed);
    expect(here.split('\n').length).toBeGreaterThan(100);
    expect(await story(seed)).toBe(here);
    const script = `import { story } from './test/sim/fresh-process-story.ts'; process.stdout.write(await story(${seed}));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 26 });
    expect(stdout).toBe(here);
    expect(await story(seed + 1)).not.toBe(here);
  },
  60_000,
);
