// Bodies that do real I/O: virtual time waits for them, and only for them.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';
import { Outside } from '../../../sim/world/outside.js';

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map(close)));

async function listen(answer: RequestListener = (_, response) => response.end('ok')): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return server;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

describe('Outside', () => {
  it('notices what was opened, until it counts as at rest', async () => {
    const outside = new Outside();
    expect(outside.hasOpened()).toBe(false);
    await listen();
    expect(outside.hasOpened()).toBe(true);
    outside.settle();
    expect(outside.hasOpened()).toBe(false);
  });

  it('does not miss what was closed, but notices when it is opened again', async () => {
    const first = await listen();
    const outside = new Outside();
    await close(first);
    expect(outside.hasOpened()).toBe(false);
    await listen();
    expect(outside.hasOpened()).toBe(true);
  });

  it('counts what a storage opens for a call, and keeps, as at rest', async () => {
    const outside = new Outside();
    const admit = outside.watch();
    await listen();
    admit();
    expect(outside.hasOpened()).toBe(false);
    await listen();
    expect(outside.hasOpened()).toBe(true);
  });
});

describe('a simulation', () => {
  it('waits for a request: it ends at the virtual instant at which it began', async () => {
    const server = await listen();
    // As if the server were another process: its end of a connection does not count.
    server.on('connection', (socket) => socket.unref());
    const huey = new MemoryHuey();
    const ask = huey.task('ask', async () => (await fetch(urlOf(server))).text());
    // A request just before must not be mistaken for the state at rest.
    await (await fetch(urlOf(server))).text();
    await using sim = await Simulation.start(huey);
    await ask.map(Array.from({ length: 20 }, () => []));
    await sim.advance('1h');
    const instants = new Set(sim.events('ask').map(({ at }) => at));
    expect(sim.signals('ask').filter((signal) => signal === 'complete')).toHaveLength(20);
    expect(instants.size).toBe(1);
  });

  it('does not wait for a body that sleeps because something was closed since the start', async () => {
    const server = await listen();
    const huey = new MemoryHuey();
    const nap = huey.task('nap', { context: true }, (ctx) => ctx.sleep('10m'));
    // Were it to wait, then for longer than this test may take.
    await using sim = await Simulation.start(huey, { patience: '20s' });
    await close(server);
    await nap();
    await sim.advance('1h');
    const [start, end] = ['executing', 'complete'].map(
      (name) => sim.events('nap').find(({ signal }) => signal === name)!.at,
    );
    expect(end! - start!).toBe(10 * 60_000);
  }, 10_000);
});
