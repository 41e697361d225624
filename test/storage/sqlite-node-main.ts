// Verifies the SQLite storage on node:sqlite, under whichever Node runs this: the contract, and random calls beside the
// naive model. Prints what came of it as one line of JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStorage } from 'huey-ts/sqlite';
import { storageContract, StorageVerificationError, verifyStorage } from 'huey-ts/testing';

let folder: string | undefined;

const open = (): SqliteStorage => {
  folder ??= mkdtempSync(join(tmpdir(), 'huey-ts-'));
  return new SqliteStorage({ filename: join(folder, 'queue.db'), driver: 'node:sqlite', fsync: 'off' });
};
const reset = (): void => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
};

const failed = await verifyStorage(open, { reset }).then(
  () => [],
  (error: unknown) => (error instanceof StorageVerificationError ? error.failures : [String(error)]),
);
process.stdout.write(`${JSON.stringify({ node: process.version, cases: storageContract.length, failed })}\n`);
