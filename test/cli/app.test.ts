// Finding and loading an app: every name that works, and for those that do not, a line that says what to do.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { loadApp } from '../../src/cli/app.js';
import { findApp } from '../../src/cli/app-path.js';
import { FakeHost, temporaryFolder, writeApp } from './fake-host.js';

function setup(files: readonly string[] = []) {
  const folder = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  const host = new FakeHost(folder);
  return {
    folder,
    host,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    /** What loading says, in one line. */
    refusal: (name: string) =>
      loadApp(name, host).then(
        () => 'loaded',
        (error: Error & { exitCode?: number }) =>
          `${error.exitCode}: ${error.message.replaceAll(folder, '<folder>')}`,
      ),
  };
}

describe('the name of an app', () => {
  const files = ['tasks.js', 'app.mjs', 'shop/tasks.ts', 'shop/index.cjs', 'a.b/c.js'];

  it.each([
    ['./tasks.js:huey', 'tasks.js', 'huey'],
    ['tasks.js:huey', 'tasks.js', 'huey'],
    ['./tasks:huey', 'tasks.js', 'huey'],
    ['tasks.huey', 'tasks.js', 'huey'],
    ['./tasks.js.huey', 'tasks.js', 'huey'],
    ['./tasks.js', 'tasks.js', undefined],
    ['tasks', 'tasks.js', undefined],
    ['tasks.js:', 'tasks.js', undefined],
    ['app:queues.huey', 'app.mjs', 'queues.huey'],
    ['shop.tasks.huey', 'shop/tasks.ts', 'huey'],
    ['shop/tasks.huey', 'shop/tasks.ts', 'huey'],
    ['shop.huey', 'shop/index.cjs', 'huey'],
    ['shop:huey', 'shop/index.cjs', 'huey'],
    ['./a.b/c.js:huey', 'a.b/c.js', 'huey'],
    ['a.b/c.huey', 'a.b/c.js', 'huey'],
  ])('%s is a file and an export', (name, file, exported) => {
    const { folder } = setup(files);
    expect(findApp(name, folder)).toMatchObject({
      file: join(folder, file),
      export: exported,
      shown: `./${file}`,
    });
  });

  it('may be absolute, and is shown so outside of the working directory', () => {
    const { folder } = setup(files);
    const file = join(folder, 'tasks.js');
    expect(findApp(`${file}:huey`, join(folder, 'shop'))).toEqual({ file, export: 'huey', shown: file });
  });

  it.each([
    ['./task.js:huey', 'there is no file ./task.js; did you mean ./tasks.js?'],
    ['./tasks.ts:huey', 'there is no file ./tasks.ts; did you mean ./tasks.js?'],
    ['./nowhere.ts', 'there is no file ./nowhere.ts; give the file and what it exports'],
    ['nowhere.huey', 'there is no file ./nowhere; give the file and what it exports, as in ./tasks.js:huey'],
    ['./no/folder/app.js:huey', 'there is no file ./no/folder/app.js; give the file and what it exports'],
  ])('%s leads nowhere', async (name, message) => {
    const { refusal } = setup(files);
    expect(await refusal(name)).toContain(`3: cannot find ${name}: ${message}`);
  });
});

describe('an app', () => {
  it('is loaded from the export that is named, or from the only one there is', async () => {
    const { folder, host } = setup();
    const huey = new MemoryHuey();
    writeApp(folder, 'one.js', { huey, add: 1 });
    writeApp(folder, 'same.js', { default: huey, queue: huey });
    expect(await loadApp('one.huey', host)).toMatchObject({ huey, shown: './one.js:huey', export: 'huey' });
    expect(await loadApp('one', host)).toMatchObject({ huey, export: 'huey' });
    expect(await loadApp('same', host)).toMatchObject({ huey, export: 'queue' });
    expect(await loadApp('same:default', host)).toMatchObject({ huey, export: 'default' });
  });

  it('may stand inside an object that is exported, or in a CommonJS module', async () => {
    const { folder, host, write } = setup();
    const huey = new MemoryHuey();
    writeApp(folder, 'nested.js', { queues: { mail: huey } });
    expect((await loadApp('nested:queues.mail', host)).huey).toBe(huey);
    writeApp(folder, 'made.js', { mail: huey });
    write(
      'common.cjs',
      `const key = 'mail'; module.exports = { [key]: globalThis.hueyTestApps.get('${join(folder, 'made.js')}').mail };`,
    );
    expect((await loadApp('common:mail', host)).huey).toBe(huey);
  });

  it.each([
    ['./app.js:huye', '3: ./app.js exports no `huye`, but add, huey; did you mean ./app.js:huey?'],
    ['./app.js:zzz', '3: ./app.js exports no `zzz`, but add, huey; did you mean ./app.js:huey?'],
    ['./app.js:add', '3: `add` of ./app.js is not a Huey; try ./app.js:huey'],
    ['./two.js', '3: ./two.js exports several Hueys; name one: ./two.js:a or ./two.js:b'],
    [
      './none.js',
      '3: ./none.js exports no Huey (it exports add); add `export const huey = new SqliteHuey(…)`',
    ],
    ['./none.js:add', '3: `add` of ./none.js is not a Huey; name one that was made with `new …Huey()`'],
    ['./empty.js:huey', '3: ./empty.js exports no `huey`, but nothing'],
  ])('is refused as %s', async (name, message) => {
    const { folder, refusal, write } = setup();
    const huey = new MemoryHuey();
    writeApp(folder, 'app.js', { huey, add: () => {} });
    writeApp(folder, 'two.js', { a: huey, b: new MemoryHuey() });
    writeApp(folder, 'none.js', { add: () => {} });
    write('empty.js', 'export {};');
    expect(await refusal(name)).toBe(message);
  });

  it.each([
    [
      'throw new TypeError("no url");',
      '3: ./app.js cannot be loaded: TypeError: no url, at <folder>/app.js:',
    ],
    ['throw new Error("a\\nb");', '3: ./app.js cannot be loaded: a b, at <folder>/app.js:'],
    ['throw "text";', '3: ./app.js cannot be loaded: something threw text, which is no error'],
    ['import "./missing.js";', '3: ./app.js cannot be loaded: '],
  ])('is refused if its module says %s', async (text, message) => {
    const { refusal, write } = setup();
    write('app.js', text);
    const line = await refusal('./app.js:huey');
    expect(line).toContain(message);
    expect(line).not.toContain('\n');
  });
});
