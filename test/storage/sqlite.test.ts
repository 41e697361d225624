import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteStorage, type SqliteStorageOptions } from 'huey-ts/sqlite';
import { storageContract, verifyStorage } from 'huey-ts/testing';
import { temporaryFolder } from './temporary-folder.js';

/** Opens handles to one new file; they are closed when the test has finished. */
function setup(options: SqliteStorageOptions = {}) {
  const filename = join(temporaryFolder(), 'queue.db');
  const open = (more: SqliteStorageOptions = {}): SqliteStorage => {
    const storage = new SqliteStorage({
      filename,
      driver: 'better-sqlite3',
      fsync: 'off',
      ...options,
      ...more,
    });
    onTestFinished(() => storage.close());
    return storage;
  };
  return { filename, open };
}

describe('the SQLite storage', () => {
  it('is durable and shared, and says what happens to its own handle only', () => {
    const expected = { durable: true, shared: true, notifies: false, retains: true };
    expect(new SqliteStorage().capabilities).toEqual(expected);
  });

  it.each(storageContract)('$name', async ({ run }) => run(setup()));
});

it('the SQLite storage answers as the documentation says, whatever is asked of it in whatever order', async () => {
  const { open } = setup();
  let runs = 0;
  // Leases outlive a flush, so each run has a queue of its own; and all share a file, where nothing may mix.
  const openNext = (): SqliteStorage => open({ name: `run ${(runs += 1)}` });
  await verifyStorage(openNext, { contract: false, runs: 150, seed: 20260101 });
});
