import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect as jestExpect } from 'expect';
import { describe, expect, it } from 'vitest';
import { crontab, MemoryHuey } from 'huey-ts';
import {
  assertFired,
  assertIdle,
  assertRetried,
  assertRevoked,
  assertSignals,
  drain,
  type HueyMatchers,
  hueyMatchers,
  type Leak,
  leakCheck,
  observe,
  openHandles,
  type TaskReference,
  withCapture,
  withImmediate,
} from 'huey-ts/testing';
import { ROOT } from '../files.js';
import { manualRuntime } from '../manual-runtime.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> extends HueyMatchers<R> {}
}

expect.extend(hueyMatchers);
jestExpect.extend(hueyMatchers);

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ name: 'shop', runtime });
  const sync = huey.task('sync', { retries: 1, retryDelay: '1m' }, (isOnline: boolean) => {
    if (!isOnline) throw new Error('offline');
    return 'in sync';
  });
  const nightly = huey.periodicTask('nightly', crontab({ hour: '3', minute: '0' }), () => {});
  return { huey, runtime, sync, nightly };
}

/** After a day in which one call failed twice, and one worked. */
async function withDay(body: (world: ReturnType<typeof setup>) => unknown): Promise<void> {
  const world = setup();
  await withCapture(world.huey, async () => {
    await world.sync.with({ id: 'bad' })(false);
    await world.sync.with({ id: 'good' })(true);
    await drain(world.huey, { until: '1 day' });
    await body(world);
  });
}

async function messageOf(assertion: () => unknown): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected the assertion to fail');
}

describe.each([
  ['vitest', expect as (actual: unknown) => HueyMatchers & { readonly not: HueyMatchers }],
  ['jest', jestExpect as (actual: unknown) => HueyMatchers & { readonly not: HueyMatchers }],
])('the matchers of %s', (_, expectThat) => {
  it('hold', () =>
    withDay(async ({ huey, sync, nightly }) => {
      await expectThat(huey).toHaveEnqueued(sync, { args: [true], times: 1 });
      await expectThat(huey).not.toHaveEnqueued(sync, { args: [true], times: 2 });
      expectThat({ id: 'good' }).toHaveSignals(['enqueued', 'executing', 'complete']);
      expectThat({ id: 'bad' }).toHaveRetried();
      expectThat(sync).toHaveRetried(1);
      expectThat({ id: 'good' }).not.toHaveRetried();
      expectThat(nightly).toHaveFired();
      expectThat(nightly).toHaveFired({ at: ['2026-01-01T03:00Z'] });
      expectThat(nightly).not.toHaveFired(2);
      await expectThat(huey).toBeIdle();
      await expectThat(sync).not.toBeRevoked();
      await sync.revoke();
      await expectThat(sync).toBeRevoked();
      const handle = await sync(true);
      await handle.revoke();
      await expectThat(handle).toBeRevoked();
      await expectThat(huey).not.toBeIdle();
    }));

  it('fail, and say why', () =>
    withDay(async ({ huey, sync, nightly }) => {
      const failures = [
        await messageOf(() => expectThat(huey).toHaveEnqueued(sync, { args: [false], times: 2 })),
        await messageOf(() => expectThat(huey).not.toHaveEnqueued(sync, { args: [false] })),
        await messageOf(() => expectThat({ id: 'bad' }).toHaveSignals(['enqueued', 'executing', 'complete'])),
        await messageOf(() => expectThat({ id: 'none' }).toHaveSignals(['enqueued'])),
        await messageOf(() =>
          expectThat({ id: 'good' }).not.toHaveSignals(['enqueued', 'executing', 'complete']),
        ),
        await messageOf(() => expectThat(sync).toHaveRetried(2)),
        await messageOf(() => expectThat(sync).not.toHaveRetried()),
        await messageOf(() => expectThat(nightly).toHaveFired(2)),
        await messageOf(() => expectThat(nightly).toHaveFired({ at: ['2026-01-01T04:00Z'] })),
        await messageOf(() => expectThat(sync).toBeRevoked()),
        await messageOf(() => expectThat(huey).not.toBeIdle()),
      ];
      await sync.with({ id: 'waits' })(true);
      failures.push(await messageOf(() => expectThat(huey).toBeIdle()));
      expect(`\n${failures.join('\n\n')}\n`).toBe(`
expected \`sync\` to be enqueued 2 times, with
    args      [false]
  got 1 that matches:

    1. sync bad, has ended, attempt 2, enqueued at 2026-01-01T00:00:00.000Z (1d ago)
         args      [false]

  and 1 that does not:

    1. sync good, has ended, enqueued at 2026-01-01T00:00:00.000Z (1d ago)
         args[0]  expected  false
                       got  true

  enqueued besides: nightly

expected \`sync\` never to be enqueued, with
    args      [false]
  got 1 that matches:

    1. sync bad, has ended, attempt 2, enqueued at 2026-01-01T00:00:00.000Z (1d ago)
         args      [false]

expected the task bad to have the signals
    enqueued, executing, complete
  got
    enqueued, executing, error, retrying, scheduled, enqueued, executing, error
  they part at the 3rd: expected complete, got error
  it failed with Error: offline

expected the task none to have the signals
    enqueued
  got none: nothing is known of it since the journal is kept

expected the task good not to have the signals
    enqueued, executing, complete

expected \`sync\` to be retried 2 times, got once
  its signals: enqueued, enqueued, executing, error, retrying, scheduled, executing, complete, enqueued, executing, error
  it failed with Error: offline

expected \`sync\` not to be retried, got once
  its signals: enqueued, enqueued, executing, error, retrying, scheduled, executing, complete, enqueued, executing, error
  it failed with Error: offline

expected \`nightly\` to have fired 2 times
  got once, at 2026-01-01T03:00:00.000Z

expected \`nightly\` to have fired once, at 2026-01-01T04:00:00.000Z
  got once, at 2026-01-01T03:00:00.000Z

expected \`sync\` to be revoked, but it is not

expected the Huey shop not to be idle, but nothing of it waits or runs

expected the Huey shop to be idle, but 1 of its tasks waits or runs
    sync waits, in the queue
`);
    }));
});

describe('the functions', () => {
  it('hold and fail as the matchers do', () =>
    withDay(async ({ huey, sync, nightly }) => {
      assertSignals({ id: 'good' }, ['enqueued', 'executing', 'complete']);
      assertRetried(sync, 1);
      assertFired(nightly, { times: 1 });
      await assertIdle(huey);
      expect(await messageOf(() => assertSignals(nightly, []))).toContain('got enqueued');
      expect(await messageOf(() => assertRetried(nightly))).toContain('`nightly` to be retried, got never');
      expect(await messageOf(() => assertFired(nightly, { times: 0 }))).toContain('to have fired never');
      expect(await messageOf(() => assertRevoked(sync))).toBe('expected `sync` to be revoked, but it is not');
      await sync(true);
      expect(await messageOf(() => assertIdle(huey))).toContain('but 1 of its tasks waits or runs');
      expect(await messageOf(() => assertSignals(sync, ['done' as never]))).toContain(
        'names of signals: enqueued',
      );
      expect(await messageOf(() => assertRevoked({ id: 'x' } as never))).toContain('the handle of one');
    }));

  it('need a journal, which observe keeps of a consumer too', async () => {
    const { huey, runtime, nightly } = setup();
    expect(await messageOf(() => assertFired(nightly))).toContain('or call observe(huey) at its start');
    using observed = observe(huey);
    await using consumer = huey.createConsumer();
    await consumer.start();
    await runtime.clock.advance(4 * 60 * 60 * 1000);
    assertFired(nightly, { at: ['2026-01-01T03:00Z'] });
    expect(observed.signals(nightly)).toEqual(['enqueued', 'executing', 'complete']);
    expect(observed.events()).toHaveLength(3);
  });

  it('serve node:test, in a process without vitest', async () => {
    const file = join(ROOT, 'test/testing/with-node-test.ts');
    const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
    const node = promisify(execFile);
    const { stdout } = await node(process.execPath, ['--import', 'tsx', '--test-reporter=tap', file], {
      cwd: ROOT,
      env,
    });
    expect(stdout).toContain('# pass 4\n# fail 0');
  }, 60_000);
});

describe('toHaveFired', () => {
  it('counts by the minute in a night in which the clocks change', async () => {
    const timeZone = 'America/New_York';
    const night = async (start: string, body: (backup: TaskReference, probe: TaskReference) => unknown) => {
      const huey = new MemoryHuey({ runtime: manualRuntime(Date.parse(start)) });
      const backup = huey.periodicTask(
        'backup',
        crontab({ hour: '1,2', minute: '30' }, { timeZone }),
        () => {},
      );
      const probe = huey.periodicTask('probe', crontab({ minute: '30' }, { timeZone }), () => {});
      await withCapture(huey, async () => {
        await drain(huey, { until: '3h59m' });
        await body(backup, probe);
      });
    };
    // Forward: there is no 02:30; the backup of that hour runs in the first minute after the gap.
    await night('2026-03-08T00:00-05:00', (backup, probe) => {
      expect(backup).toHaveFired({ at: ['2026-03-08T01:30-05:00', '2026-03-08T03:00-04:00'] });
      expect(probe).toHaveFired(4);
    });
    // Back: 01:30 comes twice; the backup takes the first.
    await night('2026-11-01T00:00-04:00', async (backup, probe) => {
      expect(backup).toHaveFired({ at: ['2026-11-01T01:30-04:00', '2026-11-01T02:30-05:00'] });
      expect(probe).toHaveFired(4);
      expect(await messageOf(() => expect(backup).toHaveFired({ at: ['2026-11-01T01:30-05:00'] }))).toBe(
        `expected \`backup\` to have fired once, at 2026-11-01T06:30:00.000Z
  got 2 times, at 2026-11-01T05:30:00.000Z, 2026-11-01T07:30:00.000Z`,
      );
    });
  });
});

describe('leakCheck', () => {
  it('finds nothing where nothing is left', async () => {
    const { huey, sync } = setup();
    await withImmediate(huey, async () => {
      await (await sync(true)).get();
      await leakCheck(huey, { handlesBefore: openHandles() });
    });
  });

  it('lists what is left, by kind, and how to be rid of it', async () => {
    const { huey, sync } = setup();
    const before = openHandles();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const consumer = huey.createConsumer({ workers: 1 });
    await sync.with({ id: 's1' })(false);
    await drain(huey);
    await sync.with({ id: 's2' })(true);
    await huey.lockTask('reports').acquire();
    const message = await messageOf(() => leakCheck(huey, { handlesBefore: before }));
    expect(`\n${message}\n`).toBe(`
expected nothing to be left, got
  pending    sync s2: drain the queue, or flush it
  scheduled  sync s1: drain the queue with \`scheduled: true\`, or flush the schedule
  locks      reports: release them
  results    s1: read them with result.get(), or declare the Huey with \`results: false\`
  handles    TCPServerWrap: close them
  or allow them: leakCheck(huey, { allow: ['pending', 'scheduled', 'locks', 'results', 'handles'] })
`);
    const allow: readonly Leak[] = ['pending', 'scheduled', 'locks', 'results', 'handles'];
    await leakCheck(huey, { handlesBefore: before, allow });
    await consumer.start();
    expect(await messageOf(() => leakCheck(huey, { allow }))).toMatch(/consumers {2}lease-\d+: stop them/);
    await consumer.stop();
    await new Promise((resolve) => server.close(resolve));
    await leakCheck(huey, { handlesBefore: before, allow: ['pending', 'scheduled', 'locks', 'results'] });
    expect(await messageOf(() => leakCheck(huey, { allow: ['lock' as never] }))).toContain(
      'expected `allow`',
    );
  });
});
