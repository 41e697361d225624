// First act: immediate mode, what a unit test sees. Tasks run inside the call that enqueues them, so a result is
// there at once; what is due later waits in the schedule.
import { chord, group, TaskException } from 'huey-ts';
import type { Facts } from './inspect.js';
import { site } from './server.js';
import {
  catalogue,
  countWords,
  download,
  examine,
  huey,
  sendMail,
  store,
  sumUp,
  writeReport,
} from './tasks.js';

/** Runs every kind of work once; returns the lines that tell what came of it. */
export async function runImmediately(): Promise<string[]> {
  huey.immediate = true;
  try {
    await huey.enqueue(group(site.urls().map((url) => download.s(url).pipe(examine).pipe(store))));
    const total = await huey.enqueue(
      chord(
        site.urls('.txt').map((url) => countWords.s(url)),
        sumUp,
      ),
    );
    const report = await writeReport('today', '1ms');
    return [
      ...[...catalogue].map(([name, facts]) => `  ${name.padEnd(22)}${describe(facts)}`),
      '',
      `  chord     ${await total.get()} words on all pages`,
      `  report    ${await report.get()}`,
      `  failure   ${await failure()}`,
      `  retry     ${await retry()}`,
    ];
  } finally {
    huey.immediate = false;
  }
}

function describe(facts: Facts): string {
  if (facts.kind === 'text') return `text   ${facts.words} words, above all: ${facts.frequent.join(', ')}`;
  const { format, width, height, checksum } = facts;
  return `${format}    ${width} x ${height}, sha256 ${checksum.slice(0, 16)}…`;
}

/** Reading the result of a task that failed throws. */
async function failure(): Promise<string> {
  const result = await download.with({ retries: 0 })(`${site.url}/missing.txt`);
  try {
    return `expected an error, got ${JSON.stringify(await result.get())}`;
  } catch (error) {
    if (!(error instanceof TaskException)) throw error;
    return (error.metadata.error as Error).message.replace(site.url, '');
  }
}

/** A retry with a delay is not run at once: time does not pass in immediate mode. */
async function retry(): Promise<string> {
  await sendMail('grace@example.org', 'Welcome!');
  const [task] = await huey.scheduled();
  return `${task?.name} waits in the schedule, attempt ${(task?.attempt ?? 0) + 1}, ${task?.retries} retries left`;
}
