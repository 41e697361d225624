// A process of its own in which everything is faked that can be, nextTick and queueMicrotask included: a test runner would
// stand still with it. Prints what ran when, and who was heard, as one line of JSON.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { systemRuntime } from 'huey-ts';
import { type Fakeable, JEST, SINON } from './fake-clocks.js';
import { EMBEDDED, liveThrough, redisInMemory } from './morning.js';

/** Taken before anything is faked. */
const realImmediate = setImmediate;

/** Lets real I/O happen. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => realImmediate(resolve));
}

async function mornings(): Promise<Record<string, readonly string[]>> {
  const logs: Record<string, readonly string[]> = {};
  for (const [storage, make] of EMBEDDED)
    for (const [name, clock] of Object.entries({ jest: JEST, sinon: SINON })) {
      clock.install([]);
      logs[`${storage}, ${name}`] = await liveThrough(make(systemRuntime()), clock);
      clock.uninstall();
    }
  return logs;
}

/** Whether a socket is heard with all faked but those named. */
async function isSocketHeard(but: readonly Fakeable[]): Promise<boolean> {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  let heard = '';
  SINON.install(but);
  connect(port, '127.0.0.1').on('data', (data) => (heard += String(data)));
  await turns(500);
  SINON.uninstall();
  return heard === 'hello';
}

async function isRedisReady(but: readonly Fakeable[]): Promise<boolean> {
  let isReady = false;
  SINON.install(but);
  redisInMemory().on('ready', () => (isReady = true));
  await turns(5);
  SINON.uninstall();
  return isReady;
}

const NONE: readonly Fakeable[] = ['queueMicrotask'];
const REAL: readonly Fakeable[] = ['nextTick', 'queueMicrotask'];
const told = {
  mornings: await mornings(),
  sockets: { faked: await isSocketHeard(NONE), real: await isSocketHeard(REAL) },
  redis: { faked: await isRedisReady(NONE), real: await isRedisReady(REAL) },
};
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
