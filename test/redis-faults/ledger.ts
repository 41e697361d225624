// What the consumers of a campaign write down: each run of a body with the count of its delivery, one line in one write,
// so it outlives whoever wrote it. From it the campaign tells what was lost, done twice, and delivered again.
import { openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage, Turn } from 'huey-ts';

/** One moment of one run. */
export interface Line {
  readonly moment: 'began' | 'ended';
  /** Of the task, in the campaign. */
  readonly number: number;
  readonly id: string;
  readonly attempt: number;
  /** How often the storage says that it has delivered this attempt. */
  readonly count: number;
  /** By the clock that all processes of the machine share, in nanoseconds. */
  readonly at: number;
  /** Which process wrote it. */
  readonly writer: string;
}

/** Writes one process's part of the ledger. */
export class LedgerWriter {
  readonly #file: number;
  readonly #counts = new Map<string, number>();

  constructor(folder: string) {
    this.#file = openSync(join(folder, `${process.pid}.ledger`), 'a');
  }

  /** Notes the counts of all that this storage hands out; also of what it tells after an answer was lost. */
  listenTo(storage: Storage): void {
    const turn = storage.turn.bind(storage);
    const held = storage.held.bind(storage);
    storage.turn = async (request: Turn) => {
      const result = await turn(request);
      for (const { item, count } of result.deliveries) this.#counts.set(item.id, count);
      return result;
    };
    storage.held = async (...request) => {
      const deliveries = await held(...request);
      for (const { item, count } of deliveries) if (count > 0) this.#counts.set(item.id, count);
      return deliveries;
    };
  }

  write(moment: Line['moment'], number: number, id: string, attempt: number): void {
    const count = this.#counts.get(id) ?? 0;
    writeSync(this.#file, `${moment} ${number} ${id} ${attempt} ${count} ${process.hrtime.bigint()}\n`);
  }
}

/** Reads what all processes wrote. */
export function readLedger(folder: string): readonly Line[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ledger'));
  return files.flatMap((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => readLine(line, name));
  });
}

function readLine(line: string, writer: string): Line {
  const [moment, number, id, attempt, count, at] = line.split(' ') as [Line['moment'], ...string[]];
  return {
    moment,
    number: Number(number),
    id: id!,
    attempt: Number(attempt),
    count: Number(count),
    at: Number(at),
    writer,
  };
}

/** What a ledger comes to. */
export interface Account {
  readonly runs: number;
  /** Attempts whose body came to its end more than once. */
  readonly duplicated: number;
  /** Runs of an attempt that had been delivered before. */
  readonly redelivered: number;
  /** Runs that the storage did not say were further deliveries: there must be none. */
  readonly unexplained: readonly string[];
}

/** Counts; a run is explained if no other run of its attempt has the same count of deliveries. */
export function accountOf(lines: readonly Line[]): Account {
  const begun = new Map<string, Set<number>>();
  const ended = new Map<string, number>();
  const unexplained: string[] = [];
  let redelivered = 0;
  let runs = 0;
  for (const { moment, id, attempt, count } of lines) {
    const key = `${id} ${attempt}`;
    if (moment === 'ended') {
      ended.set(key, (ended.get(key) ?? 0) + 1);
      continue;
    }
    runs += 1;
    const counts = begun.get(key) ?? new Set();
    begun.set(key, counts);
    if (counts.has(count) || count === 0) unexplained.push(`${key}, delivery ${count}`);
    counts.add(count);
    if (count > 1) redelivered += 1;
  }
  const duplicated = [...ended.values()].filter((times) => times > 1).length;
  return { runs, duplicated, redelivered, unexplained };
}
