// A turn as arguments of its script, and the answer of the script as a turn has it.
import { StorageError } from '../../errors.js';
import { fieldOf } from './keys.js';
import { priorityText, readDelivery, readRecord, writeRecord } from './record.js';
import type { Effect, Enqueued, Settlement, SettlementResult, Turn, TurnResult } from '../storage.js';

/** Answer of the script: receipts that were not in flight, what effects enqueued, deliveries. */
export type TurnAnswer = readonly [
  refused: readonly number[],
  enqueued: ReadonlyArray<readonly [settlement: number, effect: number, record: string]>,
  deliveries: readonly string[],
];

const NOTHING: readonly never[] = [];
const APPLIED: SettlementResult = { applied: true, enqueued: NOTHING };
const REFUSED: SettlementResult = { applied: false, enqueued: NOTHING };

/** The result of a settlement that enqueued nothing conditionally. */
export function settledAs(isApplied: boolean): SettlementResult {
  return isApplied ? APPLIED : REFUSED;
}

/** A server takes no more arguments than about a million in one command. */
const MOST_ARGUMENTS = 1_000_000;

/** The records, if all that the settlements do is to put items of priority 0 into the queue; else undefined. */
export function plainRecords(settlements: readonly Settlement[]): string[] | undefined {
  for (const { receipt, effects } of settlements) {
    if (receipt !== undefined) return undefined;
    for (const effect of effects)
      if (effect.kind !== 'enqueue' || effect.item.priority !== 0) return undefined;
  }
  const records: string[] = [];
  for (const { effects } of settlements)
    for (const effect of effects) if (effect.kind === 'enqueue') records.push(writeRecord(effect.item));
  return records;
}

/** The arguments of the script for a turn. */
export function turnArguments(turn: Turn, newsChannel: string, storedChannel: string): string[] {
  const { settled, lease, leaseUntil, take, deliver, now } = turn;
  const receipts: string[] = [];
  const tail: string[] = [];
  for (const { receipt, effects } of settled) {
    // No receipt is empty, so that one which is can stand for one that never was.
    if (receipt !== undefined) receipts.push(receipt);
    tail.push(receipt === undefined ? '0' : String(receipts.length));
    const length = tail.length;
    tail.push('');
    for (let index = 0; index < effects.length; index += 1) index += pushEffect(tail, effects, index);
    tail[length] = String(tail.length - length - 1);
  }
  const head = [
    String(now),
    fieldOf(lease),
    leaseUntil === undefined ? '' : String(leaseUntil),
    String(Math.min(take, Number.MAX_SAFE_INTEGER)),
    deliver === true ? '1' : '0',
    newsChannel,
    storedChannel,
    String(receipts.length),
  ];
  if (receipts.length + tail.length > MOST_ARGUMENTS)
    throw new StorageError(
      `expected a turn that fits into one command, got ${settled.length} settlements with ${tail.length} arguments; enqueue fewer tasks at a time`,
    );
  return [...head, ...receipts, ...tail];
}

/** Writes the effect at an index; returns how many more it has taken along. */
function pushEffect(to: string[], effects: readonly Effect[], index: number): number {
  const effect = effects[index]!;
  switch (effect.kind) {
    case 'put':
      if (effect.expiresAt === undefined) to.push('p', fieldOf(effect.key), `|${effect.data}`);
      else to.push('x', fieldOf(effect.key), `${effect.expiresAt}|${effect.data}`, String(effect.expiresAt));
      return 0;
    case 'enqueue':
      if (effect.item.priority === 0) return pushRun(to, effects, index);
      to.push('E', priorityText(effect.item), writeRecord(effect.item));
      return 0;
    case 'schedule':
      to.push('s', String(effect.dueAt), writeRecord(effect.item));
      return 0;
    case 'tick':
      to.push(
        't',
        fieldOf(effect.ticker),
        String(effect.slot),
        priorityText(effect.item),
        writeRecord(effect.item),
      );
      return 0;
    case 'chord': {
      const { item, tail } = effect.callback;
      const frame = [item.id, priorityText(item), item.task, tail, item.data].join('\0');
      to.push('c', fieldOf(effect.chord), String(effect.size), frame);
      return 0;
    }
    case 'report':
      to.push('r', fieldOf(effect.chord), String(effect.index), effect.data);
      return 0;
    case 'unrevoke':
      to.push('u', effect.id);
      return 0;
    case 'unlock':
      to.push('k', fieldOf(effect.name), effect.owner);
      return 0;
    case 'release':
      to.push('b');
      return 0;
    case 'bury':
      to.push('d', fieldOf(effect.item.id), `${effect.reason}\0${writeRecord(effect.item)}`);
      return 0;
  }
}

/** Items of priority 0 that are enqueued one after another go as one. */
function pushRun(to: string[], effects: readonly Effect[], index: number): number {
  const length = to.length + 1;
  to.push('e', '');
  let end = index;
  for (; end < effects.length; end += 1) {
    const effect = effects[end]!;
    if (effect.kind !== 'enqueue' || effect.item.priority !== 0) break;
    to.push(writeRecord(effect.item));
  }
  to[length] = String(end - index);
  return end - index - 1;
}

/** What the script's answer says of a turn. */
export function readTurn(turn: Turn, [refused, enqueued, deliveries]: TurnAnswer): TurnResult {
  const results: SettlementResult[] = [];
  let receipt = 0;
  const isRefused = new Set(refused);
  for (const settlement of turn.settled) {
    if (settlement.receipt !== undefined) receipt += 1;
    results.push(settlement.receipt !== undefined && isRefused.has(receipt) ? REFUSED : APPLIED);
  }
  const delivered = turn.deliver === true ? enqueued.length : 0;
  const grouped = new Map<number, Enqueued[]>();
  for (const [index, [settlement, effect, record]] of enqueued.entries()) {
    const group = grouped.get(settlement) ?? [];
    grouped.set(settlement, group);
    if (turn.deliver === true) {
      const delivery = readDelivery(deliveries[index]!);
      group.push({ effect, item: delivery.item, delivery });
    } else group.push({ effect, item: readRecord(record) });
  }
  for (const [settlement, group] of grouped) results[settlement] = { applied: true, enqueued: group };
  return { settled: results, deliveries: deliveries.slice(delivered).map(readDelivery) };
}

/** The answer to settlements that are sure to be applied and enqueue nothing conditionally. */
export function allApplied(count: number): TurnResult {
  return { settled: Array.from({ length: count }, () => APPLIED), deliveries: NOTHING };
}
