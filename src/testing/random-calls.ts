// Random calls of a storage, as plain data drawn from a seed: the same seed gives the same calls everywhere. Few names
// and instants that often coincide, so that calls meet each other.
import type { Effect, FlushTarget, QueueItem } from '../storage/storage.js';
import { revokedKey, revokedTaskKey } from '../storage/storage.js';

/** Draws from a seed: Tommy Ettinger's mulberry32. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number of at least 0 and below `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  pick<const T>(choices: readonly T[]): T {
    return choices[this.roll(choices.length)]!;
  }

  /** So many of what is drawn, up to a number. */
  upTo<T>(most: number, draw: () => T): T[] {
    return Array.from({ length: this.roll(most + 1) }, draw);
  }

  maybe<T>(draw: () => T): T | undefined {
    return this.roll(2) === 0 ? undefined : draw();
  }
}

/** One call. Instants are relative to that of the call; receipts are counted from the newest that was given. */
export type RandomCall =
  | {
      readonly call: 'turn';
      readonly settled: readonly {
        readonly receipt: number | undefined;
        readonly effects: readonly RandomEffect[];
      }[];
      readonly take: number;
      readonly lease: string;
      readonly leaseForMs: number | undefined;
      readonly deliver: boolean;
    }
  | { readonly call: 'handOver'; readonly limit: number; readonly lease: string }
  | { readonly call: 'recover'; readonly lease: string; readonly most: number }
  | { readonly call: 'keepLease'; readonly lease: string; readonly forMs: number }
  | { readonly call: 'endLease'; readonly lease: string }
  | { readonly call: 'held'; readonly lease: string | undefined }
  | { readonly call: 'resolveDead'; readonly id: string; readonly action: 'retry' | 'discard' }
  | { readonly call: 'pop' | 'delete'; readonly key: string }
  | { readonly call: 'putIfEmpty' | 'deleteIf'; readonly key: string; readonly data: string }
  | {
      readonly call: 'acquire';
      readonly name: string;
      readonly owner: string;
      readonly places: number;
      readonly lease: string | undefined;
      readonly forMs: number | undefined;
    }
  | { readonly call: 'release'; readonly name: string; readonly owner: string }
  | { readonly call: 'flushLocks'; readonly names: readonly string[] }
  | { readonly call: 'rate'; readonly name: string; readonly agoMs: number }
  | { readonly call: 'resetRate'; readonly name: string }
  | { readonly call: 'flush'; readonly target: FlushTarget | undefined };

/** An effect whose instants are relative to that of the turn. */
export type RandomEffect = (now: number) => Effect;

const SHORTLY = [-5, 0, 1, 7, 8, 14, 20, 21, 27, 40];
const KEYS = ['k1', 'k2', revokedKey('a'), revokedKey('b'), revokedTaskKey('u')];
/** What has expired may be deleted either way, so it has keys of its own. */
const EXPIRING = ['e1', 'e2', revokedKey('c'), revokedTaskKey('t')];
const DATA = ['', 'one', 'two'];
const NAMES = ['m', 'n'];
const OWNERS = ['o', 'p'];
const LEASES = ['x', 'y'];
const IDS = ['a', 'b', 'c', 'd'];
const TARGETS: readonly (FlushTarget | undefined)[] = [
  'queue',
  'schedule',
  'results',
  'counters',
  'dead',
  undefined,
];

/** The calls, commonest first: each is drawn as often as it is listed. */
const CALLS = [
  ...Array<'turn'>(14).fill('turn'),
  'handOver',
  'handOver',
  'handOver',
  'recover',
  'recover',
  'recover',
  'keepLease',
  'keepLease',
  'endLease',
  'held',
  'resolveDead',
  'resolveDead',
  'pop',
  'delete',
  'putIfEmpty',
  'deleteIf',
  'acquire',
  'acquire',
  'acquire',
  'release',
  'flushLocks',
  'rate',
  'rate',
  'resetRate',
  'flush',
] as const;

/** Draws a call. */
export function randomCall(dice: Dice): RandomCall {
  const call = dice.pick(CALLS);
  switch (call) {
    case 'turn':
      return turn(dice);
    case 'handOver':
      return { call, limit: dice.roll(4), lease: dice.pick(LEASES) };
    case 'recover':
      return { call, lease: dice.pick(LEASES), most: 1 + dice.roll(4) };
    case 'keepLease':
      return { call, lease: dice.pick(LEASES), forMs: dice.pick(SHORTLY) };
    case 'endLease':
      return { call, lease: dice.pick(LEASES) };
    case 'held':
      return { call, lease: dice.maybe(() => dice.pick(LEASES)) };
    case 'resolveDead':
      return { call, id: dice.pick(IDS), action: dice.pick(['retry', 'discard']) };
    case 'acquire':
      return acquire(dice);
    case 'release':
      return { call, name: dice.pick(NAMES), owner: dice.pick(OWNERS) };
    case 'flushLocks':
      return { call, names: [dice.pick(NAMES)] };
    case 'flush':
      return { call, target: dice.pick(TARGETS) };
    case 'rate':
      return { call, name: dice.pick(NAMES), agoMs: dice.pick([0, 0, 0, 15]) };
    case 'resetRate':
      return { call, name: dice.pick(NAMES) };
    default:
      return onData(call, dice);
  }
}

function turn(dice: Dice): RandomCall {
  return {
    call: 'turn',
    settled: dice.upTo(3, () => ({
      receipt: dice.maybe(() => dice.roll(8)),
      effects: dice.upTo(5, () => randomEffect(dice)),
    })),
    take: dice.roll(4),
    lease: dice.pick(LEASES),
    leaseForMs: dice.maybe(() => dice.pick(SHORTLY)),
    deliver: dice.roll(4) === 0,
  };
}

function acquire(dice: Dice): RandomCall {
  return {
    call: 'acquire',
    name: dice.pick(NAMES),
    owner: dice.pick(OWNERS),
    places: 1 + dice.roll(2),
    lease: dice.maybe(() => dice.pick(LEASES)),
    forMs: dice.maybe(() => dice.pick(SHORTLY)),
  };
}

function onData(call: 'pop' | 'delete' | 'putIfEmpty' | 'deleteIf', dice: Dice): RandomCall {
  if (call === 'delete') return { call, key: dice.pick(KEYS) };
  if (call === 'deleteIf') return { call, key: dice.pick(KEYS), data: dice.pick(DATA) };
  const key = dice.pick(dice.roll(2) === 0 ? KEYS : EXPIRING);
  return call === 'pop' ? { call, key } : { call, key, data: dice.pick(DATA) };
}

function randomEffect(dice: Dice): RandomEffect {
  const item = randomItem(dice);
  switch (dice.roll(20)) {
    case 0:
      return putEffect(dice);
    case 1: {
      const id = dice.pick(IDS);
      return () => ({ kind: 'unrevoke', id });
    }
    case 2: {
      const [ticker, slot] = [dice.pick(NAMES), dice.roll(5)];
      return (now) => ({ kind: 'tick', ticker, slot, item: item(now) });
    }
    case 3:
    case 4:
      return chordEffect(dice, item);
    case 5:
    case 6: {
      const [size, index, data] = [dice.roll(4), dice.roll(3), dice.pick(DATA)];
      return () => ({ kind: 'report', chord: `c${size}`, index: index % Math.max(1, size), data });
    }
    case 7: {
      const [name, owner] = [dice.pick(NAMES), dice.pick(OWNERS)];
      return () => ({ kind: 'unlock', name, owner });
    }
    case 8:
      return () => ({ kind: 'release' });
    case 9: {
      const reason = dice.pick(DATA);
      return (now) => ({ kind: 'bury', item: item(now), reason });
    }
    case 10:
    case 11: {
      const inMs = dice.pick(SHORTLY);
      return (now) => ({ kind: 'schedule', item: item(now), dueAt: now + inMs });
    }
    default:
      return (now) => ({ kind: 'enqueue', item: item(now) });
  }
}

function putEffect(dice: Dice): RandomEffect {
  const data = dice.pick(DATA);
  if (dice.roll(2) === 0) {
    const key = dice.pick(KEYS);
    return () => ({ kind: 'put', key, data });
  }
  const [key, forMs] = [dice.pick(EXPIRING), dice.maybe(() => dice.pick(SHORTLY))];
  return (now) => ({ kind: 'put', key, data, ...(forMs !== undefined && { expiresAt: now + forMs }) });
}

function chordEffect(dice: Dice, item: (now: number) => QueueItem): RandomEffect {
  const [size, tail] = [dice.roll(4), dice.pick(DATA)];
  return (now) => ({ kind: 'chord', chord: `c${size}`, size, callback: { item: item(now - 3), tail } });
}

function randomItem(dice: Dice): (now: number) => QueueItem {
  const id = dice.pick(IDS);
  const fields = {
    id,
    task: dice.pick(['t', 'u']),
    priority: dice.pick([0, 0, 0, 1, -1.5]),
    data: `data of ${id}`,
  };
  return (now) => ({ ...fields, enqueuedAt: now - 1 });
}

/** A call in one line, with its instants relative to its own. */
export function callText(call: RandomCall): string {
  const { call: name, ...rest } = call;
  const told =
    'settled' in rest
      ? {
          ...rest,
          settled: rest.settled.map((one) => ({ ...one, effects: one.effects.map((effect) => effect(0)) })),
        }
      : rest;
  return `${name} ${JSON.stringify(told)}`;
}
