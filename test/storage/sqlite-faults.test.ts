// What can be wrong with the file, its folder, its disk or its users: one clear error each, and what works afterwards.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Delivery, isHueyError, type QueueItem } from 'huey-ts';
import { SqliteHuey, SqliteStorage, type SqliteStorageOptions } from 'huey-ts/sqlite';
import { SqliteProcess } from './sqlite-process.js';
import { temporaryFolder } from './temporary-folder.js';

const PATIENCE_MS = 60_000;

function setup(options: SqliteStorageOptions = {}) {
  const folder = temporaryFolder();
  const filename = join(folder, 'queue.db');
  const storage = new SqliteStorage({ filename, fsync: 'off', ...options });
  onTestFinished(() => storage.close());
  return { folder, filename, storage };
}

function item(id: string, data = 'data'): QueueItem {
  return { id, task: 'task', priority: 0, data, enqueuedAt: 0 };
}

function enqueue(storage: SqliteStorage, ...items: readonly QueueItem[]): void {
  const effects = items.map((one) => ({ kind: 'enqueue', item: one }) as const);
  storage.turn({ settled: [{ effects }], take: 0, lease: '', now: 0 });
}

/** Asserts that the call is refused with these words, and returns the error. */
function refused(call: () => unknown, words: string | RegExp, retryable = false) {
  let error: unknown;
  try {
    call();
  } catch (refusal) {
    error = refusal;
  }
  if (!isHueyError(error, 'StorageError')) throw new Error('expected a StorageError', { cause: error });
  expect(error.message).toMatch(words);
  expect({ retryable: error.retryable }).toEqual({ retryable });
  return error;
}

describe('a SQLite file', () => {
  it('is not touched before the first call', () => {
    const { filename, storage } = setup();
    expect(new SqliteHuey({ filename }).name).toBe('huey');
    expect(statSync(filename, { throwIfNoEntry: false })).toBeUndefined();
    storage.close();
    expect(statSync(filename, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('that is no database is refused, and left as it is', () => {
    const { filename, storage } = setup();
    const text = 'dear diary, '.repeat(500);
    writeFileSync(filename, text);
    refused(() => storage.pendingCount(), /^expected .*queue\.db to be a SQLite database, got another file/);
    expect(readFileSync(filename, 'utf8')).toBe(text);
    rmSync(filename);
    enqueue(storage, item('a'));
    expect(storage.pendingCount()).toBe(1);
  });

  it('that is the database of something else is refused, and left as it is', () => {
    const { filename, storage } = setup();
    const other = new Database(filename);
    onTestFinished(() => void other.close());
    other.exec('CREATE TABLE task (id INTEGER PRIMARY KEY)');
    refused(
      () => storage.pendingCount(),
      /to be a database of huey-ts, or empty, but it holds something else/,
    );
    expect(other.pragma('journal_mode', { simple: true })).toBe('delete');
    expect(other.prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'task' }]);
  });

  it('of a later version is refused', () => {
    const { filename, storage } = setup();
    storage.pendingCount();
    storage.close();
    const other = new Database(filename);
    const version = Number(other.pragma('user_version', { simple: true })) + 1;
    other.pragma(`user_version = ${version}`);
    other.close();
    const later = new SqliteStorage({ filename });
    refused(
      () => later.pendingCount(),
      `was written by a later version of huey-ts (schema ${version}, this one`,
    );
  });

  it('that is damaged says so', () => {
    const { filename, storage } = setup();
    enqueue(storage, ...Array.from({ length: 200 }, (_, index) => item(`${index}`, 'x'.repeat(500))));
    storage.close();
    const bytes = readFileSync(filename);
    bytes.fill(0x5a, 4096 * 2, bytes.length);
    writeFileSync(filename, bytes);
    const again = new SqliteStorage({ filename });
    onTestFinished(() => again.close());
    const { cause } = refused(() => again.pending(), /is damaged; restore a backup/);
    expect(cause).toBeInstanceOf(Error);
    for (const end of ['', '-wal', '-shm']) rmSync(`${filename}${end}`, { force: true });
    expect(again.pendingCount()).toBe(0);
  });

  it('in a folder that is missing says what to make, and works once it is there', () => {
    const { folder } = setup();
    const storage = new SqliteStorage({ filename: join(folder, 'missing', 'queue.db') });
    onTestFinished(() => storage.close());
    refused(
      () => enqueue(storage, item('a')),
      /^cannot open the database .*; make sure that its directory exists/,
    );
    mkdirSync(join(folder, 'missing'));
    enqueue(storage, item('a'));
    expect(storage.pendingCount()).toBe(1);
  });

  it('that is a folder is refused', () => {
    const { folder } = setup();
    const storage = new SqliteStorage({ filename: folder });
    refused(() => storage.pendingCount(), /^cannot open the database/);
  });

  it('that others hold for longer than busyTimeout says so, and works once they let go', () => {
    const { filename, storage } = setup({ busyTimeout: '20ms' });
    enqueue(storage, item('a'));
    const other = new Database(filename);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    const words = 'was locked by others for longer than busyTimeout (0.02s); nothing was changed';
    refused(() => enqueue(storage, item('b')), words, true);
    refused(() => storage.putIfEmpty('key', 'data', 0), words, true);
    expect(storage.pendingCount()).toBe(1);
    other.exec('ROLLBACK');
    enqueue(storage, item('c'));
    expect(storage.pending().map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('takes a failing turn back as a whole, and gives no receipt twice', () => {
    const { storage } = setup();
    enqueue(storage, item('a'));
    const bad = {
      ...item('c'),
      get data(): string {
        throw new RangeError('cannot be computed');
      },
    };
    const turn = { take: 1, lease: 'worker', now: 0 };
    const effects = [
      { kind: 'enqueue', item: item('b') },
      { kind: 'enqueue', item: bad },
    ] as const;
    expect(() => storage.turn({ ...turn, settled: [{ effects }] })).toThrow(RangeError);
    expect(storage.pending().map(({ id }) => id)).toEqual(['a']);
    const receipts = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const { deliveries } = storage.turn({ ...turn, settled: [] });
      const [{ receipt }] = deliveries as readonly [Delivery];
      receipts.add(receipt);
      expect(() => storage.turn({ ...turn, settled: [{ receipt, effects }] })).toThrow(RangeError);
      storage.turn({ ...turn, take: 0, settled: [{ receipt, effects: [{ kind: 'release' }] }] });
    }
    expect(receipts.size).toBe(3);
  });

  it('holds text with a NUL, and text of many megabytes', () => {
    const { storage } = setup();
    const texts = ['a\0b', '\0', `${'é'.repeat(1_000_000)}\0`];
    for (const text of texts) {
      enqueue(storage, item(text.slice(0, 9), text));
      const { deliveries } = storage.turn({ settled: [], take: 1, lease: 'worker', now: 0 });
      expect(deliveries[0]!.item.data === text).toBe(true);
      storage.putIfEmpty(text.slice(0, 9), text, 0);
      expect(storage.pop(text.slice(0, 9), 0) === text).toBe(true);
    }
  });

  it('refuses text that SQLite cannot hold, and what comes with it', () => {
    const { storage } = setup();
    const huge = 'é'.repeat(2 ** 29 - 24);
    refused(() => enqueue(storage, item('a'), item('b', huge)), /a text is longer than SQLite can hold/);
    expect(storage.pendingCount()).toBe(0);
  });

  it('keeps its permissions, and gives them to the files beside it', () => {
    const { filename, storage } = setup();
    writeFileSync(filename, '');
    chmodSync(filename, 0o600);
    enqueue(storage, item('a'));
    const modes = ['', '-wal', '-shm'].map((end) => statSync(`${filename}${end}`).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });
});

describe('a handle', () => {
  it('has a queue of its own in the file', () => {
    const { filename, storage } = setup();
    const other = new SqliteStorage({ filename, name: 'other' });
    onTestFinished(() => other.close());
    enqueue(storage, item('a'));
    enqueue(other, item('b'));
    other.flush();
    expect([storage.pendingCount(), other.pendingCount()]).toEqual([1, 0]);
  });

  it.each([
    [{ filname: 'a' }, 'SqliteHuey: unknown option `filname`, did you mean `filename`?'],
    [{ filename: '' }, 'expected `filename` to be a string that is not empty, got "" (string)'],
    [{ filename: ':memory:' }, 'use MemoryHuey to keep nothing on disk'],
    [{ fsync: true }, "expected `fsync` to be 'full', 'normal' or 'off', got true (boolean)"],
    [
      { driver: 'pg' },
      "expected `driver` to be 'auto', 'node:sqlite' or 'better-sqlite3', got \"pg\" (string)",
    ],
    [{ cacheMb: 0 }, 'expected `cacheMb` to be an integer of at least 1, got 0 (number)'],
    [{ busyTimeout: '5' }, "write '5s'"],
  ])('is refused with %j', (options, words) => {
    expect(() => new SqliteHuey(options as object)).toThrow(words);
  });

  it.runIf(process.versions.node.startsWith('20.'))('says what to do where the client is missing', () => {
    const { storage } = setup({ driver: 'node:sqlite' });
    refused(() => storage.pendingCount(), 'use Node 22.13 or later');
  });
});

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

describe('a disk', { timeout: PATIENCE_MS }, () => {
  it.runIf(canMount)('that is full refuses what does not fit, and nothing else is lost', async () => {
    const { folder, filename } = setup();
    const script = `mount -t tmpfs -o size=1m none ${folder} && exec "$@"`;
    const child = await SqliteProcess.start('fill', filename, '', [
      'unshare',
      '-m',
      'sh',
      '-c',
      script,
      'sh',
    ]);
    child.go();
    const { message, ...rest } = JSON.parse(await child.line()) as { message: string };
    expect(message).toMatch(/^no room is left for the database .*; nothing was changed: free space/);
    expect(rest).toEqual({ retryable: true, isKept: true, isAll: true });
  });

  it.runIf(canMount)('that is read-only says what has to be writable', async () => {
    const { folder, filename, storage } = setup();
    enqueue(storage, item('a'));
    storage.close();
    const script = `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder} && exec "$@"`;
    const child = await SqliteProcess.start('write', filename, '', [
      'unshare',
      '-m',
      'sh',
      '-c',
      script,
      'sh',
    ]);
    child.go();
    expect(JSON.parse(await child.line())).toMatch(/cannot open .* that this process may write to it/);
  });

  it.runIf(isRoot)('with a file that only others may write to says so', async () => {
    const { folder, filename, storage } = setup();
    chmodSync(folder, 0o777);
    enqueue(storage, item('a'));
    storage.close();
    const nobody = ['setpriv', '--reuid', '65534', '--clear-groups'];
    const child = await SqliteProcess.start('write', filename, '', nobody);
    child.go();
    expect(JSON.parse(await child.line())).toMatch(/is read-only here; let this process write to the file/);
  });
});
