// A folder for the files of one test, gone when it ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes a folder that is removed, whatever is in it, when the test that runs has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'huey-ts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
