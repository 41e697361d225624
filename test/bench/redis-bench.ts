// What the benchmarks on Redis share: one private server without persistence for the whole run, emptied before each
// round, a Huey on it, and the same work by hand with ioredis.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisHuey } from 'huey-ts/redis';
import { startRedis } from '../redis-server.js';
import type { Contender } from './measure.js';
import { type PeerQueue, redisPeers } from './redis-peers.js';

/** Ends the task that is named, if one is, and hands out the next; at least once, as ours. */
const FINISH_AND_FETCH = `
if ARGV[1] ~= '' then
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
end
local message = redis.call('RPOP', KEYS[1])
if not message then return false end
redis.call('HSET', KEYS[2], string.sub(message, 1, 36), message)
return message`;

export interface RedisBench {
  readonly port: number;
  readonly raw: Redis & { finishAndFetch(...values: string[]): Promise<string | null> };
  readonly huey: RedisHuey;
  readonly nothing: ReturnType<RedisHuey['task']>;
}

let bench: Promise<RedisBench> | undefined;

/** Starts the server when the first comparison wants it; it ends with this process. */
async function open(): Promise<RedisBench> {
  const server = await startRedis();
  process.on('exit', () => process.kill(server.pid));
  const address = { host: '127.0.0.1', port: server.port };
  const raw = new Redis(address) as RedisBench['raw'];
  raw.defineCommand('finishAndFetch', { numberOfKeys: 3, lua: FINISH_AND_FETCH });
  const huey = new RedisHuey({ ...address, name: 'bench' });
  return { port: server.port, raw, huey, nothing: huey.task('nothing', () => 1) };
}

/** The bench, on an empty server. */
export async function cleanBench(): Promise<RedisBench> {
  bench ??= open();
  const opened = await bench;
  await opened.raw.flushall();
  return opened;
}

/** Runs on an empty server. */
export function clean(run: (bench: RedisBench, operations: number) => Promise<unknown>): Contender['run'] {
  return async (operations) => void (await run(await cleanBench(), operations));
}

/** The same work, by each peer that is installed. */
export function byPeers(
  what: string,
  run: (queue: PeerQueue, operations: number) => Promise<unknown>,
): readonly Contender[] {
  return redisPeers.map(({ name, queue }) => ({
    name: what === '' ? name : `${name}, ${what}`,
    run: clean(async ({ port }, operations) => run(await queue(port), operations)),
  }));
}

/** Calls so many times, so many at a time. */
export async function inFlight(
  operations: number,
  width: number,
  call: () => Promise<unknown>,
): Promise<void> {
  let left = operations;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** A message as one would write it by hand. */
export const newMessage = (): string =>
  `${randomUUID()}${JSON.stringify({ v: 1, task: 'nothing', args: [] })}`;

/** How many go at once in bulk. */
export const BULK = 100;

/** Puts so many messages into the list `list`. */
export async function fill({ raw }: RedisBench, operations: number): Promise<void> {
  for (let start = 0; start < operations; start += BULK)
    await raw.lpush('list', ...Array.from({ length: BULK }, newMessage));
}

/** Enqueues so many tasks. */
export function fillOurs({ nothing }: RedisBench, operations: number): Promise<unknown> {
  return inFlight(operations / BULK, 1, () => nothing.map(Array.from({ length: BULK }, () => [])));
}

/** Enqueues so many jobs of a peer. */
export function fillPeer(queue: PeerQueue, operations: number): Promise<unknown> {
  return inFlight(operations / BULK, 1, () => queue.enqueueAll(BULK));
}
