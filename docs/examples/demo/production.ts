// Third act: production. The same tasks, with a consumer process and its worker processes on a SQLite file; this process
// only submits work. One worker is killed in the middle of a task.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chord, group } from 'huey-ts';
import { type Line, readLines } from './notebook.js';
import { folder } from './place.js';
import { site } from './server.js';
import { copyOut, countWords, download, examine, huey, store, sumUp } from './tasks.js';

const PATIENCE = { blocking: true, timeout: '60s', maxDelay: '100ms' } as const;

/** What came of it. */
export interface Production {
  readonly consumer: number;
  readonly startSeconds: number;
  readonly stored: readonly string[];
  readonly words: number;
  /** The notebook whose first writer was killed, and what the task returned in the end. */
  readonly lines: readonly Line[];
  readonly copied: string;
  /** The notebook that was being written when the consumer was told to stop. */
  readonly lastLines: readonly Line[];
  readonly exitCode: number | null;
  readonly left: readonly number[];
}

/** Starts the consumer, submits work to it, kills a worker, and stops the consumer. */
export async function runInProduction(): Promise<Production> {
  const begun = process.hrtime.bigint();
  const consumer = startConsumer();
  try {
    await ready(consumer);
    const startSeconds = Number(process.hrtime.bigint() - begun) / 1e9;
    const pages = site.urls('.txt').map((url) => countWords.s(url));
    const total = await huey.enqueue(chord(pages, sumUp));
    const files = await huey.enqueue(
      group(site.urls().map((url) => download.s(url).pipe(examine).pipe(store))),
    );
    const words = await total.get(PATIENCE);
    const stored = (await files.get(PATIENCE)).map(([, , name]) => name!).sort();
    const { lines, copied } = await killInMidTask();
    const { lastLines, exitCode } = await stopInMidTask(consumer);
    const left = [await huey.pendingCount(), (await huey.running()).length];
    return {
      consumer: consumer.pid!,
      startSeconds,
      stored,
      words,
      lines,
      copied,
      lastLines,
      exitCode,
      left,
    };
  } finally {
    consumer.kill('SIGKILL');
    await huey.close();
  }
}

/** `huey consumer ./tasks.ts:huey -w 2 -k process`, from the sources. */
function startConsumer(): ChildProcess {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const huey = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
  const flags = ['-w', '2', '-k', 'process', '--max-delay', '0.05'];
  return spawn(process.execPath, [...process.execArgv, huey, 'consumer', './tasks.ts:huey', ...flags], {
    cwd: here,
    env: { ...process.env, DEMO_FOLDER: folder, DEMO_SITE: site.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for its log to say so. */
async function ready(consumer: ChildProcess): Promise<void> {
  let log = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [consumer.stdout!, consumer.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('Consumer is ready.')) resolve();
      });
    consumer.once('close', () => reject(new Error(`the consumer did not start: ${log}`)));
  });
}

/** The first process that copies gets stuck at line 3, and is killed there. */
async function killInMidTask(): Promise<{ lines: Line[]; copied: string }> {
  const result = await copyOut('notebook', 6, 3);
  const { pid } = await lineOf('notebook', 3);
  process.kill(pid, 'SIGKILL');
  const copied = await result.get(PATIENCE);
  return { lines: await readLines('notebook'), copied };
}

async function stopInMidTask(consumer: ChildProcess) {
  const exited = once(consumer, 'exit') as Promise<[number | null]>;
  await copyOut('last notebook', 4, 0);
  await lineOf('last notebook', 1);
  consumer.kill('SIGINT');
  const [exitCode] = await exited;
  return { lastLines: await readLines('last notebook'), exitCode };
}

/** Waits until the line is there. */
async function lineOf(notebook: string, number: number): Promise<Line> {
  for (let looks = 0; looks < 2000; looks += 1) {
    const line = (await readLines(notebook)).find((one) => one.number === number);
    if (line !== undefined) return line;
    await sleep(10);
  }
  throw new Error(`nobody writes line ${number} of the ${notebook}`);
}

/** The lines that tell of it. */
export function productionStory(production: Production): string[] {
  const { consumer, startSeconds, stored, words, lines, lastLines, exitCode } = production;
  const [first, second] = [...new Set(lines.map(({ pid }) => pid))];
  return [
    '  $ huey consumer ./tasks.ts:huey -w 2 -k process',
    '',
    `  consumer   process ${consumer}, ready in ${startSeconds.toFixed(1)} seconds`,
    `  pipelines  ${stored.length} files downloaded, examined and stored`,
    `  chord      ${words} words on all pages`,
    `  notebook   worker process ${first} copies ${linesBy(first, lines)}, and is killed (SIGKILL)`,
    `             delivered again: worker process ${second} copies ${linesBy(second, lines)}`,
    `  stop       SIGINT at line 1 of another notebook; it is finished, with ${lastLines.length} lines,`,
    `             and the consumer exits with code ${exitCode}`,
  ];
}

function linesBy(pid: number | undefined, lines: readonly Line[]): string {
  const numbers = lines.filter((line) => line.pid === pid).map(({ number }) => number);
  return `lines ${numbers[0]} to ${numbers.at(-1)}`;
}
