// A directory for each test that asks for one, removed when the test is over.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes an empty directory; returns its path. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'huey-ts-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
