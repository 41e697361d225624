// A queue on a Redis server: durable as the server is, for any number of machines. Each call is one script or command,
// so one step and one round trip; the server keeps the state and reads no clock for it.
import { RedisBatch } from './batch.js';
import { isCluster, prefixOf } from './connection.js';
import { type FlowAnswer, flowArguments, readFlow, receiptEnd } from './flow.js';
import { fieldOf, nameOf, redisKey } from './keys.js';
import { type RedisCatchUp, RedisNotices } from './notices.js';
import { type ResolvedRedisOptions, resolveRedisOptions, type RedisStorageOptions } from './options.js';
import { mergePending, readDelivery, readFlights, readRecord, readScheduled } from './record.js';
import * as data from './scripts/data.js';
import { FLOW } from './scripts/flow.js';
import * as leases from './scripts/leases.js';
import * as listings from './scripts/listings.js';
import { RATE } from './scripts/rates.js';
import type { RedisScript, ScriptPart } from './scripts/script.js';
import { ENQUEUE, HAND_OVER, TURN } from './scripts/turn.js';
import { RedisServer } from './server.js';
import { allApplied, plainRecords, readTurn, turnArguments, type TurnAnswer } from './turn.js';
import type {
  Acquisition,
  DeadItem,
  Delivery,
  FlushTarget,
  HandedOver,
  HandOver,
  QueueItem,
  RateRequest,
  Recovery,
  ScheduledItem,
  Storage,
  StorageCapabilities,
  StorageListener,
  Turn,
  TurnResult,
} from '../storage.js';

const { POP, DELETE, PUT_IF_EMPTY, SWEEP, KEYS } = data;
const { KEEP_LEASE, END_LEASE, ACQUIRE, UNLOCK, HOLDERS, LOCKS, FLUSH_LOCKS, RECOVER } = leases;
const { PENDING, PENDING_COUNT, GAINS, HELD, DEAD, RESOLVE_DEAD, REPORTS, FLUSH } = listings;

/** All scripts of this storage. */
export const REDIS_SCRIPTS: readonly RedisScript[] = [
  ENQUEUE,
  TURN,
  FLOW,
  HAND_OVER,
  RATE,
  ...Object.values(data).filter(isScript),
  ...Object.values(leases).filter(isScript),
  ...Object.values(listings),
];

/** Where something was revoked, or has a priority, the short way is not tried again for so many turns. */
const DETOURS = 20;

/** How much a recovery clears away in one script, so that the server is not held up. */
const SWEEP_LIMIT = 500;

/** Keeps everything on a Redis server. Nothing is connected before the first call that needs it. */
export class RedisStorage implements Storage {
  readonly capabilities: StorageCapabilities;
  readonly #server: RedisServer;
  readonly #notices: RedisNotices;
  readonly #batch: RedisBatch;
  readonly #news: string;
  readonly #stored: string;
  readonly #options: ResolvedRedisOptions;
  /** So many turns go the long way: the last that tried the short one could not. */
  #detours = 0;
  /** How many turns tried the short way. */
  #turns = 0;

  /** @throws ConfigurationError for a bad option. */
  constructor(options: RedisStorageOptions = {}) {
    this.#options = resolveRedisOptions(options);
    const { name, blocking, notifyResult } = this.#options;
    this.capabilities = {
      durable: true,
      shared: true,
      notifies: blocking && notifyResult,
      retains: true,
    };
    const prefix = prefixOf(this.#options);
    this.#news = prefix + redisKey(name, 'news');
    this.#stored = prefix + redisKey(name, 'stored');
    this.#server = new RedisServer(this.#options);
    this.#batch = new RedisBatch((records) => this.#server.run(ENQUEUE, records));
    const channels = { news: this.#news, stored: this.#stored };
    const catchUp: RedisCatchUp = {
      gains: async () => {
        const [pending, scheduled, holders] = await this.#run<[number, number, string[]]>(GAINS, []);
        return { queue: pending > 0, schedule: scheduled > 0, leases: holders.map(nameOf) };
      },
      present: (keys) => this.#present(keys),
    };
    const make = isCluster(this.#options) ? () => this.#server.connectToNode() : undefined;
    this.#notices = new RedisNotices(this.#options, channels, catchUp, make);
  }

  async turn(turn: Turn): Promise<TurnResult> {
    if (turn.take === 0 && turn.leaseUntil === undefined && turn.deliver !== true) {
      const records = plainRecords(turn.settled);
      if (records !== undefined) {
        if (records.length === 1) this.#expectResults(turn);
        if (records.length > 0) await this.#batch.add(records);
        else await this.#server.reach();
        return allApplied(turn.settled.length);
      }
    }
    if (this.#detours > 0) this.#detours -= 1;
    else {
      this.#turns += 1;
      const end = receiptEnd(this.#turns, turn.lease);
      const flow = flowArguments(turn, end);
      // A server says false as nothing at all, the mock as false.
      const answer = flow === undefined ? false : await this.#run<FlowAnswer | null | false>(FLOW, flow);
      if (answer) return readFlow(turn, end, answer);
      if (flow !== undefined) this.#detours = DETOURS;
    }
    const answer = await this.#run<TurnAnswer>(TURN, turnArguments(turn, this.#news, this.#stored));
    return readTurn(turn, answer);
  }

  async handOver({ now, limit, lease }: HandOver): Promise<HandedOver> {
    const values = [now, fieldOf(lease), Math.min(limit, Number.MAX_SAFE_INTEGER), this.#news];
    const [deliveries, next] = await this.#run<[string[], string]>(HAND_OVER, values);
    return { deliveries: deliveries.map(readDelivery), nextDueAt: numberOf(next) };
  }

  subscribe(listener: StorageListener): () => void {
    return this.#options.blocking ? this.#notices.subscribe(listener) : () => {};
  }

  watch(key: string, listener: () => void): () => void {
    return this.#options.notifyResult ? this.#notices.watch(key, listener) : () => {};
  }

  tellsOf(key: string): boolean {
    return this.#notices.isExpected(key);
  }

  async pending(limit = Infinity): Promise<readonly QueueItem[]> {
    if (limit <= 0) return [];
    const [taken, list, ranked] = await this.#run<[string, string[], string[]]>(PENDING, [0, lastOf(limit)]);
    return mergePending(Number(taken), list, ranked).slice(0, limit);
  }

  async pendingCount(): Promise<number> {
    return this.#run<number>(PENDING_COUNT, []);
  }

  async scheduled(limit = Infinity): Promise<readonly ScheduledItem[]> {
    if (limit <= 0) return [];
    return readScheduled(await this.#command<string[]>('zrange', 'schedule', 0, lastOf(limit), 'WITHSCORES'));
  }

  async scheduledCount(): Promise<number> {
    return this.#command<number>('zcard', 'schedule');
  }

  async dead(limit = Infinity): Promise<readonly DeadItem[]> {
    if (limit <= 0) return [];
    return (await this.#run<string[]>(DEAD, [0, lastOf(limit)])).map(readLetter);
  }

  async resolveDead(id: string, action: 'retry' | 'discard', now: number): Promise<boolean> {
    return (await this.#run(RESOLVE_DEAD, [now, fieldOf(id), action, this.#news])) === 1;
  }

  async peek(key: string, now: number): Promise<string | undefined> {
    const value = await this.#command<string | null>('hget', homeOf(key), fieldOf(key));
    if (value === null) return undefined;
    const bar = value.indexOf('|');
    return bar > 0 && Number(value.slice(0, bar)) <= now ? undefined : value.slice(bar + 1);
  }

  async pop(key: string, now: number): Promise<string | undefined> {
    const value = await this.#run<string | null>(POP, [now, fieldOf(key)]);
    return typeof value === 'string' ? value.slice(value.indexOf('|') + 1) : undefined;
  }

  async putIfEmpty(key: string, text: string, now: number): Promise<boolean> {
    return (await this.#run(PUT_IF_EMPTY, [now, fieldOf(key), text, this.#stored])) === 1;
  }

  async delete(key: string, now: number): Promise<boolean> {
    return (await this.#run(DELETE, [now, fieldOf(key)])) === 1;
  }

  async deleteIf(key: string, text: string, now: number): Promise<boolean> {
    return (await this.#run(DELETE, [now, fieldOf(key), text])) === 1;
  }

  async keys(now: number): Promise<readonly string[]> {
    return (await this.#run<string[][]>(KEYS, [now])).flat().map(nameOf).sort();
  }

  async acquire({ name, owner, places, lease, expiresAt, now }: Acquisition): Promise<boolean> {
    const under = lease === undefined ? '' : fieldOf(lease);
    return (await this.#run(ACQUIRE, [now, fieldOf(name), owner, places, under, expiresAt ?? ''])) === 1;
  }

  async release(name: string, owner: string, now: number): Promise<boolean> {
    return (await this.#run(UNLOCK, [now, fieldOf(name), owner])) === 1;
  }

  async holders(name: string, now: number): Promise<number> {
    return this.#run<number>(HOLDERS, [now, fieldOf(name)]);
  }

  async flushLocks(names: readonly string[], now: number): Promise<readonly string[]> {
    return (await this.#run<string[]>(FLUSH_LOCKS, [now, ...names.map(fieldOf)])).map(nameOf);
  }

  async locks(now: number): Promise<readonly string[]> {
    return (await this.#run<string[]>(LOCKS, [now])).map(nameOf).sort();
  }

  async rate({ name, windowMs, now }: RateRequest): Promise<number> {
    return this.#run<number>(RATE, [now, fieldOf(name), Math.floor(now / windowMs)]);
  }

  async rateUsage(name: string): Promise<number> {
    const rate = await this.#command<string | null>('hget', 'rates', fieldOf(name));
    return rate === null ? 0 : Number(rate.slice(rate.indexOf('\0') + 1));
  }

  async resetRate(name: string): Promise<boolean> {
    return (await this.#command('hdel', 'rates', fieldOf(name))) === 1;
  }

  async rates(): Promise<readonly string[]> {
    return (await this.#command<string[]>('hkeys', 'rates')).map(nameOf).sort();
  }

  async reports(): Promise<ReadonlyArray<readonly [string, number]>> {
    const rows = (await this.#run<string[]>(REPORTS, [])).map((field): [string, number] => {
      const separator = field.indexOf('\0');
      return [field.slice(1, separator), Number(field.slice(separator + 1))];
    });
    return rows.sort(([a, i], [b, j]) => (a === b ? i - j : a < b ? -1 : 1));
  }

  async keepLease(lease: string, expiresAt: number, now: number): Promise<void> {
    await this.#run(KEEP_LEASE, [now, fieldOf(lease), expiresAt]);
  }

  async endLease(lease: string, now: number): Promise<void> {
    await this.#run(END_LEASE, [now, fieldOf(lease)]);
  }

  async held(now: number, lease?: string): Promise<readonly Delivery[]> {
    return readFlights(await this.#run<string[]>(HELD, lease === undefined ? [now] : [now, fieldOf(lease)]));
  }

  async recover(lease: string, maxDeliveries: number, now: number): Promise<Recovery> {
    const values = [now, fieldOf(lease), maxDeliveries, this.#news];
    const [requeued, exhausted, next] = await this.#run<[string[], string[], string]>(RECOVER, values);
    // In steps of their own, for there may be much of it.
    while ((await this.#run<number>(SWEEP, [now, SWEEP_LIMIT])) === SWEEP_LIMIT);
    return {
      requeued: requeued.map((record) => readRecord(record)),
      exhausted: exhausted.map(readDelivery),
      nextExpiryAt: numberOf(next),
    };
  }

  async flush(target?: FlushTarget): Promise<void> {
    await this.#run(FLUSH, [0, target ?? '']);
  }

  async close(): Promise<void> {
    this.#batch.flush();
    await Promise.all([this.#server.close(), this.#notices.close()]);
  }

  /** Results are stored under the ids of tasks. */
  #expectResults({ settled }: Turn): void {
    for (const { effects } of settled)
      for (const effect of effects) if (effect.kind === 'enqueue') this.#notices.expect(effect.item.id);
  }

  /** Those of the keys that have data. */
  async #present(keys: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const home of ['data', 'revoked'] as const) {
      const here = keys.filter((key) => homeOf(key) === home);
      if (here.length === 0) continue;
      const values = await this.#server.command<(string | null)[]>('hmget', home, ...here.map(fieldOf));
      found.push(...here.filter((_, index) => values[index] !== null));
    }
    return found;
  }

  #run<T>(script: RedisScript, values: readonly (string | number)[]): Promise<T> {
    this.#batch.flush();
    return this.#server.run<T>(script, values);
  }

  #command<T>(name: string, key: Parameters<RedisServer['command']>[1], ...values: (string | number)[]) {
    this.#batch.flush();
    return this.#server.command<T>(name, key, ...values);
  }
}

function isScript(part: RedisScript | ScriptPart): part is RedisScript {
  return 'name' in part;
}

/** Revocations are kept apart, so that workers see at once that there are none. */
function homeOf(key: string): 'revoked' | 'data' {
  return key.startsWith('revoked') ? 'revoked' : 'data';
}

/** The last index of a range of so many, as Redis has it. */
function lastOf(limit: number): number {
  return Number.isFinite(limit) ? Math.ceil(limit) - 1 : -1;
}

function numberOf(text: string): number | undefined {
  return text === '' ? undefined : Number(text);
}

/** Reads `diedAt NUL reason NUL record`. */
function readLetter(text: string): DeadItem {
  const instantEnd = text.indexOf('\0');
  const reasonEnd = text.indexOf('\0', instantEnd + 1);
  return {
    item: readRecord(text, reasonEnd + 1),
    reason: text.slice(instantEnd + 1, reasonEnd),
    diedAt: Number(text.slice(0, instantEnd)),
  };
}
