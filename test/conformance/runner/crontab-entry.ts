// Crontab entries: whether a schedule can be built, loosely and strictly, and which minutes of a window it matches.
import { type Crontab, crontab, daily, hourly } from '../../../src/model/crontab.js';
import { CorpusError, type CrontabEntry, list, object } from './corpus.js';
import { crontabFields } from './declarations.js';
import { difference } from './difference.js';
import { tellError } from './error-values.js';
import { Fields } from './fields.js';
import type { Verdict } from './verdict.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** How many matches of a window are listed. */
const LISTED = 50;
/** A month of minutes. */
const ASKED_ONE_BY_ONE = 31 * DAY_MINUTES;

/** Builds the schedules of an entry and judges them. */
export function judgeCrontab({ id, file, entry }: CrontabEntry): Verdict {
  const fields = new Fields(id, entry);
  const title = `crontab ${JSON.stringify(entry['fields'] ?? {})}`;
  return { id, file, title, complaints: complaintsOf(fields), deviates: undefined };
}

function complaintsOf(fields: Fields): string[] {
  try {
    const loose = built(fields, false);
    const strict = built(fields, true);
    return [
      ...difference('loose', fields.text('loose'), verdictOf(loose)),
      ...difference('strict', fields.text('strict'), verdictOf(strict)),
      ...(typeof loose === 'string'
        ? []
        : windowsOf(fields).flatMap((one) => windowComplaints(one, loose, strict))),
    ];
  } catch (error) {
    if (error instanceof CorpusError) return [error.message];
    throw error;
  }
}

/** The schedule, or the class of the error that refused it. */
function built(fields: Fields, strict: boolean): Crontab | string {
  const given = crontabFields(fields.object('fields'));
  const preset = fields.has('preset') ? fields.text('preset') : '';
  const make = { '': crontab, hourly, daily }[preset];
  if (make === undefined) throw new CorpusError(`${fields.where}: unknown preset "${preset}"`);
  try {
    return make(given, { strict });
  } catch (error) {
    return (tellError(error) as { class: string }).class;
  }
}

function verdictOf(schedule: Crontab | string): string {
  return typeof schedule === 'string' ? schedule : 'ok';
}

function windowsOf(fields: Fields): Fields[] {
  return list(fields.get('windows'), `${fields.where}: windows`).map((one, index) => {
    const where = `${fields.where}: window ${index + 1}`;
    return new Fields(where, object(one, where));
  });
}

function windowComplaints(window: Fields, loose: Crontab, strict: Crontab | string): string[] {
  const from = Date.parse(`${window.text('from')}Z`);
  if (Number.isNaN(from)) throw new CorpusError(`${window.where}: expected \`from\` to be a naive minute`);
  const length = window.number('days') * DAY_MINUTES;
  const minutes = matching(loose, from, length);
  const walked = typeof strict === 'string' ? undefined : walk(strict, from, length);
  return [
    ...difference(`${window.where}: first`, window.list('first'), minutes.slice(0, LISTED)),
    ...difference(`${window.where}: count`, window.number('count'), minutes.length),
    ...(walked === undefined ? [] : difference(`${window.where}: strict`, window.list('first'), walked)),
  ];
}

/** Offsets of the minutes that match. Each is asked for; after a while, gaps are skipped, or it would take too long. */
function matching(schedule: Crontab, from: number, length: number): number[] {
  const found: number[] = [];
  for (let minute = 0; minute < length; minute += 1) {
    if (schedule.matches(from + minute * MINUTE_MS)) found.push(minute);
    else if (minute > ASKED_ONE_BY_ONE) {
      const next = schedule.next(from + minute * MINUTE_MS);
      minute = next === undefined ? length : (next - from) / MINUTE_MS - 1;
    }
  }
  return found;
}

/** The first offsets, found the other way: by going from match to match. */
function walk(schedule: Crontab, from: number, length: number): number[] {
  const found: number[] = [];
  let at = schedule.next(from - 1);
  while (at !== undefined && at < from + length * MINUTE_MS && found.length < LISTED) {
    found.push((at - from) / MINUTE_MS);
    at = schedule.next(at);
  }
  return found;
}
