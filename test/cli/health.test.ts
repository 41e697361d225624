// What probes are told.
import { describe, expect, it } from 'vitest';
import { answer, type HealthSubject } from '../../src/cli/health.js';
import { ManualClock } from '../manual-runtime.js';

function setup(change: Partial<HealthSubject> = {}) {
  const clock = new ManualClock(0);
  const subject: HealthSubject = { isWorking: true, details: { queue: 'shop' }, ping: () => 0, ...change };
  return { clock, ask: (path: string) => answer(path, subject, clock) };
}

describe('health', () => {
  it('is ready if it works and the storage answers', async () => {
    const { ask, clock } = setup();
    expect(await ask('/ready?x=1')).toEqual({ status: 200, body: { status: 'ready', queue: 'shop' } });
    expect(clock.timers).toBe(0);
  });

  it.each<[string, Partial<HealthSubject>]>([
    ['the consumer is starting or stopping', { isWorking: false }],
    ['the storage fails: ECONNREFUSED', { ping: () => Promise.reject(new Error('ECONNREFUSED')) }],
    [
      'the storage fails: closed',
      {
        ping: () => {
          throw new Error('closed');
        },
      },
    ],
  ])('is not ready because %s, but alive', async (reason, change) => {
    const { ask, clock } = setup(change);
    expect(await ask('/ready')).toEqual({
      status: 503,
      body: { status: 'not ready', reason, queue: 'shop' },
    });
    expect(await ask('/live')).toEqual({ status: 200, body: { status: 'live', queue: 'shop' } });
    expect(clock.timers).toBe(0);
  });

  it('is not ready if the storage does not answer in time', async () => {
    const { ask, clock } = setup({ ping: () => new Promise(() => {}) });
    const asked = ask('/ready');
    await clock.advance(2000);
    expect(await asked).toMatchObject({
      status: 503,
      body: { reason: 'the storage has not answered within 2s' },
    });
  });

  it('knows no other question', async () => {
    const { ask } = setup();
    expect((await ask('/')).status).toBe(404);
  });
});
