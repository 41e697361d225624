// huey sim, from its arguments to its exit code.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { drain, record } from 'huey-ts/testing';
import { SIM_ROW } from '../../../sim/cli/sim-row.js';
import type { Child } from '../../../src/cli/host.js';
import { run } from '../../../src/cli/program.js';
import { FakeHost } from '../../cli/fake-host.js';
import { ROOT } from '../../files.js';

/** Runs the command in an empty folder. */
function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'huey-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'sweep.mjs'),
    `import { RACE } from ${JSON.stringify(join(ROOT, 'test/sim/sweep/race.ts'))};
     import { SCENARIOS } from ${JSON.stringify(join(ROOT, 'sim/fixtures/scenarios.ts'))};
     export const [retries] = SCENARIOS;
     export const race = { ...RACE };
     export const both = [race, retries];
     export const number = 1;`,
  );
  const host = new FakeHost(folder);
  return {
    host,
    folder,
    async sim(...args: string[]) {
      host.stdout.text = host.stderr.text = '';
      host.args = ['sim', ...args];
      return run(host, [SIM_ROW]);
    },
  };
}

it('run makes one run, and its trace can be compared and drawn', async () => {
  const { sim, host, folder } = setup();
  expect([
    await sim('run', './sweep.mjs:retries', '--seed', '3', '--trace', 'a.jsonl'),
    host.stderr.text,
  ]).toEqual([0, '']);
  expect(host.stdout.text).toMatch(/^\d+ steps, hash [0-9a-f]{16}, nothing violated\n/);
  await sim('run', './sweep.mjs:retries', '--seed', '3', '--trace', 'b.jsonl');
  await sim('run', './sweep.mjs:retries', '--seed', '4', '--trace', 'c.jsonl');
  expect(await sim('diff', 'a.jsonl', 'b.jsonl')).toBe(0);
  expect(host.stdout.text).toBe('the runs are the same\n');
  expect(await sim('diff', 'a.jsonl', 'c.jsonl')).toBe(1);
  expect(await sim('timeline', 'a.jsonl', '--as', 'html', '--out', 'a.html')).toBe(0);
  expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain('<html');
  expect(await sim('timeline', 'a.jsonl')).toBe(0);
  expect(host.stdout.lines.length).toBeGreaterThan(3);
});

it('names each sweep of a list, in what it prints and in what it takes', async () => {
  const { sim, host } = setup();
  expect(await sim('sweep', './sweep.mjs:both', '--seeds', '20')).toBe(1);
  const [, name, token] = /npx huey sim replay (\S+) (\S+)/.exec(host.stdout.text)!;
  expect(name).toBe('./sweep.mjs:both.0');
  expect(await sim('replay', name!, token!)).toBe(1);
  expect(host.stdout.text).toMatch(/^race with seed/);
  expect(await sim('run', './sweep.mjs:both.1', '--seed', '3')).toBe(0);
  expect(await sim('run', './sweep.mjs:both', '--seed', '3')).toBe(2);
  expect(host.stderr.text).toBe(
    'huey: ./sweep.mjs:both names 2 sweeps; name one of them, the first as ./sweep.mjs:both.0\n',
  );
  for (const nothing of ['both.2', 'number.1', 'neither.0', 'race.0.0'])
    expect(await sim('run', `./sweep.mjs:${nothing}`, '--seed', '3')).toBe(3);
});

it('sweep tells what it found; replay and shrink take what it prints, and traces', async () => {
  const { sim, host, folder } = setup();
  expect(await sim('sweep', './sweep.mjs:retries', '--seeds', '3')).toBe(0);
  expect(host.stdout.text).toMatch(/^retries: seeds 1 to 3 violate nothing/);
  expect(await sim('sweep', './sweep.mjs:both', '--seeds', '3')).toBe(1);
  expect(host.stdout.text).toMatch(/^race with seed \d threw [^]*\nretries: seeds 1 to 3 violate nothing/);
  expect(await sim('sweep', './sweep.mjs:race', '--seeds', '50')).toBe(1);
  const [, name, token] = /npx huey sim replay (.*) (.*)\n/.exec(host.stdout.text)!;
  expect(await sim('replay', name!, token!, '--trace', 'race.jsonl')).toBe(1);
  expect(host.stdout.text).toContain('lost an update');
  expect(await sim('replay', name!, 'race.jsonl')).toBe(1);
  expect(await sim('shrink', name!, 'race.jsonl')).toBe(1);
  expect(host.stdout.text).toContain('2 workers, 2 commands, 1 preemption');
  writeFileSync(join(folder, 'kept.json'), JSON.stringify({ scenario: { preemptions: [], commands: [] } }));
  expect(await sim('replay', name!, 'kept.json')).toBe(0);
  expect(await sim('shrink', name!, 'kept.json')).toBe(0);
  expect(host.stdout.text).toBe('nothing fails: there is nothing to shrink\n');
});

it('replay-recording does again what a consumer did, and tells where it parts', async () => {
  const { sim, host, folder } = setup();
  const huey = new MemoryHuey();
  const price = huey.task('price', (cents: number) => cents * 2);
  const recording = record(huey, { to: join(folder, 'shop.jsonl') });
  await price(7);
  await drain(huey);
  await recording.close();
  const app = (rate: number): string =>
    `import { MemoryHuey } from 'huey-ts'; export const huey = new MemoryHuey(); huey.task('price', (cents) => cents * ${rate});`;
  writeFileSync(join(folder, 'same.mjs'), app(2).replace('huey-ts', join(ROOT, 'src/index.ts')));
  writeFileSync(join(folder, 'other.mjs'), app(3).replace('huey-ts', join(ROOT, 'src/index.ts')));
  expect(await sim('replay-recording', './same.mjs:huey', 'shop.jsonl', '--trace', 'trace.jsonl')).toBe(0);
  expect(host.stdout.text).toBe('the replay goes the way of the recording: 1 task\n');
  expect(await sim('timeline', 'trace.jsonl')).toBe(0);
  expect(await sim('replay-recording', './other.mjs:huey', 'shop.jsonl', '--workers', '2')).toBe(1);
  expect(host.stdout.text).toMatch(
    /^The replay parts from the recording at [^]* result +14\n[^]* result +21\n/,
  );
  expect([await sim('replay-recording', './same.mjs:huey', 'none.jsonl'), host.stderr.text]).toEqual([
    3,
    expect.stringContaining('cannot read none.jsonl'),
  ]);
  expect([await sim('replay-recording', './same.mjs:huey', 'same.mjs'), host.stderr.text]).toEqual([
    3,
    expect.stringContaining('line 1 of the recording'),
  ]);
});

it('shares the seeds among processes', async () => {
  const { sim, host } = setup();
  const started: (string | undefined)[] = [];
  const child = (code: number): Child => ({ ended: Promise.resolve(code), tell: () => {} });
  host.start = (env: Readonly<Record<string, string>>) =>
    child(started.push(env['HUEY_SIM_SHARE']) === 2 ? 1 : 0);
  expect(await sim('sweep', './sweep.mjs:retries', '--seeds', '5', '--jobs', '2')).toBe(1);
  expect(started).toEqual(['1/2', '2/2']);
  host.env['HUEY_SIM_SHARE'] = '2/2';
  expect(await sim('sweep', './sweep.mjs:retries', '--seeds', '5', '--jobs', '2')).toBe(0);
  expect(host.stdout.text).toMatch(/^retries: seeds 3 to 5 /);
});

it.each([
  [['run', './sweep.mjs:number'], 3],
  [['run', './nowhere.mjs'], 3],
  [['run', './sweep.mjs'], 2],
  [['shrink', './sweep.mjs:race'], 2],
  [['replay', './sweep.mjs:race', '{'], 3],
  [['sweep', './sweep.mjs:race', '--invariants', 'luck'], 2],
  [['diff', 'a.jsonl', 'b.jsonl'], 3],
])('%j fails with %i', async (args, code) => {
  expect(await setup().sim(...args)).toBe(code);
});
