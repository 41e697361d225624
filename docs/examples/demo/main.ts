// `npm run demo`: the tutorial application on real input, first in immediate mode, then through one simulated week, then
// with a consumer process on a SQLite file.
// Ends with exit code 0 if everything was as promised, else with 1 and one line that says what was not.
import { rmSync } from 'node:fs';
import { runImmediately } from './immediate.js';
import { folder } from './place.js';
import { productionStory, runInProduction } from './production.js';
import { isKept, productionPromises, type Promised, promisesOf } from './promises.js';
import { site } from './server.js';
import { MONDAY, simulateWeek } from './simulated.js';
import { lockStory, mailStory } from './stories.js';
import { tableOf } from './table.js';
import { timelineOf } from './timeline.js';

try {
  await site.start();
  show('Immediate mode: results at once', await runImmediately());

  const begun = process.hrtime.bigint();
  const week = await simulateWeek();
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const { events } = week;
  const runs = events.filter(({ signal }) => signal === 'executing').length;

  show('One simulated week: 2 to 8 March 2026, two workers', tableOf(events));
  show('What ran when', timelineOf(events, MONDAY));
  show('Two letters, and a mail server that is down at first', mailStory(events));
  show('Two reports and one lock, on Wednesday', lockStory(events, week.reports));

  show(`7 virtual days and ${runs} executions in ${seconds.toFixed(1)} seconds`, []);

  judge('The week: as promised?', promisesOf(week));

  const production = await runInProduction();
  show(
    'In production: a consumer and two workers, each a process, on a SQLite file',
    productionStory(production),
  );
  judge('Production: as promised?', productionPromises(production));
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
}

function show(title: string, lines: readonly string[]): void {
  console.log(['', title, ...(lines.length > 0 ? [''] : []), ...lines].join('\n'));
}

/** Shows which promises were kept. @throws Error about the first that was not. */
function judge(title: string, promises: readonly Promised[]): void {
  show(
    title,
    promises.map((promise) => `  ${isKept(promise) ? 'yes' : 'NO '}  ${promise.claim}`),
  );
  const broken = promises.find((promise) => !isKept(promise));
  if (broken !== undefined)
    throw new Error(`${broken.claim}: expected ${text(broken.wanted)}, got ${text(broken.got)}`);
}

function text(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 200 ? `${json.slice(0, 200)}…` : json;
}
