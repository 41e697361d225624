// How connections are made: by ioredis, which is loaded when the first is wanted. Commands are never queued by it, and
// never sent again: we wait before, and tell after.
import type { Command, Redis } from 'ioredis';
import { ConfigurationError, StorageError } from '../../errors.js';
import type { ResolvedRedisOptions } from './options.js';

/** What is used of ioredis: the same in 5 and 6, and in ioredis-mock. */
export interface Ioredis {
  on(event: string, listener: (...values: never[]) => void): unknown;
  connect?(): Promise<unknown>;
  quit(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
}

const LONGEST_PAUSE_MS = 2000;

/** Milliseconds before the n-th attempt to reach a server that is away. */
export function pauseMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);
}

/** Whether a connection is made like a given Cluster. */
export function isCluster({ connection }: ResolvedRedisOptions): boolean {
  return Reflect.get(connection ?? {}, 'isCluster') === true;
}

/** What a given connection puts before all keys; the channels of a queue carry it too, so that nobody else hears. */
export function prefixOf({ connection }: ResolvedRedisOptions): string {
  const prefix: unknown = Reflect.get(
    (Reflect.get(connection ?? {}, 'options') as object) ?? {},
    'keyPrefix',
  );
  return typeof prefix === 'string' || prefix instanceof Uint8Array ? String(prefix) : '';
}

/** How long a connection that is given up is waited for to end by itself. */
const DISCONNECT_MS = 50;

/** A subscription asks nothing: that the other end has gone without a word, TCP must find out. */
const KEEP_ALIVE_MS = 30_000;

const OWN_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // Rejects what was sent as soon as the connection is lost; without it, ioredis would leave it unanswered for good.
  maxRetriesPerRequest: 0,
  disconnectTimeout: DISCONNECT_MS,
  retryStrategy: pauseMs,
};

/** What calls of a script begin with, as the protocol has it, and how many texts that is. */
export interface CallHead {
  readonly texts: number;
  readonly written: string;
}

/** Sends a call of a script: its head, which is written once, and the arguments of this call. */
export type CallWriter = (head: CallHead, values: readonly (string | number)[]) => Promise<unknown>;

const writers = new WeakMap<Ioredis, CallWriter>();

/**
 * How a connection is sent calls whose head is written already, if it is one of ours: to write each key anew costs the
 * client more than all the rest of a call. Others have an ioredis of their own, whose commands we do not know.
 */
export function callWriter(ioredis: Ioredis): CallWriter | undefined {
  return writers.get(ioredis);
}

/** Texts as the protocol has them. */
export function written(texts: readonly (string | number)[]): string {
  let all = '';
  for (const text of texts) all += `$${Buffer.byteLength(String(text))}\r\n${text}\r\n`;
  return all;
}

function writerOf(redis: Redis, Base: typeof Command): CallWriter {
  class Call extends Base {
    readonly #written: string;

    constructor(whole: string) {
      super('evalsha', [], { replyEncoding: 'utf8' });
      this.#written = whole;
    }

    override toWritable(): string {
      return this.#written;
    }
  }
  return (head, values) => {
    const call = new Call(`*${head.texts + values.length}\r\n${head.written}${written(values)}`);
    return redis.sendCommand(call) as Promise<unknown>;
  };
}

/** A connection, or a Cluster, that is not connected yet and reconnects by itself. @throws ConfigurationError without ioredis */
export async function makeIoredis({
  connection,
  address,
  readTimeoutMs,
}: ResolvedRedisOptions): Promise<Ioredis> {
  if (connection === undefined) {
    const { Redis, Command } = await loadIoredis();
    const redis = new Redis({ ...address, ...OWN_OPTIONS, keepAlive: KEEP_ALIVE_MS });
    writers.set(redis, writerOf(redis, Command));
    return redis;
  }
  const given = connection as unknown as {
    readonly isCluster?: boolean;
    readonly options?: { readonly redisOptions?: object };
    duplicate(...overrides: unknown[]): Ioredis;
  };
  if (given.isCluster !== true) return given.duplicate(OWN_OPTIONS);
  return given.duplicate([], {
    lazyConnect: true,
    // Nodes are connected when they are first used; without a queue, what comes before that is done would be refused.
    enableOfflineQueue: true,
    enableAutoPipelining: false,
    // 0: not again, when a node's connection is lost.
    retryDelayOnFailover: 0,
    clusterRetryStrategy: pauseMs,
    redisOptions: { ...given.options?.redisOptions, commandTimeout: readTimeoutMs },
  });
}

/** A node of a Cluster of ioredis. */
interface ClusterNode {
  exists(key: string): Promise<unknown>;
  duplicate(overrides: object): Ioredis;
}

/**
 * A connection to the node of a cluster that has a key, for a subscription there: a Cluster would move one from node to
 * node without a word. It ends when it is lost, since by then the key may be elsewhere. @throws StorageError if no node has it
 */
export async function connectToOwner(cluster: Ioredis, key: string): Promise<Ioredis> {
  const nodes = (cluster as unknown as { nodes(role: 'master'): ClusterNode[] }).nodes('master');
  let last: unknown = 'it has no nodes';
  for (const node of nodes)
    try {
      // Every other node answers that the key has moved.
      await node.exists(key);
      return node.duplicate({ ...OWN_OPTIONS, retryStrategy: () => null });
    } catch (error) {
      last = error;
    }
  throw new StorageError('expected a node of the cluster that has the queue, got none; it is tried again', {
    cause: last,
    retryable: true,
  });
}

async function loadIoredis() {
  try {
    return await import('ioredis');
  } catch (error) {
    throw new ConfigurationError(
      'Redis needs the package ioredis, which could not be loaded; install it: npm install ioredis',
      { cause: error },
    );
  }
}
