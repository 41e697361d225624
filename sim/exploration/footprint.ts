// What one step of a run touches: the independence relation of `explore`. Two steps at one instant are independent if
// neither writes what the other reads or writes; then their order makes no difference to anybody, and one order will do.
import {
  type Acquisition,
  type Delivery,
  type Effect,
  type HandedOver,
  type RateRequest,
  type Recovery,
  revokedKey,
  revokedTaskKey,
  type Turn,
  type TurnResult,
} from '../../src/storage/storage.js';
import type { RunEvent } from '../run-event.js';

/** How a step touches a thing. A write is more than a read. */
type Touch = 'read' | 'write';

/** The parts of a consumer that have memory of their own. The workers belong to the pump. */
export type Part = 'pump' | 'scheduler' | 'lease';

export const PARTS: readonly Part[] = ['pump', 'scheduler', 'lease'];

/** The things that a step touches, by name. `*` stands for all there are. */
export class Footprint {
  readonly #touches = new Map<string, Touch>();

  read(thing: string): void {
    if (!this.#touches.has(thing)) this.#touches.set(thing, 'read');
  }

  write(thing: string): void {
    this.#touches.set(thing, 'write');
  }

  /** Whether the order of two steps may make a difference. */
  conflictsWith(other: Footprint): boolean {
    if (this.#touches.has('*') || other.#touches.has('*')) return true;
    for (const [thing, touch] of this.#touches) {
      const others = other.#touches.get(thing);
      if (others !== undefined && (touch === 'write' || others === 'write')) return true;
    }
    return false;
  }
}

/**
 * What is shared, and by whom. All of it is coarse on the safe side: a thing may be named that is not touched, and never
 * the other way round.
 *
 * | thing                         | what it is, and why that is all                                                    |
 * | ----------------------------- | ---------------------------------------------------------------------------------- |
 * | `pump:<node>`                 | the memory of a pump with its places and workers: each step of one of them writes it |
 * | `scheduler:<node>`            | the memory of a scheduler, which no other part of the consumer looks into          |
 * | `lease:<node>`                | that of a lease keeper, which also reads the pump's: it asks whether that holds anything |
 * | all three                     | steps of the consumer itself, which starts and stops them; and whatever befalls a node |
 * | the part of whoever is woken  | a step that makes somebody else ready, or takes that back, touches that part        |
 * | `common:<process>`            | where the parts of a process take ids and chance from: written by each draw         |
 * | `wake:<what>`                 | who listens to the storage is told within the call that has an effect, and remembers it: the part that listens reads it in each step, a call that tells of something writes it |
 * | `producer:<name>`             | the actions of a producer                                                           |
 * | `user`                        | what bodies, actions, hooks and handlers share in variables: steps that run such code write it. Handlers and hooks count if they are there when the run starts |
 * | `queue`, `key:<key>`, …       | the parts of the storage, each with its calls in the table below                    |
 * | `*`                           | everything: code of the test, of which nothing is known; calls that are not in the table |
 *
 * Time needs no thing: steps at different instants never change places, and a draw of a latency or of a mishap depends on
 * the actor and its count of calls alone. Mishaps that are offered, or planned for whoever comes first, are counted for all:
 * with them nothing is reduced.
 */
export const THINGS = {
  producer: (name: string): string => `producer:${name}`,
  part: (node: string, part: Part): string => `${part}:${node}`,
  common: (name: string): string => `common:${name}`,
  wake: { queue: 'wake:queue', schedule: 'wake:schedule', lease: 'wake:lease', keys: 'wake:keys' },
  user: 'user',
  all: '*',
  queue: 'queue',
  schedule: 'schedule',
  held: 'held',
  leases: 'leases',
  dead: 'dead',
  key: (key: string): string => `key:${key}`,
  lock: (name: string): string => `lock:${name}`,
  rate: (name: string): string => `rate:${name}`,
  chord: (id: string): string => `chord:${id}`,
  ticker: (name: string): string => `ticker:${name}`,
} as const;

type Call = Pick<RunEvent, 'op' | 'call'>;
type Reading = (args: readonly unknown[], answer: unknown, print: Footprint) => void;

/**
 * By method. A call that found nothing has only read: whatever would have had it find something writes what it read. A
 * method that is not here touches everything.
 */
const CALLS: Readonly<Record<string, Reading>> = {
  turn: ([turn], answer, print) => turned(turn as Turn, answer as TurnResult, print),
  handOver(_args, answer, print) {
    const { deliveries } = answer as HandedOver;
    print.read(THINGS.schedule);
    if (deliveries.length === 0) return;
    addRevocations(deliveries, print);
    for (const thing of [THINGS.schedule, THINGS.held, THINGS.wake.lease]) print.write(thing);
  },
  recover(_args, answer, print) {
    const { requeued, exhausted } = answer as Recovery;
    for (const thing of [THINGS.leases, THINGS.held]) print.read(thing);
    if (requeued.length + exhausted.length === 0) return;
    addRevocations(exhausted, print);
    print.write(THINGS.held);
    enrich('queue', print);
    enrich('schedule', print);
    print.write(THINGS.wake.lease);
  },
  keepLease: (_args, _answer, print) => print.write(THINGS.leases),
  endLease: (_args, _answer, print) => print.write(THINGS.leases),
  held(_args, answer, print) {
    print.read(THINGS.held);
    addRevocations(answer as readonly Delivery[], print);
  },
  pending: (_args, _answer, print) => print.read(THINGS.queue),
  pendingCount: (_args, _answer, print) => print.read(THINGS.queue),
  scheduled: (_args, _answer, print) => print.read(THINGS.schedule),
  scheduledCount: (_args, _answer, print) => print.read(THINGS.schedule),
  peek: ([key], _answer, print) => print.read(THINGS.key(key as string)),
  pop: ([key], _answer, print) => print.write(THINGS.key(key as string)),
  delete: ([key], _answer, print) => print.write(THINGS.key(key as string)),
  deleteIf: ([key], _answer, print) => print.write(THINGS.key(key as string)),
  putIfEmpty([key], answer, print) {
    print.write(THINGS.key(key as string));
    if (answer === true) print.write(THINGS.wake.keys);
  },
  acquire: ([request], _answer, print) => locked((request as Acquisition).name, print),
  release: ([name], _answer, print) => locked(name as string, print),
  rate: ([request], _answer, print) => print.write(THINGS.rate((request as RateRequest).name)),
};

/** Adds what a call of the storage has touched. */
export function addCall({ op, call }: Call, print: Footprint): void {
  const reading = CALLS[op];
  if (reading === undefined || call === undefined || call.error !== undefined) print.write(THINGS.all);
  else reading(call.args, call.answer, print);
}

/** Whether a lock is free depends on the leases of those who hold it. */
function locked(name: string, print: Footprint): void {
  print.write(THINGS.lock(name));
  print.read(THINGS.leases);
}

function turned(
  { settled, take, leaseUntil }: Turn,
  { settled: results, deliveries }: TurnResult,
  print: Footprint,
): void {
  if (leaseUntil !== undefined) print.write(THINGS.leases);
  for (const [index, { receipt, effects }] of settled.entries()) {
    const { applied, enqueued } = results[index]!;
    if (receipt !== undefined) print[applied ? 'write' : 'read'](THINGS.held);
    if (enqueued.length > 0) enrich('queue', print);
    for (const effect of effects) addEffect(effect, print);
  }
  if (take > 0) print.read(THINGS.queue);
  if (deliveries.length === 0) return;
  for (const thing of [THINGS.queue, THINGS.held, THINGS.wake.lease]) print.write(thing);
  addRevocations(deliveries, print);
}

/** A delivery says whether it is revoked. */
function addRevocations(deliveries: readonly Delivery[], print: Footprint): void {
  for (const { item } of deliveries) {
    print.read(THINGS.key(revokedKey(item.id)));
    print.read(THINGS.key(revokedTaskKey(item.task)));
  }
}

/** There is more in it: who waits for that is told. */
function enrich(part: 'queue' | 'schedule', print: Footprint): void {
  print.write(THINGS[part]);
  print.write(THINGS.wake[part]);
}

function addEffect(effect: Effect, print: Footprint): void {
  switch (effect.kind) {
    case 'put':
      print.write(THINGS.key(effect.key));
      return print.write(THINGS.wake.keys);
    case 'unrevoke':
      return print.write(THINGS.key(revokedKey(effect.id)));
    case 'enqueue':
    case 'release':
      return enrich('queue', print);
    case 'schedule':
      return enrich('schedule', print);
    case 'tick':
      return print.write(THINGS.ticker(effect.ticker));
    case 'chord':
    case 'report':
      return print.write(THINGS.chord(effect.chord));
    case 'unlock':
      return locked(effect.name, print);
    case 'bury':
      return print.write(THINGS.dead);
  }
}
