// Where the demonstration keeps its files: a temporary folder, which its processes are told of in their environment.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder; whoever made it removes it in the end. */
export const folder = process.env['DEMO_FOLDER'] ?? mkdtempSync(join(tmpdir(), 'huey-demo-'));
