// A private cluster for tests: a few primaries that share the slots evenly.
import { Redis } from 'ioredis';
import { callRedis, freePort, type RedisProcess, startRedis } from './redis-server.js';

const SLOTS = 16_384;
/** A node talks to others on a port that is so much higher. */
const BUS_OFFSET = 10_000;

/** A running cluster. */
export interface RedisCluster {
  readonly nodes: readonly RedisProcess[];
  readonly startup: ReadonlyArray<{ readonly host: string; readonly port: number }>;
  stop(): Promise<void>;
}

/** Starts a cluster of so many nodes; resolves when all of them say that it is complete. */
export async function startCluster(size: number): Promise<RedisCluster> {
  const nodes: RedisProcess[] = [];
  for (let index = 0; index < size; index += 1)
    nodes.push(
      await startRedis(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'], await lowPort()),
    );
  for (const [index, { port }] of nodes.entries()) {
    const [first, last] = [(SLOTS * index) / size, (SLOTS * (index + 1)) / size];
    await callRedis(
      port,
      'CLUSTER',
      'ADDSLOTSRANGE',
      String(Math.floor(first)),
      String(Math.floor(last) - 1),
    );
    if (index > 0) await callRedis(port, 'CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]!.port));
  }
  await Promise.all(nodes.map(async ({ port }) => complete(port, size)));
  return {
    nodes,
    startup: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    stop: async () => void (await Promise.all(nodes.map(async (node) => node.stop()))),
  };
}

async function lowPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port + BUS_OFFSET < 65_536) return port;
  }
}

async function complete(port: number, size: number): Promise<void> {
  const node = new Redis({ host: '127.0.0.1', port });
  const isComplete = (info: string): boolean =>
    info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`);
  while (!isComplete(String(await node.call('CLUSTER', 'INFO'))));
  node.disconnect();
}
