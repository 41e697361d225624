// Watching real folders: what counts as a source, and that folders which come and go stop nobody.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchSources } from '../../src/cli/source-watch.js';
import { systemClock } from '../../src/runtime.js';

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'huey-ts-watch-'));
  let changes = 0;
  let tell = (): void => {};
  const stop = watchSources([folder], systemClock, () => {
    changes += 1;
    tell();
  });
  onTestFinished(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    write: (name: string) => writeFileSync(join(folder, name), ''),
    changes: () => changes,
    /** Resolves at the next change. */
    changed: () => new Promise<void>((resolve) => (tell = resolve)),
  };
}

describe('watching sources', () => {
  it('tells of a change once, though a save writes several times', async () => {
    const { write, changed, changes } = setup();
    for (let times = 0; times < 5; times += 1) write('app.ts');
    await changed();
    expect(changes()).toBe(1);
  });

  it('follows folders that are made later, and outlives those that are gone before it has looked', async () => {
    const { folder, write, changed } = setup();
    for (let times = 0; times < 200; times += 1) {
      mkdirSync(join(folder, `lock-${times}`));
      rmSync(join(folder, `lock-${times}`), { recursive: true });
    }
    mkdirSync(join(folder, 'tasks'));
    const first = changed();
    write('app.ts');
    await first;
    const second = changed();
    write(join('tasks', 'mail.ts'));
    await second;
  });

  it('lets a folder be that is not there at all', () => {
    expect(() => watchSources([join(tmpdir(), 'huey-ts-not-there')], systemClock, () => {})()).not.toThrow();
  });
});
