// Second act: a week in the life of a consumer with two workers. The tasks are the same and do the same real work,
// but the clock is the simulation's, and jumps from one thing that is due to the next.
import { chord, group } from 'huey-ts';
import { Simulation, type SimulationEvent } from 'huey-ts/sim';
import { site } from './server.js';
import {
  catalogue,
  countWords,
  download,
  examine,
  huey,
  newsletter,
  returnToSender,
  sendMail,
  store,
  sumUp,
  writeReport,
} from './tasks.js';

export const MONDAY = Date.parse('2026-03-02T00:00Z');

/** What happened in the week, and the ids under which to look for it. */
export interface Week {
  readonly events: readonly SimulationEvent[];
  readonly words: number;
  readonly mail: string;
  readonly deadMail: string;
  readonly reports: readonly string[];
  readonly newsletter: string;
}

/** Lives through the week: moves time to an hour, does what an application would do then, and goes on. */
export async function simulateWeek(): Promise<Week> {
  catalogue.clear();
  await using sim = await Simulation.start(huey, { start: MONDAY, seed: 7, workers: 2 });

  await sim.until('2026-03-02T08:00Z');
  await huey.enqueue(group(site.urls().map((url) => download.s(url).pipe(examine).pipe(store))));

  await sim.until('2026-03-03T09:30Z');
  const mail = await sendMail('ada@example.org', 'Your report is ready.');
  const nobody = 'nobody@example.org';
  const deadMail = await huey.enqueue(sendMail.s(nobody, 'Are you there?').error(returnToSender, nobody));

  await sim.until('2026-03-04T09:05Z');
  const reports = await writeReport.map([
    ['weekly report', '10m'],
    ['monthly report', '10m'],
  ]);

  await sim.until('2026-03-05T14:00Z');
  const pages = site.urls('.txt').map((url) => countWords.s(url));
  const total = await huey.enqueue(chord(pages, sumUp));
  // Waiting for a result moves virtual time as far as it takes.
  const words = await total.get({ blocking: true });
  const issue = await newsletter.schedule(['March'], { eta: '2026-03-06T10:00Z' });

  await sim.until('2026-03-05T17:00Z');
  await issue.revoke();
  const saturday = download.with({ eta: '2026-03-07T06:00Z' });
  for (const url of site.urls('.png')) await huey.enqueue(saturday.s(url).pipe(examine).pipe(store));

  // To the last minute of Sunday: what happens at midnight belongs to the next week.
  await sim.until('2026-03-08T23:59Z');
  const ids = {
    mail: mail.id,
    deadMail: deadMail.id,
    reports: [...reports].map(({ id }) => id),
    newsletter: issue.id,
  };
  return { events: [...sim.events()], words, ...ids };
}
