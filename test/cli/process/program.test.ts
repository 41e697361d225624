// The program as a real process: its names, apps in both languages, and how it ends when it cannot begin.
import { describe, expect, it } from 'vitest';
import { setup } from './consumer-process.js';

describe('huey', { timeout: 60_000 }, () => {
  it('looks into a queue that another process uses', async () => {
    const { start, add, huey } = setup();
    await add.with({ id: 'a' })(1, 2);
    const program = start('pending', './app.js:huey');
    expect(await program.exit()).toBe(0);
    expect(program.text).toMatch(/^ID {2}TASK {2}ENQUEUED {2,}ARGUMENTS\na {3}add {3}\S.* 1, 2\n$/);
    await huey.close();
  });

  it('loads TypeScript without a build', async () => {
    const { start, app, write } = setup();
    write('typed.ts', `${app}\nexport enum Kind { A }\nexport const kind: Kind = Kind.A;\n`);
    const program = start('inspect', './typed.ts:huey', '--json');
    expect(await program.exit()).toBe(0);
    expect(JSON.parse(program.text)).toMatchObject({ name: 'shop', tasks: [{ name: 'add' }, {}, {}, {}] });
  });

  it.each([
    [['pendin'], 2, /^huey: unknown command 'pendin'; did you mean 'pending'\?\n$/],
    [['pending', './ap.js:huey'], 3, /^huey: cannot find \.\/ap\.js:huey: .* did you mean \.\/app\.js\?\n$/],
    [
      ['consumer', './throws.js:huey'],
      3,
      /^huey: \.\/throws\.js cannot be loaded: no url, at .*throws\.js:1\n$/,
    ],
    [
      ['consumer', './hangs.js:huey'],
      3,
      /^huey: nothing is left to wait for, .*top level that never comes\?\n$/,
    ],
    [
      ['consumer', './imports.js:huey'],
      3,
      /^huey: \.\/imports\.js cannot be loaded: .*Cannot find .*no-such-package.*\n$/,
    ],
    [
      ['consumer', './app.js:huey', '-w', '0'],
      2,
      /^huey: expected -w, --workers to be an integer of at least 1, got '0'; .*\n$/,
    ],
    [
      ['consumer', './app.js:huey', '-l', '/no/such/folder/x.log'],
      2,
      /^huey: cannot write the log to .*ENOENT.*choose another --logfile\n$/,
    ],
    [['consumer', './now.js:huey'], 3, /^huey: \.\/now\.js:huey is in immediate mode: .*\n$/],
  ] as const)('ends %j with one line and exit code %d', async (args, code, line) => {
    const { start, write, app } = setup();
    write('throws.js', 'throw new Error("no url");');
    write('hangs.js', 'await new Promise(() => {});');
    write('imports.js', 'import "no-such-package";');
    write('now.js', app.replace("name: 'shop',", "name: 'shop', immediate: true,"));
    const program = start(...args);
    expect([await program.exit(), program.text]).toEqual([code, expect.stringMatching(line)]);
  });

  it('does not mind that nobody reads on', async () => {
    const { start } = setup();
    const program = start('--help');
    program.child.stdout!.destroy();
    expect(await program.exit()).toBe(0);
    expect(program.text).not.toContain('EPIPE');
  });
});
