// Several processes on one file, and processes that die in the middle of it.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteStorage } from 'huey-ts/sqlite';
import { SqliteProcess } from './sqlite-process.js';
import { temporaryFolder } from './temporary-folder.js';

const PATIENCE_MS = 120_000;

function setup() {
  const filename = join(temporaryFolder(), 'queue.db');
  const storage = new SqliteStorage({ filename, fsync: 'off' });
  onTestFinished(() => storage.close());
  return { filename, storage };
}

describe('several processes on one SQLite file', { timeout: PATIENCE_MS }, () => {
  it('settle each item once, and take those of a class in their order', async () => {
    const { filename, storage } = setup();
    const workers = await Promise.all(
      [1, 2, 3].map(async () => SqliteProcess.start('share', filename, '180')),
    );
    // The file is not there yet: they also compete for making it.
    for (const worker of workers) worker.go();
    const settled = (await Promise.all(workers.map(async (worker) => worker.line()))).map(
      (line) => JSON.parse(line) as string[],
    );
    expect(settled.flat().length).toBe(180);
    expect(settled.flat().sort()).toEqual(storage.keys(0));
    expect([storage.pendingCount(), storage.held(0)]).toEqual([0, []]);
    for (const ids of settled)
      for (const { child } of workers)
        for (const parity of [0, 1]) {
          const indexes = ids
            .filter((id) => id.startsWith(`${child.pid}:`))
            .map((id) => Number(id.split(':')[1]))
            .filter((index) => index % 2 === parity);
          expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
        }
    expect(settled.filter((ids) => ids.length > 0).length).toBeGreaterThan(1);
  });

  it('leave a whole database behind when they are killed in mid-turn', async () => {
    const { filename, storage } = setup();
    let next = 0;
    for (const lines of [1, 3, 2]) {
      const victim = await SqliteProcess.start('churn', filename, `${next}`);
      victim.go();
      for (let line = 0; line < lines; line += 1) await victim.line();
      await victim.kill();
      const database = new Database(filename);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      database.close();
      // Each item is in one place, and no pair was torn apart.
      const everywhere = [
        ...storage.pending().map(({ id }) => id),
        ...storage.held(0).map(({ item }) => item.id),
        ...storage.keys(0),
      ].map(Number);
      const count = everywhere.length;
      expect(count % 2).toBe(0);
      expect(count).toBeGreaterThanOrEqual(next + 50 * (lines - 1) + 2);
      expect(everywhere.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      storage.recover('rescuer', 3, 10);
      expect(storage.held(0)).toEqual([]);
      next = count;
    }
  });
});
