// A queue on Redis beside the same work done by hand with ioredis, and beside other queues, on a private server without
// persistence: LPUSH for enqueueing, and for draining one script that stores a result and fetches the next message.
import type { Settlement } from 'huey-ts';
import type { Comparison, Contender } from './measure.js';
import {
  byPeers,
  clean,
  fill,
  fillOurs,
  fillPeer,
  inFlight,
  newMessage,
  type RedisBench,
} from './redis-bench.js';

type Contenders = Pick<Comparison, 'floor' | 'ours' | 'peers'>;

function enqueueing(width: number): Contenders {
  return {
    floor: {
      name: 'LPUSH by ioredis',
      run: clean(({ raw }, operations) => inFlight(operations, width, () => raw.lpush('list', newMessage()))),
    },
    ours: {
      name: 'huey-ts',
      run: clean(({ nothing }, operations) => inFlight(operations, width, () => nothing())),
    },
    peers: byPeers('', (queue, operations) => inFlight(operations, width, () => queue.enqueue())),
  };
}

/** Drains what was filled in; the filling counts. */
function draining(workers: number): Contenders {
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
    ours: byConsumer(workers),
    peers: [
      byStorage(workers),
      ...byPeers(`${workers} at a time`, async (queue, operations) => {
        await fillPeer(queue, operations);
        await queue.drain(operations, workers);
      }),
    ],
  };
}

function byConsumer(workers: number): Contender {
  return {
    name: `huey-ts, a consumer with ${workers} workers`,
    run: clean(async (opened, operations) => {
      await fillOurs(opened, operations);
      await consume(opened, operations, workers);
    }),
  };
}

async function consume({ huey }: RedisBench, operations: number, workers: number): Promise<void> {
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
}

function byStorage(workers: number): Contender {
  return {
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
  };
}

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
    peers: byPeers('', fillPeer),
  },
  { title: 'Redis: drain, 1 worker', unit: 'tasks', operations: 5000, goal: 0.9, ...draining(1) },
  { title: 'Redis: drain, 10 workers', unit: 'tasks', operations: 10_000, ...draining(10) },
  { title: 'Redis: drain, 50 workers', unit: 'tasks', operations: 20_000, goal: 0.8, ...draining(50) },
  { title: 'Redis: drain, 100 workers', unit: 'tasks', operations: 20_000, ...draining(100) },
];
