// The calls that change a storage, as records: a storage in memory to which the same records are given in the same
// order has the same state, and has given the same answers. What changes nothing needs no record.
import type { MemoryStorage } from '../memory.js';
import type { Effect, QueueItem, Turn } from '../storage.js';

/** The calls that change something. */
export type CallName =
  | 'turn'
  | 'handOver'
  | 'resolveDead'
  | 'pop'
  | 'putIfEmpty'
  | 'delete'
  | 'deleteIf'
  | 'acquire'
  | 'release'
  | 'flushLocks'
  | 'rate'
  | 'resetRate'
  | 'keepLease'
  | 'endLease'
  | 'recover'
  | 'flush';

/** What a call is given, and what it answers. */
export type CallArguments<N extends CallName> = Parameters<MemoryStorage[N]>;
export type CallAnswer<N extends CallName> = ReturnType<MemoryStorage[N]>;

/** A call as it can be written down. */
export interface CallRecord<N extends CallName = CallName> {
  readonly call: N;
  readonly args: readonly unknown[];
}

/** Makes a record of a call: plain data that was JSON, so that whoever makes the call anew is given the very same. */
export function recordCall<N extends CallName>(call: N, args: CallArguments<N>): CallRecord<N> {
  const plain = call === 'turn' ? [plainTurn(args[0] as Turn)] : [...args];
  while (plain.length > 0 && plain.at(-1) === undefined) plain.pop();
  return { call, args: JSON.parse(JSON.stringify(plain)) as unknown[] };
}

/** Makes the call of a record. */
export function makeCall<N extends CallName>(
  memory: MemoryStorage,
  { call, args }: CallRecord<N>,
): CallAnswer<N> {
  return Reflect.apply(memory[call] as (...args: unknown[]) => unknown, memory, args) as CallAnswer<N>;
}

/** The calls that often change nothing, such as those of idle workers, and the answers that they then have. */
const IDLE: {
  readonly [N in CallName]?: (memory: MemoryStorage, ...args: CallArguments<N>) => CallAnswer<N> | undefined;
} = {
  turn(memory, turn) {
    const isIdle = turn.settled.length === 0 && turn.leaseUntil === undefined;
    return isIdle && (turn.take === 0 || memory.pendingCount() === 0) ? memory.turn(turn) : undefined;
  },
  handOver(memory, request) {
    const nothing = memory.handOver({ ...request, limit: 0 });
    const { nextDueAt } = nothing;
    return nextDueAt === undefined || nextDueAt > request.now || request.limit === 0 ? nothing : undefined;
  },
  putIfEmpty: (memory, key, _, now) => (memory.peek(key, now) === undefined ? undefined : false),
  delete: (memory, key, now) => (memory.peek(key, now) === undefined ? false : undefined),
  deleteIf: (memory, key, data, now) => (memory.peek(key, now) === data ? undefined : false),
};

/** The answer of a call that changes nothing; undefined if it changes something. */
export function answerIdle<N extends CallName>(
  memory: MemoryStorage,
  call: N,
  args: CallArguments<N>,
): CallAnswer<N> | undefined {
  const answer = IDLE[call] as
    ((memory: MemoryStorage, ...args: unknown[]) => CallAnswer<N> | undefined) | undefined;
  return answer?.(memory, ...args);
}

function plainTurn(turn: Turn): Turn {
  const settled = turn.settled.map(({ effects, ...rest }) => ({
    ...rest,
    effects: effects.map(plainEffect),
  }));
  return { ...turn, settled };
}

function plainEffect(effect: Effect): Effect {
  if (effect.kind === 'chord') {
    const { item, tail } = effect.callback;
    return { ...effect, callback: { item: plainItem(item), tail } };
  }
  return 'item' in effect ? { ...effect, item: plainItem(effect.item) } : effect;
}

/** An item may be an object that computes its fields when they are asked for. */
function plainItem({ id, task, priority, data, enqueuedAt }: QueueItem): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}
