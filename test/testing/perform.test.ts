import assert from 'node:assert/strict';
import { expect as jestExpect } from 'expect';
import { describe, expect, it } from 'vitest';
import { BlackHoleHuey, CancelExecution, MemoryHuey, RetryTask } from 'huey-ts';
import { assertEnqueued, crashAttempts, enqueued, perform } from 'huey-ts/testing';
import { manualRuntime, START } from '../manual-runtime.js';

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ runtime });
  const download = huey.task(
    'download',
    { context: true, retries: 3, retryDelay: '10s', retryBackoff: 2 },
    (ctx, url: string) => {
      if (url === '') throw new RangeError(`attempt ${ctx.attempt}, ${ctx.retries} left`);
      return { url };
    },
  );
  return { huey, runtime, download };
}

describe('perform', () => {
  it('runs the body once, with everything around it, and tells what came of it', async () => {
    const { huey, download } = setup();
    const hooked: string[] = [];
    huey.preExecute((task) => void hooked.push(`before ${task.name}`));
    huey.postExecute((task) => void hooked.push(`after ${task.name}`));
    const run = await perform(download, ['http://example.org/']);
    expect(run).toMatchObject({
      outcome: 'returned',
      value: { url: 'http://example.org/' },
      error: undefined,
      retryAt: undefined,
      signals: ['executing', 'complete'],
      logs: [],
      task: { name: 'download', attempt: 0, retries: 3 },
    });
    expect(hooked).toEqual(['before download', 'after download']);
    expect(await huey.storage.keys(START)).toEqual([]);
  });

  it.each([
    [0, 'attempt 0, 3 left', 10],
    [1, 'attempt 1, 2 left', 20],
    [2, 'attempt 2, 1 left', 40],
    [3, 'attempt 3, 0 left', undefined],
  ])('runs attempt %i as after so many failures', async (attempt, message, seconds) => {
    const { download } = setup();
    const run = await perform(download, [''], { attempt });
    expect(run).toMatchObject({ outcome: 'raised', error: new RangeError(message) });
    expect(run.retryAt?.getTime()).toBe(seconds === undefined ? undefined : START + seconds * 1000);
  });

  it('leaves what follows for the test to look at', async () => {
    const { huey, download } = setup();
    await perform(download, [''], { id: 'd1' });
    await assertEnqueued(huey, download, { id: 'd1', attempt: 1, retries: 2, in: '10s', state: 'scheduled' });
  });

  it('tells every way to end from the others', async () => {
    const { huey, runtime } = setup();
    const patient = huey.task('patient', () => {
      throw new RetryTask('not yet', { delay: '5m' });
    });
    const given = huey.task('given-up', () => {
      throw new CancelExecution();
    });
    const locked = huey.task('locked', { lock: 'l' }, () => {});
    const slow = huey.task('slow', { context: true, timeout: '1m' }, (ctx) => ctx.sleep('2m'));
    const late = huey.task('late', { expires: { at: START - 1 } }, () => {});
    const revoked = huey.task('revoked', () => {});
    await revoked.revoke();
    await huey.lockTask('l').acquire();
    const outcomes = [];
    for (const task of [patient, given, locked, slow, late, revoked]) {
      const { outcome, signals, retryAt } = await perform(task, []);
      outcomes.push([outcome, signals.at(-1), retryAt?.getTime()]);
    }
    expect(outcomes).toEqual([
      ['retry-asked', 'scheduled', START + 300_000],
      ['canceled', 'canceled', undefined],
      ['locked', 'locked', undefined],
      ['timed-out', 'timeout', undefined],
      ['expired', 'expired', undefined],
      ['revoked', 'revoked', undefined],
    ]);
    expect(runtime.clock.timers).toBe(0);
  });

  it('refuses what cannot travel, and copies what can', async () => {
    const { huey } = setup();
    const sort = huey.task('sort', (list: unknown[]) => list.reverse());
    await expect(perform(sort, [[() => 1]])).rejects.toThrow('`args[0][0]` cannot travel');
    const list = [1, 2];
    expect((await perform(sort, [list])).value).toEqual([2, 1]);
    expect(list).toEqual([1, 2]);
  });

  it.each([
    ['node:assert', () => assert.equal(1, 2)],
    ['vitest', () => expect(1).toBe(2)],
    ['jest', () => jestExpect(1).toBe(2)],
  ])('lets an assertion error of %s surface, and nothing follow from it', async (_, body) => {
    const { huey } = setup();
    const check = huey.task('check', { lock: 'l', retries: 3 }, body);
    await expect(perform(check, [])).rejects.toThrow(/Expected|expected/);
    expect(await enqueued(huey)).toEqual([]);
    expect(await huey.lockTask('l').isLocked()).toBe(false);
  });

  it('collects what the engine logs', async () => {
    const { huey, runtime, download } = setup();
    huey.signal('complete', () => {
      throw new Error('deaf');
    });
    const { logs } = await perform(download, ['u']);
    expect(logs).toMatchObject([
      { level: 'error', message: 'signal handler failed', fields: { task: 'download' } },
    ]);
    expect(runtime.logs).toHaveLength(1);
  });

  it('sees a worker die', async () => {
    const { huey, download } = setup();
    using _fault = crashAttempts(download);
    const run = await perform(download, ['u'], { id: 'd1' });
    expect(run).toMatchObject({ outcome: 'crashed', signals: ['executing'], retryAt: undefined });
    expect((await huey.storage.held(START)).map(({ item }) => item.id)).toEqual(['d1']);
  });

  it('works in immediate mode, where the retry waits all the same', async () => {
    const { huey, download } = setup();
    huey.immediate = true;
    expect((await perform(download, [''])).outcome).toBe('raised');
    expect(await enqueued(huey)).toHaveLength(1);
  });

  it('says what it cannot do', async () => {
    const hole = new BlackHoleHuey();
    const work = hole.task('work', () => 1);
    await expect(perform(work, [])).rejects.toThrow('a Huey on a storage that keeps what it is given');
    await expect(perform(() => 1, [])).rejects.toThrow('expected `task` to be a declared task');
    const { download } = setup();
    await expect(perform(download, 'u' as never)).rejects.toThrow('write perform(task, [first, second])');
  });
});
