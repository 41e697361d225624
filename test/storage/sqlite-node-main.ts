// Runs the contract on node:sqlite, under whichever Node runs this, and prints what came of it as one line of JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStorage } from 'huey-ts/sqlite';
import { storageContract } from 'huey-ts/testing';

const failed: string[] = [];
for (const { name, run } of storageContract) {
  const folder = mkdtempSync(join(tmpdir(), 'huey-ts-'));
  const handles: SqliteStorage[] = [];
  const open = (): SqliteStorage => {
    const storage = new SqliteStorage({
      filename: join(folder, 'queue.db'),
      driver: 'node:sqlite',
      fsync: 'off',
    });
    handles.push(storage);
    return storage;
  };
  try {
    await run({ open });
  } catch (error) {
    failed.push(`${name}: ${String(error)}`);
  }
  for (const handle of handles) handle.close();
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${JSON.stringify({ node: process.version, cases: storageContract.length, failed })}\n`);
