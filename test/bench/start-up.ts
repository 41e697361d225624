// How long a consumer takes from the shell to its first look at the queue, beside a Node that does nothing; and what an
// idle one costs, in the share of a core.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../files.js';
import type { Comparison } from './measure.js';

const MAIN = join(ROOT, 'dist/src/cli/main.js');
const ENTRY = pathToFileURL(join(ROOT, 'dist/src/file-huey.js')).href;

const folder = mkdtempSync(join(tmpdir(), 'huey-ts-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'app.mjs'),
  `import { FileHuey } from '${ENTRY}';
export const huey = new FileHuey({ path: import.meta.dirname + '/queue' });
huey.task('add', (a, b) => a + b);`,
);

export const startUp: Comparison = {
  title: 'start-up: from the shell until a consumer is ready',
  unit: 'starts',
  operations: 3,
  floor: { name: 'node -e 0', run: (times) => each(times, startNode) },
  ours: { name: 'huey consumer ./app.mjs:huey', run: (times) => each(times, startConsumer) },
};

async function each(times: number, run: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) await run();
}

async function startNode(): Promise<void> {
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'close');
}

async function startConsumer(): Promise<void> {
  const child = await readyConsumer();
  child.kill('SIGKILL');
  await once(child, 'close');
}

async function readyConsumer() {
  const child = spawn(process.execPath, [MAIN, 'consumer', './app.mjs:huey'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes('Consumer is ready.')) resolve();
    });
    child.once('exit', () => reject(new Error(`the consumer has ended:\n${text}`)));
  });
  return child;
}

const IDLE_MS = 10_000;
/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** The share of one core that a consumer takes while there is nothing to do; undefined where /proc does not tell. */
export async function idleShare(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const child = await readyConsumer();
  const before = processorMs(child.pid!);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const share = (processorMs(child.pid!) - before) / IDLE_MS;
  child.kill('SIGKILL');
  return share;
}

function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
