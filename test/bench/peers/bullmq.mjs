// BullMQ as users run it: its defaults, jobs and results kept. Connections stay open until the process ends.
import { Queue, QueueEvents, Worker } from 'bullmq';

/** @param {number} port The server on 127.0.0.1. */
export async function open(port) {
  const connection = { host: '127.0.0.1', port };
  const queue = new Queue('bench', { connection });
  await queue.waitUntilReady();
  let waiting;
  return {
    enqueue: () => queue.add('nothing', {}),
    enqueueAll: (count) =>
      queue.addBulk(Array.from({ length: count }, () => ({ name: 'nothing', data: {} }))),
    /** Runs so many jobs, so many at a time. */
    async drain(count, concurrency) {
      const worker = new Worker('bench', async () => 1, {
        connection: { ...connection, maxRetriesPerRequest: null },
        concurrency,
        autorun: false,
      });
      await worker.waitUntilReady();
      let left = count;
      const drained = new Promise((resolve) => worker.on('completed', () => (left -= 1) === 0 && resolve()));
      void worker.run();
      await drained;
      await worker.close();
    },
    /** Enqueues one and waits for its result; a worker for that runs from the first call on. */
    async roundTrip() {
      waiting ??= (async () => {
        const events = new QueueEvents('trips', { connection });
        const worker = new Worker('trips', async () => 1, {
          connection: { ...connection, maxRetriesPerRequest: null },
        });
        await Promise.all([events.waitUntilReady(), worker.waitUntilReady()]);
        return { events, trips: new Queue('trips', { connection }) };
      })();
      const { events, trips } = await waiting;
      const job = await trips.add('nothing', {});
      return job.waitUntilFinished(events);
    },
  };
}
