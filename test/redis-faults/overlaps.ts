// Who held a lock while another did, by the ledger. A lock outlives nobody's lease, so whoever was killed or stopped for
// longer than its lease may be overtaken; its delivery is then made again, which the storage's own count shows. Any other
// overlap is a lock that locks nothing.
import type { Line } from './ledger.js';

/** A body that ran under a lock. */
interface Hold {
  readonly key: string;
  readonly count: number;
  readonly from: number;
  /** Infinity for one that never came to its end. */
  to: number;
}

/** What the locks of a campaign come to. */
export interface LockAccount {
  /** Runs under a lock. */
  readonly holds: number;
  /** Runs that began while an earlier one, which was delivered again, had not ended. */
  readonly overtaken: number;
  /** Runs that began while another held the lock by right: there must be none. */
  readonly overlapping: readonly string[];
}

/** @param lockOf The lock of a task's number, if it takes one. */
export function lockAccountOf(
  lines: readonly Line[],
  lockOf: (number: number) => string | undefined,
): LockAccount {
  const locks = new Map<string, Hold[]>();
  const open = new Map<string, Hold[]>();
  const deliveries = new Map<string, number>();
  for (const { moment, number, id, attempt, count, at, writer } of lines) {
    const lock = lockOf(number);
    if (lock === undefined) continue;
    const key = `${id} ${attempt}`;
    const running = open.get(`${writer} ${key}`) ?? [];
    open.set(`${writer} ${key}`, running);
    if (moment === 'ended') {
      running.shift()!.to = at;
      continue;
    }
    const hold: Hold = { key, count, from: at, to: Infinity };
    running.push(hold);
    locks.set(lock, [...(locks.get(lock) ?? []), hold]);
    deliveries.set(key, Math.max(count, deliveries.get(key) ?? 0));
  }
  const wasRedelivered = ({ key, count }: Hold): boolean => deliveries.get(key)! > count;
  let overtaken = 0;
  const overlapping: string[] = [];
  for (const [lock, holds] of locks) {
    let holding: Hold[] = [];
    for (const hold of holds.sort((a, b) => a.from - b.from)) {
      holding = holding.filter(({ to }) => to > hold.from);
      const rightful = holding.filter((one) => !wasRedelivered(one));
      if (rightful.length > 0) overlapping.push(`${lock}: ${rightful[0]!.key}, then ${hold.key}`);
      else if (holding.length > 0) overtaken += 1;
      holding.push(hold);
    }
  }
  return { holds: [...locks.values()].flat().length, overtaken, overlapping };
}
