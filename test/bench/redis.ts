// A queue on Redis beside the same work done by hand with ioredis, on a private server without persistence: LPUSH for
// enqueueing, and for draining one script that stores a result and fetches the next message.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Settlement } from 'huey-ts';
import { RedisHuey } from 'huey-ts/redis';
import { type RedisProcess, startRedis } from '../redis-server.js';
import type { Comparison } from './measure.js';

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

interface Bench {
  readonly raw: Redis & { finishAndFetch(...values: string[]): Promise<string | null> };
  readonly huey: RedisHuey;
  readonly nothing: ReturnType<RedisHuey['task']>;
}

let bench: Promise<Bench> | undefined;

/** Starts the server when the first comparison wants it; it ends with this process. */
async function open(): Promise<Bench> {
  const server: RedisProcess = await startRedis();
  process.on('exit', () => process.kill(server.pid));
  const address = { host: '127.0.0.1', port: server.port };
  const raw = new Redis(address) as Bench['raw'];
  raw.defineCommand('finishAndFetch', { numberOfKeys: 3, lua: FINISH_AND_FETCH });
  const huey = new RedisHuey({ ...address, name: 'bench' });
  return { raw, huey, nothing: huey.task('nothing', () => 1) };
}

/** Runs on an empty server. */
function clean(run: (bench: Bench, operations: number) => Promise<unknown>) {
  return async (operations: number): Promise<void> => {
    bench ??= open();
    const opened = await bench;
    await opened.raw.flushall();
    await run(opened, operations);
  };
}

/** Calls so many times, so many at a time. */
async function inFlight(operations: number, width: number, call: () => Promise<unknown>): Promise<void> {
  let left = operations;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

const newMessage = (): string => `${randomUUID()}${JSON.stringify({ v: 1, task: 'nothing', args: [] })}`;

function enqueueing(width: number): Pick<Comparison, 'floor' | 'ours'> {
  return {
    floor: {
      name: 'LPUSH by ioredis',
      run: clean(({ raw }, operations) => inFlight(operations, width, () => raw.lpush('list', newMessage()))),
    },
    ours: {
      name: 'huey-ts',
      run: clean(({ nothing }, operations) => inFlight(operations, width, () => nothing())),
    },
  };
}

const BULK = 100;

async function fill({ raw }: Bench, operations: number): Promise<void> {
  for (let start = 0; start < operations; start += BULK)
    await raw.lpush('list', ...Array.from({ length: BULK }, newMessage));
}

function fillOurs({ nothing }: Bench, operations: number): Promise<unknown> {
  return inFlight(operations / BULK, 1, () => nothing.map(Array.from({ length: BULK }, () => [])));
}

/** Drains what was filled in; the filling counts. */
function draining(workers: number): Pick<Comparison, 'floor' | 'ours' | 'peers'> {
  return {
    floor: {
      name: 'by hand, a script for each task',
      run: clean(async (opened, operations) => {
        await fill(opened, operations);
        const lane = async (): Promise<void> => {
          let message = await opened.raw.finishAndFetch('list', 'flight', 'results', '', '');
          while (message !== null)
            message = await opened.raw.finishAndFetch('list', 'flight', 'results', message.slice(0, 36), '1');
        };
        await Promise.all(Array.from({ length: workers }, lane));
      }),
    },
    ours: {
      name: `huey-ts, the storage, ${workers} at a time`,
      run: clean(async (opened, operations) => {
        await fillOurs(opened, operations);
        const { storage } = opened.huey;
        let settled: Settlement[] = [];
        do {
          const turn = { settled, take: workers, lease: 'bench', leaseUntil: 1e15, now: 1e12 };
          const { deliveries } = await storage.turn(turn);
          settled = deliveries.map(({ receipt, item }) => ({
            receipt,
            effects: [{ kind: 'put', key: item.id, data: '1' }],
          }));
        } while (settled.length > 0);
      }),
    },
    peers: [
      {
        name: `huey-ts, a consumer with ${workers} workers`,
        run: clean(async (opened, operations) => {
          await fillOurs(opened, operations);
          const { huey } = opened;
          let left = operations;
          const drained = new Promise<void>((resolve) => {
            const stop = huey.signal('complete', () => {
              left -= 1;
              if (left > 0) return;
              stop();
              resolve();
            });
          });
          const consumer = huey.createConsumer({ workers });
          await consumer.start();
          await drained;
          await consumer.stop();
        }),
      },
    ],
  };
}

let consuming: Promise<unknown> | undefined;

export const redis: readonly Comparison[] = [
  {
    title: 'Redis: enqueue, one awaited after another',
    unit: 'tasks',
    operations: 5000,
    goal: 0.9,
    ...enqueueing(1),
  },
  { title: 'Redis: enqueue, 50 in flight', unit: 'tasks', operations: 20_000, goal: 0.95, ...enqueueing(50) },
  {
    title: 'Redis: enqueue in bulk, 100 at once',
    unit: 'tasks',
    operations: 50_000,
    goal: 0.38,
    floor: { name: 'LPUSH of 100 by ioredis', run: clean(fill) },
    ours: { name: 'huey-ts', run: clean(fillOurs) },
  },
  { title: 'Redis: drain, 1 worker', unit: 'tasks', operations: 5000, goal: 0.9, ...draining(1) },
  { title: 'Redis: drain, 50 workers', unit: 'tasks', operations: 20_000, goal: 0.8, ...draining(50) },
  {
    title: 'Redis: enqueue and wait for the result, one after another',
    unit: 'tasks',
    operations: 2000,
    goal: 0.7,
    floor: {
      name: 'by hand, two blocking pops',
      run: clean(async ({ raw }, operations) => {
        const [worker, waiter] = [raw.duplicate(), raw.duplicate()];
        const working = (async () => {
          for (let index = 0; index < operations; index += 1) {
            const [, message] = (await worker.brpop('list', 0))!;
            await worker.rpush(message.slice(0, 36), '1');
          }
        })();
        for (let index = 0; index < operations; index += 1) {
          const message = newMessage();
          await raw.lpush('list', message);
          await waiter.blpop(message.slice(0, 36), 0);
        }
        await working;
        worker.disconnect();
        waiter.disconnect();
      }),
    },
    ours: {
      name: 'huey-ts, a consumer in this process',
      run: clean(async ({ huey, nothing }, operations) => {
        consuming ??= huey.createConsumer().start();
        await consuming;
        await inFlight(operations, 1, async () => (await nothing()).get({ blocking: true }));
      }),
    },
  },
];
