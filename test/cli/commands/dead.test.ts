// huey dead: listing, retrying and discarding what was given up.
import { describe, expect, it } from 'vitest';
import { setup as setupApp } from '../fake-host.js';

async function setup() {
  const app = setupApp();
  await app.bury('a', 'its worker died');
  app.clock.set(app.clock.now() + 3600_000);
  await app.bury('b', 'no task is registered as "add"');
  const left = async () => (await app.huey.deadLetters.list()).map(({ id }) => id);
  return { ...app, left };
}

describe('huey dead', () => {
  it('lists them with their reasons', async () => {
    const { call } = await setup();
    expect((await call('dead', 'list', './app.js:huey')).lines).toEqual([
      'ID  TASK  GIVEN UP  REASON',
      'a   add   1h ago    its worker died',
      'b   add   now       no task is registered as "add"',
    ]);
    expect((await call('dead', 'list', './app.js:huey', '--limit', '1')).lines.at(-1)).toBe(
      '… and 1 more (--limit 2 shows all)',
    );
  });

  it('lists them for programs', async () => {
    const { json } = await setup();
    expect(await json('dead', 'list', './app.js:huey')).toMatchObject([
      { id: 'a', task: 'add', args: [1, 2], reason: 'its worker died', diedAt: '2026-01-01T00:00:00.000Z' },
      { id: 'b' },
    ]);
  });

  it('retries those that are named', async () => {
    const { call, left, huey } = await setup();
    expect(await call('dead', 'retry', './app.js:huey', 'b')).toEqual({
      code: 0,
      lines: ['retried 1 task'],
      failure: '',
    });
    expect([await left(), (await huey.pending()).map(({ id }) => id)]).toEqual([['a'], ['b']]);
  });

  it('retries all', async () => {
    const { json, left, huey } = await setup();
    expect(await json('dead', 'retry', './app.js:huey', '--all')).toEqual({ retried: ['a', 'b'] });
    expect([await left(), await huey.pendingCount()]).toEqual([[], 2]);
  });

  it('tells which ids are strangers', async () => {
    const { call, left } = await setup();
    expect(await call('dead', 'discard', './app.js:huey', 'a', 'x', '-y')).toEqual({
      code: 1,
      lines: ['discarded 1 task'],
      failure: 'huey: no dead letter has the id x; see `huey dead list`',
    });
    expect(await left()).toEqual(['b']);
  });

  it('discards only what somebody has agreed to', async () => {
    const { host, call, left } = await setup();
    expect((await call('dead', 'discard', './app.js:huey', '--all')).code).toBe(2);
    host.answer = 'y';
    expect((await call('dead', 'discard', './app.js:huey', '--all')).code).toBe(0);
    expect(host.questions.at(-1)).toBe('Discard 2 tasks for good? [y/N] ');
    expect(await left()).toEqual([]);
    expect((await call('dead', 'list', './app.js:huey')).lines).toEqual(['there are no dead letters']);
  });

  it.each([[[]], [['a', '--all']]])('refuses to guess what is meant by %j', async (args) => {
    const { call, left } = await setup();
    expect(await call('dead', 'retry', './app.js:huey', ...args)).toMatchObject({
      code: 2,
      failure: 'huey: name the ids of dead letters to retry, or say --all',
    });
    expect(await left()).toEqual(['a', 'b']);
  });

  it('shows on a terminal how far it has come', async () => {
    const { host, call, clock, storage } = await setup();
    host.stderr.isTTY = true;
    const resolveDead = storage.resolveDead.bind(storage);
    storage.resolveDead = (...args) => {
      clock.set(clock.now() + 200);
      return resolveDead(...args);
    };
    await call('dead', 'retry', './app.js:huey', '--all');
    expect(host.stderr.text).toBe('\rretried 1 of 2\rretried 2 of 2\r\u001B[K');
  });
});
