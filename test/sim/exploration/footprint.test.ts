// The independence relation of the storage, against the storage: whatever two random calls, in whatever state, if their
// footprints do not conflict, both orders give the same answers and leave the same behind.
import { expect, it } from 'vitest';
import { addCall, Footprint } from '../../../sim/exploration/footprint.js';
import { MemoryStorage } from '../../../src/storage/memory.js';
import { NOW, Subject } from '../../../src/testing/contract/subject.js';
import { Dice, type RandomCall, randomCall } from '../../../src/testing/random-calls.js';

interface Call {
  readonly op: string;
  readonly args: readonly unknown[];
}

/** A call with its instant and with the receipts that there are. */
function callOf(call: RandomCall, now: number, receipts: readonly string[]): Call {
  const { call: op } = call;
  switch (call.call) {
    case 'turn': {
      const settled = call.settled.map(({ receipt, effects }) => ({
        ...(receipt !== undefined && { receipt: receipts.at(-1 - receipt) ?? 'none' }),
        effects: effects.map((effect) => effect(now)),
      }));
      const until = call.leaseForMs === undefined ? {} : { leaseUntil: now + call.leaseForMs };
      return { op, args: [{ settled, take: call.take, lease: call.lease, now, ...until, deliver: false }] };
    }
    case 'handOver':
      return { op, args: [{ now, limit: call.limit, lease: call.lease }] };
    case 'recover':
      return { op, args: [call.lease, call.most, now] };
    case 'keepLease':
      return { op, args: [call.lease, now + call.forMs, now] };
    case 'endLease':
      return { op, args: [call.lease, now] };
    case 'held':
      return { op, args: [now, call.lease] };
    case 'resolveDead':
      return { op, args: [call.id, call.action, now] };
    case 'flush':
      return { op, args: [call.target] };
    case 'pop':
    case 'delete':
      return { op, args: [call.key, now] };
    case 'putIfEmpty':
    case 'deleteIf':
      return { op, args: [call.key, call.data, now] };
    case 'acquire': {
      const { name, owner, places, lease, forMs } = call;
      const ends = {
        ...(lease !== undefined && { lease }),
        ...(forMs !== undefined && { expiresAt: now + forMs }),
      };
      return { op, args: [{ name, owner, places, now, ...ends }] };
    }
    case 'release':
      return { op, args: [call.name, call.owner, now] };
    case 'flushLocks':
      return { op, args: [call.names, now] };
    case 'rate':
      return { op, args: [{ name: call.name, limit: 1, windowMs: 10, now }] };
    case 'resetRate':
      return { op, args: [call.name] };
  }
}

function make(storage: MemoryStorage, { op, args }: Call): unknown {
  return (storage[op as keyof MemoryStorage] as (...args: readonly unknown[]) => unknown)(...args);
}

/** The receipts in an answer; they are counted, so they tell which delivery was the first, and nothing else. */
function receiptsIn(answer: unknown): string[] {
  return [...JSON.stringify(answer ?? null).matchAll(/"receipt":"([^"]+)"/g)].map(([, receipt]) => receipt!);
}

function plain(answer: unknown): string {
  return JSON.stringify(answer ?? null).replace(/"receipt":"[^"]+"/g, '"receipt"');
}

/** What both calls answer, and what there is afterwards. */
async function outcome(history: readonly Call[], first: Call, second: Call, now: number) {
  const storage = new MemoryStorage();
  for (const call of history) make(storage, call);
  const answers = new Map([first, second].map((call) => [call, make(storage, call)]));
  const rest = await new Subject(storage).snapshot(now);
  const held = storage.held(now).map(({ item, count }) => [item, count]);
  return { answers, told: plain([rest, held, storage.recover('z', 3, now)]) };
}

function printOf(call: Call, answer: unknown): Footprint {
  const print = new Footprint();
  addCall({ op: call.op, call: { args: call.args, answer } }, print);
  return print;
}

it('calls that do not conflict may change places', async () => {
  let independent = 0;
  for (let seed = 1; seed <= 20000; seed += 1) {
    const dice = new Dice(seed);
    const storage = new MemoryStorage();
    const [history, receipts]: [Call[], string[]] = [[], []];
    let now = NOW;
    for (let length = dice.roll(12); length > 0; length -= 1) {
      now += dice.pick([0, 0, 1, 7, 20]);
      const call = callOf(randomCall(dice), now, receipts);
      history.push(call);
      receipts.push(...receiptsIn(make(storage, call)));
    }
    const [a, b] = [callOf(randomCall(dice), now, receipts), callOf(randomCall(dice), now, receipts)];
    const [ab, ba] = [await outcome(history, a, b, now), await outcome(history, b, a, now)];
    if (printOf(a, ab.answers.get(a)).conflictsWith(printOf(b, ab.answers.get(b)))) continue;
    independent += 1;
    const told = ({ answers, told: rest }: typeof ab) => [plain(answers.get(a)), plain(answers.get(b)), rest];
    expect(told(ba), `seed ${seed}: ${JSON.stringify([a, b])}`).toEqual(told(ab));
  }
  expect(independent).toBeGreaterThan(300);
});
