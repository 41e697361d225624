// huey revoke and huey restore: by id and by name.
import { describe, expect, it } from 'vitest';
import { setup } from '../fake-host.js';

describe('huey revoke', () => {
  it('revokes tasks by their ids', async () => {
    const { call, huey } = setup();
    expect(await call('revoke', './app.js:huey', 'a', 'b')).toEqual({
      code: 0,
      lines: ['revoked a for good', 'revoked b for good'],
      failure: '',
    });
    expect([await huey.isRevokedById('a'), await huey.isRevokedById('b')]).toEqual([true, true]);
  });

  it('revokes every instance of a task', async () => {
    const { call, add } = setup();
    expect((await call('revoke', './app.js:huey', 'add', '--task')).lines).toEqual([
      'revoked every add for good',
    ]);
    expect(await add.isRevoked()).toBe(true);
  });

  it.each([
    ['10m', 600_000],
    ['90', 90_000],
    ['2026-01-01T00:30Z', 1_800_000],
  ])('revokes until %s', async (until, termMs) => {
    const { call, huey, clock } = setup();
    const start = clock.now();
    expect((await call('revoke', './app.js:huey', 'a', '--until', until)).code).toBe(0);
    clock.set(start + termMs - 1);
    expect(await huey.isRevokedById('a')).toBe(true);
    clock.set(start + termMs);
    expect(await huey.isRevokedById('a')).toBe(false);
  });

  it('revokes once', async () => {
    const { call, json, huey } = setup();
    expect((await call('revoke', './app.js:huey', 'a', '--once')).lines).toEqual(['revoked a once']);
    expect(await huey.isRevokedById('a')).toBe(true);
    expect(await json('revoke', './app.js:huey', 'a', '--once')).toEqual([{ id: 'a', once: true }]);
  });

  it.each([
    [['ad', '--task'], 1, 'huey: ./app.js:huey declares no task `ad`; did you mean add?'],
    [['a', '--until', 'tomorrow'], 2, /^huey: expected `until` to be .*got "tomorrow" \(string\)/],
    [['a', '--until', '1m', '--once'], 2, /--until <when>' cannot be used with option '--once'/],
    [[], 2, "huey: missing required argument 'id'; see `huey revoke --help`"],
  ] as const)('refuses %j', async (args, code, failure) => {
    const { call, huey } = setup();
    const outcome = await call('revoke', './app.js:huey', ...args);
    expect(outcome.code).toBe(code);
    expect(outcome.failure).toEqual(typeof failure === 'string' ? failure : expect.stringMatching(failure));
    expect(await huey.data.keys()).toEqual([]);
  });
});

describe('huey restore', () => {
  it('takes revocations back, and tells which were none', async () => {
    const { call, huey, add } = setup();
    await huey.revokeById('a');
    await add.revoke();
    expect(await call('restore', './app.js:huey', 'a', 'b')).toEqual({
      code: 1,
      lines: ['restored a'],
      failure: 'huey: not revoked, so not restored: b',
    });
    expect(await huey.isRevokedById('a')).toBe(false);
    expect((await call('restore', './app.js:huey', 'add', '--task')).lines).toEqual(['restored add']);
    expect(await add.isRevoked()).toBe(false);
  });

  it('writes a document for programs', async () => {
    const { json, huey } = setup();
    await huey.revokeById('a');
    expect(await json('restore', './app.js:huey', 'a', 'b')).toEqual([
      { id: 'a', restored: true },
      { id: 'b', restored: false },
    ]);
  });
});
