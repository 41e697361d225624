// The tasks of the demonstration. A task is declared once, with the name that travels in messages; calling it puts a
// message into the queue, and a worker, here or in another process, calls the body.
import { join } from 'node:path';
import { crontab, type Duration } from 'huey-ts';
import { SqliteHuey } from 'huey-ts/sqlite';
import { type Facts, factsOf, wordsOf } from './inspect.js';
import { readLines, writeLine } from './notebook.js';
import { folder } from './place.js';
import { site } from './server.js';

// The queue is a SQLite file; in immediate mode and in a simulation, memory stands in for it. Only a failure that will
// not be retried is one to others.
export const huey = new SqliteHuey({
  name: 'demo',
  filename: join(folder, 'queue.db'),
  storeIntermediateErrors: false,
});

/** What the pipelines have found out, by file name. */
export const catalogue = new Map<string, Facts>();
/** The health checks since the last clean-up. */
export const healthLog: string[] = [];
/** Letters that could not be delivered, and why. */
export const undeliverable: string[] = [];

interface Download {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

// Three stages of a pipeline: each gets what the stage before returned.

export const download = huey.task(
  'download',
  { context: true, timeout: '10s', retries: 2, retryDelay: '30s' },
  async (ctx, url: string): Promise<Download> => {
    const response = await fetch(url, { signal: ctx.signal });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { name: url.split('/').at(-1)!, type: response.headers.get('content-type') ?? '', bytes };
  },
);

export const examine = huey.task('examine', ({ name, type, bytes }: Download) => ({
  name,
  facts: factsOf(type, bytes),
}));

export const store = huey.task('store', ({ name, facts }: { name: string; facts: Facts }) => {
  catalogue.set(name, facts);
  return name;
});

// A task that may fail: tried again after 1m, 2m and 4m, then handed to an error handler.

export const sendMail = huey.task(
  'send-mail',
  { retries: 3, retryDelay: '1m', retryBackoff: 2 },
  async (to: string, text: string) => {
    const url = `${site.url}/mail?to=${encodeURIComponent(to)}`;
    const response = await fetch(url, { method: 'POST', body: text });
    const answer = await response.text();
    if (!response.ok) throw new Error(answer);
    return answer;
  },
);

export const returnToSender = huey.task('return-to-sender', (to: string, error: Error) => {
  undeliverable.push(`${to}: ${error.message}`);
});

// Two of these never run at the same time, however many workers there are.

export const writeReport = huey.task(
  'write-report',
  { context: true, lock: 'reports', retries: 5, retryDelay: '6m' },
  async (ctx, title: string, takes: Duration) => {
    await ctx.sleep(takes);
    return `${title}: ${catalogue.size} files in the catalogue`;
  },
);

// Many tasks at once, and one that gets what all of them returned.

export const countWords = huey.task('count-words', async (url: string) => {
  const response = await fetch(url);
  return wordsOf(await response.text()).length;
});

export const sumUp = huey.task('sum-up', (counts: number[]) => counts.reduce((sum, count) => sum + count, 0));

// A task that may be delivered twice, and is written for it: it goes on where the notebook ends.

export const copyOut = huey.task(
  'copy-out',
  { context: true },
  async (ctx, notebook: string, count: number, stuckAt: number) => {
    const lines = await readLines(notebook);
    for (let line = lines.length + 1; line <= count; line += 1) {
      await writeLine(notebook, line);
      await ctx.sleep(line === stuckAt ? '1h' : '50ms');
    }
    return `${count} lines, of which ${lines.length} were there`;
  },
);

export const newsletter = huey.task('newsletter', (issue: string) => `${issue} is out`);

// Tasks that run by the calendar. The scheduler of a consumer enqueues them.

export const checkHealth = huey.periodicTask('check-health', crontab({ minute: '*/15' }), async () => {
  const response = await fetch(`${site.url}/health`);
  healthLog.push(await response.text());
});

export const cleanUp = huey.periodicTask('clean-up', crontab({ minute: '0', hour: '3' }), () => {
  healthLog.length = 0;
});
