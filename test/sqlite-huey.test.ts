// A consumer on a SQLite file, and producers in the same process and in another.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chord, group } from 'huey-ts';
import { SqliteHuey } from 'huey-ts/sqlite';
import { ROOT } from './files.js';
import { temporaryFolder } from './storage/temporary-folder.js';

const PATIENCE_MS = 60_000;
const SOON = { blocking: true, timeout: '30s' } as const;

/** A Huey with its tasks on a file, and a consumer of it that runs until the test has finished. */
async function setup() {
  const filename = join(temporaryFolder(), 'queue.db');
  const make = () => {
    const huey = new SqliteHuey({ filename, fsync: 'off', storeIntermediateErrors: false });
    onTestFinished(async () => huey.close());
    const failures: string[] = [];
    const tasks = {
      add: huey.task('add', async (a: number, b: number) => a + b),
      sum: huey.task('sum', async (values: number[]) => values.reduce((a, b) => a + b, 0)),
      flaky: huey.task('flaky', { retries: 2, context: true }, async (ctx) => {
        failures.push(`${ctx.retries}`);
        if (ctx.retries > 0) throw new Error('not yet');
        return 'at last';
      }),
      locked: huey.task('locked', { lock: 'door', retries: 50, retryDelay: '20ms' }, async () =>
        huey.lockTask('door').isLocked(),
      ),
    };
    return { huey, failures, ...tasks };
  };
  const consuming = make();
  const consumer = consuming.huey.createConsumer({
    workers: 3,
    maxDelay: '50ms',
  });
  onTestFinished(async () => consumer.stop());
  await consumer.start();
  return { filename, consuming, producing: make() };
}

describe('a consumer on a SQLite file', { timeout: PATIENCE_MS }, () => {
  it('runs what another handle enqueues: tasks, pipelines, groups, chords', async () => {
    const { producing } = await setup();
    const { huey, add, sum } = producing;
    expect(await (await add(1, 2)).get(SOON)).toBe(3);
    const pipeline = await huey.enqueue(add.s(1, 2).pipe(add, 3).pipe(add, 4));
    expect(await pipeline.get(SOON)).toEqual([3, 6, 10]);
    const members = await huey.enqueue(group([add.s(1, 1), add.s(2, 2)]));
    expect(await members.get(SOON)).toEqual([2, 4]);
    const total = await huey.enqueue(chord([add.s(1, 1), add.s(2, 2), add.s(3, 3)], sum));
    expect(await total.get(SOON)).toBe(12);
    expect(await huey.pendingCount()).toBe(0);
  });

  it('retries, schedules, locks and revokes', async () => {
    const { consuming, producing } = await setup();
    const { huey, flaky, locked, add } = producing;
    expect(await (await flaky()).get(SOON)).toBe('at last');
    expect(consuming.failures).toEqual(['2', '1', '0']);
    const later = await add.schedule([2, 2], { delay: '50ms' });
    const revoked = await add.schedule([3, 3], { delay: '50ms' });
    await revoked.revoke();
    expect(await later.get(SOON)).toBe(4);
    const both = await locked.map([[], []]);
    expect(await both.get(SOON)).toEqual([true, true]);
    expect(await huey.lockTask('door').isLocked()).toBe(false);
    expect(await revoked.get()).toBeUndefined();
  });

  it('runs what another process enqueues', async () => {
    const { filename, consuming } = await setup();
    const script = `import { SqliteHuey } from 'huey-ts/sqlite';
      const huey = new SqliteHuey({ filename: process.argv[1], fsync: 'full' });
      const add = huey.task('add', () => 0);
      const results = await add.map([[1, 1], [2, 2], [3, 3]]);
      console.log(JSON.stringify(await results.get({ blocking: true, timeout: '30s' })));
      await huey.close();`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script, filename],
      { cwd: ROOT },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    let told = '';
    child.stdout.on('data', (text: Buffer) => (told += text.toString()));
    child.stderr.on('data', (text: Buffer) => (told += text.toString()));
    await once(child, 'close');
    expect(told.trim()).toBe('[2,4,6]');
    expect(await consuming.huey.pendingCount()).toBe(0);
  });
});
