// What a rate does not show: how long a single task takes from being enqueued to its result, and how much of the
// server's memory it takes while it waits.
import type { Redis } from 'ioredis';
import { cleanBench, fill, fillOurs, fillPeer, newMessage } from './redis-bench.js';
import { redisPeers } from './redis-peers.js';

/** A table that is printed as it is. */
export interface Figures {
  readonly title: string;
  /** One line per contender: its name, and what was measured. */
  readonly measure: () => Promise<ReadonlyArray<readonly [name: string, figures: string]>>;
}

const TRIPS = 2000;
const TASKS = 10_000;

async function percentiles(trip: () => Promise<unknown>): Promise<string> {
  for (let index = 0; index < TRIPS / 4; index += 1) await trip();
  const times: number[] = [];
  for (let index = 0; index < TRIPS; index += 1) {
    const start = process.hrtime.bigint();
    await trip();
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  times.sort((a, b) => a - b);
  const at = (part: number): string => `${times[Math.floor(TRIPS * part)]!.toFixed(3)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}`;
}

async function usedMemory(raw: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await raw.info('memory'))![1]);
}

async function bytesEach(raw: Redis, enqueue: () => Promise<unknown>): Promise<string> {
  const before = await usedMemory(raw);
  await enqueue();
  return `${Math.round(((await usedMemory(raw)) - before) / TASKS)} bytes`;
}

const latency: Figures = {
  title: 'Redis: latency from enqueueing to the result, one after another',
  measure: async () => {
    const { raw, huey, nothing, port } = await cleanBench();
    const [worker, waiter] = [raw.duplicate(), raw.duplicate()];
    const working = (async () => {
      for (;;) {
        const [, message] = (await worker.brpop('list', 0))!;
        await worker.rpush(message.slice(0, 36), '1');
      }
    })();
    // It ends with its connection.
    working.catch(() => {});
    const byHand = await percentiles(async () => {
      const message = newMessage();
      await raw.lpush('list', message);
      await waiter.blpop(message.slice(0, 36), 0);
    });
    worker.disconnect();
    waiter.disconnect();
    const consumer = huey.createConsumer();
    await consumer.start();
    const ours = await percentiles(async () => (await nothing()).get({ blocking: true }));
    await consumer.stop();
    const rows: [string, string][] = [
      ['by hand, two blocking pops', byHand],
      ['huey-ts', ours],
    ];
    for (const { name, queue } of redisPeers) {
      const opened = await queue(port);
      rows.push([name, await percentiles(() => opened.roundTrip())]);
    }
    return rows;
  },
};

const memory: Figures = {
  title: 'Redis: memory on the server per waiting task without arguments',
  measure: async () => {
    const bench = await cleanBench();
    const rows: [string, string][] = [
      ['LPUSH of the bare message', await bytesEach(bench.raw, () => fill(bench, TASKS))],
    ];
    await cleanBench();
    rows.push(['huey-ts', await bytesEach(bench.raw, () => fillOurs(bench, TASKS))]);
    for (const { name, queue } of redisPeers) {
      const opened = await queue(bench.port);
      await cleanBench();
      rows.push([name, await bytesEach(bench.raw, () => fillPeer(opened, TASKS))]);
    }
    return rows;
  },
};

export const redisFigures: readonly Figures[] = [latency, memory];
