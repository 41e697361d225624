// huey inspect: a queue at a glance.
import { describe, expect, it } from 'vitest';
import { crontab } from 'huey-ts';
import { setup as setupApp } from '../fake-host.js';

async function setup() {
  const app = setupApp();
  const { huey, add, bury, storage, clock } = app;
  huey.periodicTask('nightly', crontab({ minute: '0', hour: '3' }), () => {});
  await bury('dead', 'its worker died');
  await add.with({ id: 'r' })(1, 2);
  await storage.turn({ settled: [], take: 1, lease: 'worker', now: clock.now() });
  await add(3, 4);
  await huey.revokeById('somebody');
  await huey.data.put('cursor', 1);
  await storage.acquire({ name: 'backup', owner: 'x', places: 1, now: clock.now() });
  return app;
}

describe('huey inspect', () => {
  it('draws it for people', async () => {
    const { call } = await setup();
    expect((await call('inspect', './app.js:huey')).lines).toEqual([
      'shop on SharedMemory (./app.js:huey)',
      '',
      'WHAT        COUNT',
      'pending     1',
      'scheduled   0',
      'running     1',
      'dead        1      see huey dead list',
      'results     1',
      'revoked     1',
      'locks held  1      backup',
      '',
      'RUNNING  TASK  DELIVERIES  ARGUMENTS',
      'r        add   1           1, 2',
      '',
      'TASK     SCHEDULE                             NEXT',
      'add',
      "nightly  crontab({ minute: '0', hour: '3' })  2026-01-01 03:00:00Z  in 3h",
    ]);
  });

  it('writes it for programs', async () => {
    const { json } = await setup();
    expect(await json('inspect', './app.js:huey')).toMatchObject({
      name: 'shop',
      storage: 'SharedMemory',
      pending: 1,
      scheduled: 0,
      dead: 1,
      results: 1,
      revoked: 1,
      locks: ['backup'],
      running: [{ id: 'r', task: 'add', deliveries: 1 }],
      tasks: [{ name: 'add' }, { name: 'nightly', next: '2026-01-01T03:00:00.000Z' }],
    });
  });
});
