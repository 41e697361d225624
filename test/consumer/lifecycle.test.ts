// Every service, started and stopped in any order, several at once, hundreds of times: when all have stopped, no timer is
// left, nobody listens to the storage, no child lives, and no rejection went unhandled.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Huey, type Storage } from 'huey-ts';
import { ChildLeases } from '../../src/consumer/child-lease.js';
import { LocalRunner } from '../../src/consumer/local-runner.js';
import { Loop } from '../../src/consumer/loop.js';
import { Pump } from '../../src/consumer/pump.js';
import { RemoteRunner } from '../../src/consumer/remote-runner.js';
import type { Runner } from '../../src/consumer/runner.js';
import { SignalBus } from '../../src/engine/signal-bus.js';
import { engineOf } from '../../src/huey.js';
import { type Clock, host, sleepBy } from '../../src/runtime.js';
import { type ManualRuntime, manualRuntime } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';
import { type FakeChannel, inMemory } from './fake-channel.js';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const ROUNDS = 40;

/** A small generator, the same for a seed on every machine. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A service in the hands of the test. Each may be told anything at any time. */
interface Service {
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
}

interface World {
  readonly runtime: ManualRuntime;
  readonly huey: Huey;
  readonly storage: Storage;
  readonly work: ReturnType<typeof declareWork>;
  readonly channels: FakeChannel[];
  /** Take back what goes on in children that are dead, and the deaths that are still to come. */
  readonly deaths: (() => void)[];
  readonly pick: (below: number) => number;
}

function setup(seed: number): World & { listeners(): number } {
  const runtime = manualRuntime();
  const { storage } = recordingStorage();
  let listeners = 0;
  const subscribe = storage.subscribe.bind(storage);
  storage.subscribe = (listener) => {
    const unsubscribe = subscribe(listener);
    listeners += 1;
    return () => {
      listeners -= 1;
      unsubscribe();
    };
  };
  const huey = new Huey({ storage, runtime });
  // The children's storage is this one, which outlives them.
  storage.close = () => {};
  const work = declareWork(huey);
  return {
    runtime,
    huey,
    storage,
    work,
    channels: [],
    deaths: [],
    pick: chance(seed),
    listeners: () => listeners,
  };
}

function declareWork(huey: Huey) {
  return huey.task('work', { context: true, retries: 1, timeout: '2s' }, async (ctx, ms: number) => {
    await using _hold = ms % 3 === 0 ? await huey.lockTask(`lock ${ctx.id}`).acquire() : undefined;
    await ctx.sleep(`${ms}ms`);
    if (ms % 5 === 0) throw new Error('unlucky');
  });
}

const SERVICES: Record<string, (world: World) => Service> = {
  loop({ runtime: { clock, logger }, pick }) {
    const tick = async (now: number): Promise<number> => {
      if (pick(10) === 0) throw new Error('away');
      return now + pick(200);
    };
    const loop = new Loop({ name: 'test', clock, logger, tick });
    return { start: async () => loop.start(), stop: () => loop.stop() };
  },
  consumer({ huey, pick }) {
    const consumer = huey.createConsumer({
      workers: 1 + pick(3),
      schedulerInterval: '1s',
      ...(pick(2) === 0 && { maxTasks: 1 + pick(3) }),
    });
    return {
      start: () => consumer.start(),
      stop: () => consumer.stop(pick(2) === 0 ? { deadline: pick(2) } : {}),
    };
  },
  'pump of local runners': (world) => pumpOf(world, () => new LocalRunner(engineOf(world.huey), 'pump')),
  'pump of remote runners': (world) => pumpOf(world, remoteRunners(world)),
};

/** A pump in a loop, as the consumer has it. Unlike a consumer, it is not stopped before it has started. */
function pumpOf({ runtime: { clock, logger }, huey, pick }: World, hire: () => Runner): Service {
  const pump = new Pump(engineOf(huey), {
    lease: 'pump',
    workers: 1 + pick(2),
    maxTasks: 1 + pick(4),
    hire,
    onWanted: () => loop.wake(),
  });
  const loop = new Loop({ name: 'pump', clock, logger, tick: (now) => pump.tick(now) });
  let started: Promise<unknown> | undefined;
  let stopped: Promise<unknown> | undefined;
  return {
    start: () => (started ??= pump.start().then(() => loop.start())),
    stop: async () => {
      if (started === undefined) return;
      await started;
      if (pick(2) === 0) pump.interrupt();
      stopped ??= loop.stop().then(() => pump.stop());
      await stopped;
    },
  };
}

/** Children that now and then die, whatever they are at. */
function remoteRunners({ huey, storage, runtime, channels, deaths, pick }: World): () => Runner {
  const engine = engineOf(huey);
  const leases = new ChildLeases(engine, 'pump', 30_000, () => {});
  return () => {
    const child = new Huey({ storage, runtime: { ...runtime, clock: childClock(runtime.clock, deaths) } });
    declareWork(child);
    const channel = inMemory(() => child);
    channels.push(channel);
    if (pick(3) === 0) deaths.push(runtime.clock.timer(pick(3000), () => channel.die('died of chance')));
    return new RemoteRunner(engine, {
      open: channel.open,
      app: 'app',
      lease: 'pump',
      ownLease: leases.next(),
      healthCheckMs: 1000,
      onDied: () => {},
      observers: new SignalBus(),
    });
  };
}

/** The clock of a child: here, unlike a thread or a process, its timers would outlive it. */
function childClock(clock: Clock, cancels: (() => void)[]): Clock {
  const own: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    soon: (callback) => clock.soon(callback),
    sleep: (delayMs, signal) => sleepBy(own, delayMs, signal),
    timer(delayMs, callback) {
      const cancel = clock.timer(delayMs, callback);
      cancels.push(cancel);
      return cancel;
    },
  };
  return own;
}

describe('the services', () => {
  const unhandled: unknown[] = [];
  const hear = (error: unknown): void => void unhandled.push(error);
  beforeAll(() => void process.on('unhandledRejection', hear));
  afterAll(() => void process.off('unhandledRejection', hear));

  it.each(SEEDS)('come and go in any order and leave nothing behind, seed %i', async (seed) => {
    const world = setup(seed);
    const { runtime, huey, work, pick, channels, listeners } = world;
    const { clock } = runtime;
    const kinds = Object.values(SERVICES);
    for (let round = 0; round < ROUNDS; round += 1) {
      const services = Array.from({ length: 1 + pick(4) }, () => kinds[pick(kinds.length)]!(world));
      const pending: Promise<unknown>[] = [];
      for (let step = 0; step < 12; step += 1) {
        const service = services[pick(services.length)]!;
        const choice = pick(5);
        if (choice <= 1) pending.push(service.start());
        else if (choice === 2) pending.push(service.stop());
        else if (choice === 3) await clock.advance(pick(1500));
        else pending.push(work(pick(3000)));
      }
      for (const service of services) pending.push(service.stop());
      const ended = Promise.all(pending);
      const state = { isEnded: false };
      void ended.finally(() => (state.isEnded = true));
      for (let second = 0; second < 120 && !state.isEnded; second += 1) await clock.advance(1000);
      expect(state.isEnded, `round ${round} of seed ${seed} comes to an end`).toBe(true);
      await ended;
      for (const cancel of world.deaths.splice(0)) cancel();
      expect(
        [clock.timers, listeners(), engineOf(huey).executing.size, engineOf(huey).leases.size],
        `round ${round}`,
      ).toEqual([0, 0, 0, 0]);
      expect(channels.filter(({ isOpen }) => isOpen)).toEqual([]);
      channels.length = 0;
    }
    await host.turn();
    expect(unhandled).toEqual([]);
  });
});
