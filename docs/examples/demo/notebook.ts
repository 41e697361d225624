// A text file to which processes add lines, each of which says who wrote it.
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from './place.js';

export interface Line {
  readonly number: number;
  readonly pid: number;
}

/** Adds a line, written by this process. */
export async function writeLine(notebook: string, number: number): Promise<void> {
  await appendFile(join(folder, notebook), `${JSON.stringify({ number, pid: process.pid })}\n`);
}

/** The lines so far. */
export async function readLines(notebook: string): Promise<Line[]> {
  const text = await readFile(join(folder, notebook), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}
