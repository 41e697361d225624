// The turn of a busy consumer as arguments of a script that is made for it, and that script's answer.
import { fieldOf } from './keys.js';
import { readRecord } from './record.js';
import { settledAs } from './turn.js';
import type { Delivery, Turn, TurnResult } from '../storage.js';

/** The records, and a text: the position of the first, and the numbers of the receipts that were not in flight. */
export type FlowAnswer = readonly string[];

/** As many as a script hands on in one call. */
const MOST_SETTLEMENTS = 1000;

/** A digit says how many results a settlement stores. */
const MOST_RESULTS = 9;

/**
 * What ends the receipts that a turn hands out: the number of the turn, which this process gives no other, and the
 * lease. So a server that has forgotten the last positions it gave never ends the wrong delivery.
 */
export function receiptEnd(turn: number, lease: string): string {
  return `@${turn}${fieldOf(lease)}`;
}

/**
 * The arguments, if all that the turn does is to end deliveries that it handed out under its lease, with results that
 * stay, and to take; else undefined.
 */
export function flowArguments(turn: Turn, end: string): string[] | undefined {
  const { settled, lease, leaseUntil, take, now } = turn;
  if (turn.deliver === true || settled.length > MOST_SETTLEMENTS) return undefined;
  const field = fieldOf(lease);
  const receipts = new Set<string>();
  const results: string[] = [];
  const ends: string[] = [];
  let counts = '';
  let keys = '';
  for (const { receipt, effects } of settled) {
    if (receipt === undefined || !isHandedOut(receipt, field) || receipts.has(receipt)) return undefined;
    receipts.add(receipt);
    const before = ends.length;
    let count = 0;
    for (const effect of effects) {
      // Where nothing is revoked, there is nothing to take back.
      if (effect.kind === 'unrevoke') continue;
      if (effect.kind !== 'put' || effect.key.startsWith('revoked')) return undefined;
      const key = fieldOf(effect.key);
      results.push(key, `${effect.expiresAt ?? ''}|${effect.data}`);
      if (effect.expiresAt !== undefined) ends.push(String(effect.expiresAt), key);
      keys = keys === '' ? key : `${keys}\0${key}`;
      count += 1;
    }
    if (count > MOST_RESULTS) return undefined;
    counts += `${count}${(ends.length - before) / 2}`;
  }
  const most = Math.min(take, Number.MAX_SAFE_INTEGER);
  const said = `${field}\0${leaseUntil ?? ''}\0${now}\0${most}\0${end}\0${counts}\0${keys}`;
  return [said, ...receipts, ...results, ...ends];
}

/** What the script's answer says of the turn. */
export function readFlow({ settled }: Turn, end: string, answer: FlowAnswer): TurnResult {
  const last = answer.length - 1;
  const [first, ...refused] = answer[last]!.split(',');
  const deliveries: Delivery[] = [];
  for (let index = 0; index < last; index += 1) {
    const position = String(Number(first) + index).padStart(16, '0');
    const item = readRecord(answer[index]!);
    deliveries.push({ item, receipt: `q${position}${end}`, count: 1, revoked: false });
  }
  return {
    settled: settled.map((_, index) =>
      settledAs(refused.length === 0 || !refused.includes(String(index + 1))),
    ),
    deliveries,
  };
}

/** Whether a receipt was handed out by such a turn under that lease: those of others begin with a digit. */
function isHandedOut(receipt: string, field: string): boolean {
  if (!receipt.startsWith('q') || !receipt.endsWith(field)) return false;
  return /^@\d+$/.test(receipt.slice(17, receipt.length - field.length));
}
