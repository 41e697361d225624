import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type HolderName, isDead, isHolderName, nameHolder } from '../../src/storage/file/holder.js';
import { FileLock } from '../../src/storage/file/lock.js';
import { type FileSystem, nodeFileSystem } from '../../src/storage/file/file-system.js';
import { temporaryDirectory } from './directory.js';

/** Longer than it takes to see that a holder is dead, shorter than a test. */
const PATIENCE_MS = 50;

const linux = process.platform === 'linux';

function setup(fileSystem: FileSystem = nodeFileSystem) {
  const path = join(temporaryDirectory(), 'lock');
  const lock = new FileLock(fileSystem, path, PATIENCE_MS);
  return {
    path,
    lock,
    names: () => readdirSync(path),
    /** Makes the lock, held by somebody. */
    heldBy(name: HolderName) {
      mkdirSync(path);
      writeFileSync(join(path, name), '');
    },
  };
}

/** The name of this thread with other values for some of its parts. */
function other(parts: { thread?: string; start?: string; namespace?: string; boot?: string; host?: string }) {
  const [, , thread, start, namespace, boot, ...host] = nameHolder(nodeFileSystem).split('-');
  const whole = { thread, start, namespace, boot, host: host.join('-'), ...parts };
  const name = `held-by-${whole.thread}-${whole.start}-${whole.namespace}-${whole.boot}-${whole.host}`;
  if (!isHolderName(name)) throw new Error(`${name} is no name of a holder`);
  return name;
}

/** A number that no process has: above the highest that there can be. */
const NOBODY = '4194305';

describe('the lock of the file storage', () => {
  it('is held while the work is done, by a name that says who, and free again after it', () => {
    const { lock, names } = setup();
    const during = lock.hold(names);
    expect(during).toEqual([nameHolder(nodeFileSystem)]);
    expect(during[0]).toContain(hostname());
    expect(names()).toEqual(['free']);
  });

  it('is free again after work that throws', () => {
    const { lock, names } = setup();
    const fails = () =>
      lock.hold(() => {
        throw new Error('no');
      });
    expect(fails).toThrow('no');
    expect(names()).toEqual(['free']);
  });

  it('is taken over from the dead', () => {
    const { lock, names, heldBy } = setup();
    heldBy(other({ thread: NOBODY }));
    expect(lock.hold(names)).toEqual([nameHolder(nodeFileSystem)]);
    expect(names()).toEqual(['free']);
  });

  it('is taken over by one of two who see the same dead holder, though the slower still believes in it', () => {
    const dead = other({ thread: NOBODY });
    const faster = other({ start: '1', host: 'elsewhere' });
    let listed = 0;
    const { path, lock, names, heldBy } = setup({
      ...nodeFileSystem,
      list(directory) {
        listed += 1;
        const seen = nodeFileSystem.list(directory);
        if (listed === 1) renameSync(join(path, dead), join(path, faster));
        if (listed === 4) renameSync(join(path, faster), join(path, 'free'));
        return seen;
      },
    });
    heldBy(dead);
    const own = [nameHolder(nodeFileSystem)];
    expect(lock.hold(() => [listed, names()])).toEqual([4, own]);
  });

  it('is not taken from who lives, nor from who cannot be seen from here: it is waited for, then given up on', () => {
    const { path, lock, names, heldBy } = setup();
    const holder = other({ host: 'elsewhere' });
    heldBy(holder);
    expect(() => lock.hold(names)).toThrow(
      `process or thread ${process.pid} on elsewhere held it: it is stopped, very slow, or cannot be seen from here; ` +
        `if it is dead for sure, rename ${path}/${holder} to free`,
    );
    expect(names()).toEqual([holder]);
    renameSync(join(path, holder), join(path, 'free'));
    expect(lock.hold(() => 'done')).toBe('done');
  });

  it('is left by the next work of the same thread if it could not be left', () => {
    let fails = true;
    const { lock, names } = setup({
      ...nodeFileSystem,
      rename(from, to) {
        if (fails && to.endsWith('/free')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        nodeFileSystem.rename(from, to);
      },
    });
    expect(() => lock.hold(() => {})).toThrow('EIO');
    expect(names()).toEqual([nameHolder(nodeFileSystem)]);
    fails = false;
    lock.hold(() => {});
    expect(names()).toEqual(['free']);
  });

  it('is made once, though several find none', () => {
    const { path, lock, names } = setup({
      ...nodeFileSystem,
      makeDirectory(directory) {
        nodeFileSystem.makeDirectory(directory);
        mkdirSync(path);
        writeFileSync(join(path, 'free'), '');
      },
    });
    lock.hold(() => {});
    expect(names()).toEqual(['free']);
    expect(readdirSync(join(path, '..'))).toEqual(['lock']);
  });

  it('is made anew where somebody has emptied its directory', () => {
    const { path, lock, names } = setup();
    lock.hold(() => {});
    rmSync(join(path, 'free'));
    lock.hold(() => {});
    expect(names()).toEqual(['free']);
  });

  it.skipIf(!linux)('is taken over from a thread that was ended while it held it', async () => {
    const { path, lock, names } = setup();
    lock.hold(() => {});
    const worker = new Worker(
      `const { readFileSync, renameSync } = require('node:fs');
       const stat = readFileSync('/proc/thread-self/stat', 'utf8');
       const { workerData: { path, rest }, parentPort } = require('node:worker_threads');
       const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
       renameSync(path + '/free', path + '/held-by-' + stat.split(' ')[0] + '-' + start + rest);
       parentPort.postMessage('held');
       for (;;);`,
      {
        eval: true,
        workerData: { path, rest: other({ thread: '0', start: '0' }).slice('held-by-0-0'.length) },
      },
    );
    try {
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      expect(() => lock.hold(() => {})).toThrow(/process or thread \d+ on/);
    } finally {
      await worker.terminate();
    }
    expect(lock.hold(names)).toEqual([nameHolder(nodeFileSystem)]);
  });
});

describe('a holder of the lock', () => {
  const self = nameHolder(nodeFileSystem);

  it.skipIf(!linux).each<[string, boolean, HolderName]>([
    ['who asks', false, self],
    ['of a number that nobody has', true, other({ thread: NOBODY })],
    ['whose number belongs to a later one', true, other({ start: '1' })],
    ['from before the machine started anew', true, other({ boot: 'before' })],
    ['on another machine', false, other({ thread: NOBODY, host: 'elsewhere' })],
    ['on another machine, started later', false, other({ boot: 'other', host: 'elsewhere' })],
    ['in another container', false, other({ thread: NOBODY, namespace: '7' })],
  ])('%s: known to be dead is %s', (_, dead, name) => {
    expect(isDead(nodeFileSystem, name, self)).toBe(dead);
  });

  it.skipIf(!linux)(
    'has a name that its parts can be read from, whatever the process and the machine are called',
    () => {
      const stat = readFileSync('/proc/thread-self/stat', 'utf8');
      const odd: FileSystem = {
        ...nodeFileSystem,
        readText: (path) =>
          path.endsWith('stat') ? stat.replace(/\(.*\)/, '(a) b (c)') : nodeFileSystem.readText(path),
      };
      expect(nameHolder(odd)).toBe(self);
    },
  );

  it.skipIf(!linux).each(['Z', 'X'])('that has ended, and is only still listed, as %s, is dead', (state) => {
    const ended: FileSystem = {
      ...nodeFileSystem,
      readText: (path) => nodeFileSystem.readText(path).replace(/\) \w /, `) ${state} `),
    };
    expect(isDead(ended, other({}), other({ thread: '1' }))).toBe(true);
  });

  describe('where there is no /proc', () => {
    const bare: FileSystem = {
      ...nodeFileSystem,
      readText(path) {
        if (!path.startsWith('/proc')) return nodeFileSystem.readText(path);
        throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), {
          code: 'ENOENT',
        });
      },
    };
    const name = nameHolder(bare);
    const of = (number: string) => name.replace(String(process.pid), number) as HolderName;

    it('is known by its process', () => {
      expect(name).toMatch(new RegExp(`^held-by-${process.pid}-t\\d+-none-none-`));
      expect(isDead(bare, of(NOBODY), name)).toBe(true);
      expect(isDead(bare, of('1'), name)).toBe(false);
      expect(isDead(bare, name.replace(/-t\d+-/, '-t77-') as HolderName, name)).toBe(false);
    });
  });

  it('is not taken for one by any other name', () => {
    expect(['free', '.DS_Store', 'held-by-me', ''].filter(isHolderName)).toEqual([]);
  });
});
