// Other queues on Redis beside ours. They are installed by `npm run bench:peers`, in a package of their own, so that
// nothing else depends on them; what is not installed is left out.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FOLDER = join(import.meta.dirname, 'peers');

/** What is measured of a queue; each module in `peers` opens one. */
export interface PeerQueue {
  enqueue(): Promise<unknown>;
  /** Enqueues so many at once. */
  enqueueAll(count: number): Promise<unknown>;
  /** Runs so many that wait, so many at a time; results are stored. */
  drain(count: number, concurrency: number): Promise<void>;
  /** Enqueues one and waits for its result. */
  roundTrip(): Promise<unknown>;
}

export interface RedisPeer {
  readonly name: string;
  /** The queue on the server at that port of 127.0.0.1: the same one each time. */
  readonly queue: (port: number) => Promise<PeerQueue>;
}

function peer(name: string, module: string): RedisPeer {
  let opened: Promise<PeerQueue> | undefined;
  return {
    name,
    queue: (port) => (opened ??= load(module).then(({ open }) => open(port))),
  };
}

async function load(module: string) {
  const loaded: unknown = await import(pathToFileURL(join(FOLDER, `${module}.mjs`)).href);
  return loaded as { open(port: number): Promise<PeerQueue> };
}

/** Those that are installed. */
export const redisPeers: readonly RedisPeer[] = existsSync(join(FOLDER, 'node_modules'))
  ? [peer('BullMQ', 'bullmq'), peer('bee-queue', 'bee-queue')]
  : [];
