// huey flush and huey flush-locks: what is destroyed only after somebody has said yes.
import { describe, expect, it } from 'vitest';
import { setup as setupApp } from '../fake-host.js';

async function setup() {
  const app = setupApp();
  const { huey, add, storage } = app;
  await add.with({ id: 'a' })(1, 2);
  await add.with({ id: 'b' })(1, 2);
  await huey.data.put('k', 1);
  const counts = async () => [
    await storage.pendingCount(),
    await storage.scheduledCount(),
    (await huey.data.keys()).length,
  ];
  return { ...app, counts };
}

describe('huey flush', () => {
  it('empties a part', async () => {
    const { call, counts } = await setup();
    expect(await call('flush', './app.js:huey', 'queue', '--yes')).toEqual({
      code: 0,
      lines: ['flushed queue: 2 waiting tasks'],
      failure: '',
    });
    expect(await counts()).toEqual([0, 0, 1]);
  });

  it('empties everything', async () => {
    const { call, counts } = await setup();
    expect((await call('flush', './app.js:huey', 'everything', '-y')).lines).toEqual([
      'flushed everything: 2 waiting tasks, 0 scheduled tasks, 1 stored value, 0 rate limits, 0 dead letters, and 0 tasks in flight',
    ]);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('asks first', async () => {
    const { host, call, counts } = await setup();
    host.answer = 'n';
    expect(await call('flush', './app.js:huey', 'queue')).toMatchObject({
      code: 1,
      failure: 'huey: nothing was changed',
    });
    expect(await counts()).toEqual([2, 0, 1]);
    host.answer = 'Yes';
    expect((await call('flush', './app.js:huey', 'queue')).code).toBe(0);
    expect(await counts()).toEqual([0, 0, 1]);
    expect(host.questions[0]).toBe('Empty the queue of shop: 2 waiting tasks? [y/N] ');
  });

  it('does nothing where there is nobody to ask', async () => {
    const { call, counts } = await setup();
    expect(await call('flush', './app.js:huey', 'queue')).toMatchObject({
      code: 2,
      failure: 'huey: there is no terminal to ask at; say --yes to go ahead without being asked',
    });
    expect(await counts()).toEqual([2, 0, 1]);
  });

  it('refuses a part that there is not', async () => {
    const { call } = await setup();
    expect((await call('flush', './app.js:huey', 'all', '-y')).failure).toBe(
      "huey: expected <part> to be one of queue, schedule, results, counters, dead, everything, got 'all'; see `huey flush --help`",
    );
  });

  it('writes a document for programs', async () => {
    const { json } = await setup();
    expect(await json('flush', './app.js:huey', 'queue', '-y')).toEqual({ flushed: 'queue' });
  });
});

describe('huey flush-locks', () => {
  async function locked() {
    const app = setupApp();
    app.huey.task('nightly', { lock: 'backup' }, () => {});
    for (const name of ['backup', 'reports', 'other'])
      await app.storage.acquire({ name, owner: 'crashed', places: 1, now: app.clock.now() });
    return app;
  }

  it.each([
    [[], ['freed backup'], ['other', 'reports']],
    [['reports'], ['freed backup', 'freed reports'], ['other']],
    [['--all'], ['freed backup', 'freed other', 'freed reports'], []],
  ] as const)('with %j frees those that are meant', async (args, lines, left) => {
    const { call, storage, clock } = await locked();
    expect(await call('flush-locks', './app.js:huey', ...args, '-y')).toEqual({
      code: 0,
      lines,
      failure: '',
    });
    expect(await storage.locks(clock.now())).toEqual(left);
  });

  it('asks first, unless there is nothing to free', async () => {
    const { host, call, storage, clock } = await locked();
    host.answer = '';
    expect((await call('flush-locks', './app.js:huey')).code).toBe(1);
    expect(host.questions).toEqual(['Free backup, though somebody holds it? [y/N] ']);
    await storage.flushLocks(['backup'], clock.now());
    expect((await call('flush-locks', './app.js:huey')).lines).toEqual(['none of them is held']);
    expect(host.questions).toHaveLength(1);
  });
});
