// The program as a whole: help, and the refusals of the command line.
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { EXIT } from '../../src/cli/failure.js';
import { run } from '../../src/cli/program.js';
import { StorageError } from 'huey-ts';
import { FakeHost, setup } from './fake-host.js';

async function call(...args: readonly string[]) {
  const host = new FakeHost('/');
  host.args = args;
  const code = await run(host);
  return { code, out: host.stdout.text, err: host.stderr.text };
}

describe('huey', () => {
  it('shows its help, which lists every command', async () => {
    const { code, out } = await call('--help');
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS) expect(out).toContain(`  ${name.padEnd(13)}  ${summary}\n`);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(out).not.toContain('\u001B');
  });

  it('shows it on standard error, and fails, if nothing is asked of it', async () => {
    const help = await call('--help');
    expect(await call()).toEqual({ code: 2, out: '', err: help.out });
  });

  it.each(COMMANDS.map(({ name }) => name))('shows the help of %s, in both ways', async (name) => {
    const { code, out } = await call(name, '--help');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: huey ${name} `));
    expect((await call('help', name)).out).toBe(out);
  });

  it('shows its version', async () => {
    expect((await call('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['pendng', "huey: unknown command 'pendng'; did you mean 'pending'?"],
    ['xyz', "huey: unknown command 'xyz'; see `huey --help`"],
    ['pending', "huey: missing required argument 'app'; see `huey pending --help`"],
    ['pending a --jsn', "huey: unknown option '--jsn'; did you mean '--json'?"],
    ['pending a --limit', "huey: option '--limit <count>' argument missing; see `huey pending --help`"],
    [
      'pending a --limit x',
      "huey: expected --limit to be an integer of at least 1, got 'x'; see `huey pending --help`",
    ],
    [
      'result a b --wait soon',
      "huey: expected --wait to be seconds, or text such as '500ms', '10s' or '1h30m', got 'soon'; see `huey result --help`",
    ],
    ['dead lst', "huey: unknown command 'lst'; did you mean 'list'?"],
  ])('refuses `huey %s` in one line', async (line, message) => {
    expect(await call(...line.split(' '))).toEqual({ code: EXIT.usage, out: '', err: `${message}\n` });
  });

  it('uses colours on a terminal that has them', async () => {
    const host = new FakeHost('/');
    host.stderr.hasColors = true;
    host.args = ['xyz'];
    await run(host);
    expect(host.stderr.text).toContain('\u001B[31mhuey:\u001B[39m unknown');
  });

  it('tells apart that the storage does not answer', async () => {
    const { call, storage } = setup();
    storage.pending = () => {
      throw new StorageError('the server is gone', { cause: new Error('ECONNREFUSED') });
    };
    expect(await call('pending', './app.js:huey')).toMatchObject({
      code: EXIT.storage,
      failure: 'huey: the storage failed: the server is gone (ECONNREFUSED)',
    });
  });
});
