// huey pending and huey scheduled: what waits, for people and for programs.
import { describe, expect, it } from 'vitest';
import { setup } from '../fake-host.js';

describe('huey pending', () => {
  it('lists the queue in its order', async () => {
    const { add, call, clock } = setup();
    await add.with({ id: 'a' })(1, 2);
    clock.set(clock.now() + 90_000);
    await add.with({ id: 'b', priority: 7 })(3, 4);
    const { code, lines } = await call('pending', './app.js:huey');
    expect(code).toBe(0);
    expect(lines).toEqual([
      'ID  TASK  PRIORITY  ENQUEUED    ARGUMENTS',
      'b   add   7         now         3, 4',
      'a   add             1m 30s ago  1, 2',
    ]);
  });

  it('leaves out a column that says nothing', async () => {
    const { add, call } = setup();
    await add.with({ id: 'a' })(1, 2);
    expect((await call('pending', './app.js:huey')).lines[0]).toBe('ID  TASK  ENQUEUED  ARGUMENTS');
  });

  it('says that there is nothing', async () => {
    const { call } = setup();
    expect((await call('pending', './app.js:huey')).lines).toEqual(['the queue is empty']);
  });

  it('says how many it left out', async () => {
    const { add, call } = setup();
    for (const id of ['a', 'b', 'c']) await add.with({ id })(1, 2);
    expect((await call('pending', './app.js:huey', '--limit', '2')).lines.slice(3)).toEqual([
      '… and 1 more (--limit 3 shows all)',
    ]);
  });

  it('writes records for programs', async () => {
    const { add, json, huey } = setup();
    const mail = huey.task('mail', { retries: 2 }, ({ at }: { readonly at: Date }) => at.getTime());
    await mail.with({ id: 'm', priority: 3 })({ at: new Date(0) });
    await add.with({ id: 'a' })(1, 2);
    add.unregister();
    const enqueuedAt = '2026-01-01T00:00:00.000Z';
    expect(await json('pending', './app.js:huey')).toEqual([
      {
        id: 'm',
        task: 'mail',
        priority: 3,
        enqueuedAt,
        args: [{ at: { $: 'Date', v: '1970-01-01T00:00:00.000Z' } }],
        retries: 2,
        attempt: 0,
        declared: true,
      },
      {
        id: 'a',
        task: 'add',
        priority: 0,
        enqueuedAt,
        args: [1, 2],
        retries: 0,
        attempt: 0,
        declared: false,
      },
    ]);
    expect(await json('pending', './app.js:huey', '--limit', '1')).toHaveLength(1);
  });

  it('lists what it cannot read', async () => {
    const { add, call, json, storage } = setup();
    await add.with({ id: 'a' })(1, 2);
    const item = { id: 'x', task: 'add', priority: 0, enqueuedAt: 0, data: 'damaged' };
    await storage.turn({ settled: [{ effects: [{ kind: 'enqueue', item }] }], take: 0, lease: '', now: 0 });
    expect((await call('pending', './app.js:huey')).lines[2]).toMatch(/^x {3}add .*\(unreadable\)$/);
    expect(await json('pending', './app.js:huey')).toMatchObject([
      { id: 'a' },
      { id: 'x', unreadable: true },
    ]);
  });

  it('lets go of the storage, whatever happens', async () => {
    const { call, storage } = setup();
    await call('pending', './app.js:huey');
    expect(storage.closed).toBe(1);
    storage.pending = () => {
      throw new Error('connection refused');
    };
    expect(await call('pending', './app.js:huey')).toEqual({
      code: 1,
      lines: [],
      failure: 'huey: connection refused',
    });
    expect(storage.closed).toBe(2);
  });
});

describe('huey scheduled', () => {
  it('lists what waits for its time, the first that is due first', async () => {
    const { call, json, storage } = setup();
    const item = (id: string) => ({ id, task: 'add', priority: 0, enqueuedAt: 0, data: 'damaged' });
    const effects = [
      { kind: 'schedule', item: item('late'), dueAt: Date.UTC(2026, 0, 3) },
      { kind: 'schedule', item: item('soon'), dueAt: Date.UTC(2026, 0, 1, 0, 4, 10) },
    ] as const;
    await storage.turn({ settled: [{ effects }], take: 0, lease: '', now: 0 });
    expect((await call('scheduled', './app.js:huey')).lines).toEqual([
      'ID    TASK  DUE        AT                    ARGUMENTS',
      'soon  add   in 4m 10s  2026-01-01 00:04:10Z  (unreadable)',
      'late  add   in 2d      2026-01-03 00:00:00Z  (unreadable)',
    ]);
    expect((await call('scheduled', './app.js:huey', '--limit', '1')).lines.at(-1)).toBe(
      '… and 1 more (--limit 2 shows all)',
    );
    expect(await json('scheduled', './app.js:huey')).toMatchObject([
      { id: 'soon', dueAt: '2026-01-01T00:04:10.000Z' },
      { id: 'late', dueAt: '2026-01-03T00:00:00.000Z' },
    ]);
  });

  it('says that there is nothing', async () => {
    const { call } = setup();
    expect((await call('scheduled', './app.js:huey')).lines).toEqual(['nothing is scheduled']);
  });
});
