// bee-queue as users run it: its defaults, jobs and results kept. Connections stay open until the process ends.
import Queue from 'bee-queue';

/** @param {number} port The server on 127.0.0.1. */
export async function open(port) {
  const redis = { host: '127.0.0.1', port };
  const queue = new Queue('bench', { redis, isWorker: false, storeJobs: false, getEvents: false });
  await queue.ready();
  let waiting;
  return {
    enqueue: () => queue.createJob({}).save(),
    async enqueueAll(count) {
      const failed = await queue.saveAll(Array.from({ length: count }, () => queue.createJob({})));
      if (failed.size > 0) throw [...failed.values()][0];
    },
    /** Runs so many jobs, so many at a time. */
    async drain(count, concurrency) {
      const worker = new Queue('bench', { redis, getEvents: false, storeJobs: false });
      await worker.ready();
      let left = count;
      const drained = new Promise((resolve) => worker.on('succeeded', () => (left -= 1) === 0 && resolve()));
      worker.process(concurrency, async () => 1);
      await drained;
      await worker.close();
    },
    /** Enqueues one and waits for its result; a worker for that runs from the first call on. */
    async roundTrip() {
      waiting ??= (async () => {
        const sender = new Queue('trips', { redis, isWorker: false });
        const worker = new Queue('trips', { redis, getEvents: false, storeJobs: false });
        await Promise.all([sender.ready(), worker.ready()]);
        worker.process(1, async () => 1);
        return { sender };
      })();
      const { sender } = await waiting;
      const job = sender.createJob({});
      const ended = new Promise((resolve, reject) => job.on('succeeded', resolve).on('failed', reject));
      await job.save();
      return ended;
    },
  };
}
