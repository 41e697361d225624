// huey result: what a task returned, or how it failed; looking leaves it there.
import { describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { setup as setupApp, writeApp } from '../fake-host.js';

/** The results are made in immediate mode, on the storage of the app. */
async function setup() {
  const app = setupApp({ immediate: true, immediateUseMemory: false });
  const { huey, add } = app;
  const fail = huey.task('fail', { retries: 0 }, () => {
    throw new RangeError('out of stock');
  });
  await add.with({ id: 'sum' })(1, 2);
  await huey.task('note', () => ({ to: 'Ada', at: new Date(0) })).with({ id: 'note' })();
  await fail.with({ id: 'bad' })();
  return app;
}

describe('huey result', () => {
  it('shows a value, and leaves it', async () => {
    const { call } = await setup();
    for (let time = 0; time < 2; time += 1)
      expect(await call('result', './app.js:huey', 'sum')).toEqual({ code: 0, lines: ['3'], failure: '' });
    expect((await call('result', './app.js:huey', 'note')).lines).toEqual([
      "{ to: 'Ada', at: 1970-01-01T00:00:00.000Z }",
    ]);
  });

  it('takes it if told to', async () => {
    const { call } = await setup();
    await call('result', './app.js:huey', 'sum', '--take');
    expect(await call('result', './app.js:huey', 'sum')).toEqual({
      code: 1,
      lines: [],
      failure: 'huey: there is no result of sum: it has not ended, left none, or was read before',
    });
  });

  it('shows how a task failed', async () => {
    const { call } = await setup();
    const { code, lines, failure } = await call('result', './app.js:huey', 'bad');
    expect([code, failure]).toEqual([1, 'huey: task bad failed: RangeError: out of stock']);
    expect(lines[0]).toBe('RangeError: out of stock');
    expect(lines[1]).toMatch(/^ +at /);
  });

  it('writes a document for programs, whatever it is', async () => {
    const { json } = await setup();
    expect(await json('result', './app.js:huey', 'sum')).toEqual({ id: 'sum', status: 'complete', value: 3 });
    expect(await json('result', './app.js:huey', 'nobody')).toEqual({ id: 'nobody', status: 'none' });
    expect(await json('result', './app.js:huey', 'bad')).toMatchObject({
      id: 'bad',
      status: 'failed',
      error: 'RangeError: out of stock',
      traceback: expect.stringContaining('out of stock'),
    });
  });

  it('waits, but not for ever', async () => {
    const { call, clock } = await setup();
    const waiting = call('result', './app.js:huey', 'nobody', '--wait', '2s');
    while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2000);
    expect((await waiting).code).toBe(1);
  });

  it('is refused where this process cannot see it', async () => {
    const { call, folder } = await setup();
    writeApp(folder, 'memory.js', { huey: new MemoryHuey() });
    expect((await call('result', './memory.js:huey', 'sum')).failure).toBe(
      'huey: ./memory.js:huey keeps its tasks in the memory of the process that runs it, so this process cannot see them; use a storage that processes share, such as SqliteHuey',
    );
  });
});
