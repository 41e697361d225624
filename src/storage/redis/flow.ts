// The turn of a busy consumer as arguments of a script that is made for it, and that script's answer.
import { fieldOf } from './keys.js';
import { readRecord } from './record.js';
import { settledAs } from './turn.js';
import type { Turn, TurnResult } from '../storage.js';

/** Receipts that were not in flight, the position of the first record, the records. */
export type FlowAnswer = readonly [refused: readonly number[], first: string, records: readonly string[]];

/** As many as a script hands on in one call. */
const MOST_SETTLEMENTS = 1000;

/** The arguments, if all that the turn does is to end deliveries with results that stay, and to take; else undefined. */
export function flowArguments(turn: Turn, newsChannel: string, storedChannel: string): string[] | undefined {
  const { settled, lease, leaseUntil, take, now } = turn;
  if (turn.deliver === true || settled.length > MOST_SETTLEMENTS) return undefined;
  const receipts = new Set<string>();
  const tail: string[] = [];
  for (const { receipt, effects } of settled) {
    if (receipt === undefined || receipts.has(receipt)) return undefined;
    receipts.add(receipt);
    const length = tail.push('') - 1;
    for (const effect of effects) {
      // Where nothing is revoked, there is nothing to take back.
      if (effect.kind === 'unrevoke') continue;
      if (effect.kind !== 'put' || effect.expiresAt !== undefined || effect.key.startsWith('revoked'))
        return undefined;
      tail.push(fieldOf(effect.key), `|${effect.data}`);
    }
    tail[length] = String(tail.length - length - 1);
  }
  const until = leaseUntil === undefined ? '' : String(leaseUntil);
  const most = String(Math.min(take, Number.MAX_SAFE_INTEGER));
  const head = [String(now), fieldOf(lease), until, most, newsChannel, storedChannel, String(receipts.size)];
  return [...head, ...receipts, ...tail];
}

/** What the script's answer says of the turn. */
export function readFlow({ settled }: Turn, [refused, first, records]: FlowAnswer): TurnResult {
  const isRefused = new Set(refused);
  return {
    settled: settled.map((_, index) => settledAs(!isRefused.has(index + 1))),
    deliveries: records.map((record, index) => {
      const item = readRecord(record);
      return { item, receipt: `q${Number(first) + index}:${item.id}`, count: 1, revoked: false };
    }),
  };
}
