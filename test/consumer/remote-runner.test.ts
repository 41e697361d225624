// A runner and its child, on a line and a clock that the test holds: what they say to each other, how the child may die
// in each phase, and when it is ended because it does not give way.
import { describe, expect, it } from 'vitest';
import {
  CancelExecution,
  Huey,
  isHueyError,
  MemoryStorage,
  RetryTask,
  type Storage,
  type TaskOptions,
} from 'huey-ts';
import { ChildLeases } from '../../src/consumer/child-lease.js';
import {
  INTERRUPT_GRACE_MS,
  RemoteRunner,
  START_LIMIT_MS,
  STOP_LIMIT_MS,
  TIMEOUT_GRACE_MS,
} from '../../src/consumer/remote-runner.js';
import type { Execution } from '../../src/engine/execute.js';
import { SignalBus } from '../../src/engine/signal-bus.js';
import { engineOf } from '../../src/huey.js';
import { host } from '../../src/runtime.js';
import { manualRuntime } from '../manual-runtime.js';
import { FakeChannel, inMemory } from './fake-channel.js';

type BodyOptions = TaskOptions & { readonly context?: false };

const APPLIED = { applied: true, enqueued: [] };
const ENDED = {
  kind: 'ended',
  report: { outcome: '{"kind":"returned"}', settlement: { effects: [] }, isHeard: true },
} as const;

interface SetupOptions {
  readonly channel?: FakeChannel;
  readonly healthCheckMs?: number;
  readonly task?: BodyOptions;
}

function setup({ channel = new FakeChannel(), healthCheckMs = 10_000, task = {} }: SetupOptions = {}) {
  const runtime = manualRuntime();
  const { clock, logs } = runtime;
  const storage: Storage = new MemoryStorage();
  const huey = new Huey({ storage, runtime });
  const engine = engineOf(huey);
  const observers = new SignalBus();
  const log: string[] = [];
  huey.signal((signal, { name }) => log.push(`${signal} ${name} here`));
  const leases = new ChildLeases(engine, 'consumer', 30_000, () => log.push('lease held'));
  const ownLease = leases.next();
  let deaths = 0;
  const runner = new RemoteRunner(engine, {
    open: channel.open,
    app: './app.js:huey',
    lease: 'consumer',
    ownLease,
    healthCheckMs: healthCheckMs === 0 ? undefined : healthCheckMs,
    onDied: () => (deaths += 1),
    observers,
  });
  const stop = new AbortController();
  const work = huey.task('work', task, (n: number) => n);
  const take = async () => {
    const turn = { settled: [], take: 1, lease: 'consumer', leaseUntil: clock.now() + 1e6, now: clock.now() };
    return (await storage.turn(turn)).deliveries[0]!;
  };
  return {
    runner,
    channel,
    huey,
    engine,
    storage,
    clock,
    logs,
    log,
    observers,
    leases,
    ownLease,
    stop,
    work,
    deaths: () => deaths,
    async started() {
      const starting = runner.start();
      await host.turn();
      channel.say({ kind: 'started' });
      await starting;
    },
    /** Enqueues a task, takes it, and has it run. */
    async running() {
      await work(1);
      const delivery = await take();
      const ending = Promise.resolve(runner.run(delivery, stop.signal));
      // A rejection that nobody awaits yet is none of the test's.
      ending.catch(() => {});
      await host.turn();
      return { delivery, ending };
    },
    take,
    /** Stores what the execution came to, and tells of it. */
    async settle(execution: Execution) {
      const turn = { settled: [execution.settlement], take: 0, lease: 'consumer', now: clock.now() };
      const { settled } = await storage.turn(turn);
      await runner.tell(execution, settled[0]!);
      return settled[0]!;
    },
  };
}

describe('the conversation', () => {
  it('starts with the app, runs and tells one delivery after the other, and ends with stop', async () => {
    const { started, running, runner, channel, clock } = setup();
    await started();
    for (let count = 0; count < 2; count += 1) {
      const { ending } = await running();
      channel.say(ENDED);
      const telling = runner.tell(await ending, APPLIED);
      channel.say({ kind: 'told' });
      await telling;
    }
    const stopping = runner.stop();
    channel.die('exited with code 0');
    await stopping;
    expect(channel.kinds).toEqual(['start', 'run', 'tell', 'run', 'tell', 'stop']);
    expect(channel.received[0]).toEqual({
      kind: 'start',
      app: './app.js:huey',
      lease: 'consumer',
      ownLease: 'consumer/1',
      isObserved: false,
    });
    expect([runner.isAlive, clock.timers, channel.isKilled]).toEqual([false, 0, false]);
  });

  it('spares a telling where nobody listens, but logs that a settlement was refused', async () => {
    const { started, running, runner, channel, logs } = setup();
    await started();
    const { ending } = await running();
    channel.say({ kind: 'ended', report: { ...ENDED.report, isHeard: false } });
    const execution = await ending;
    expect(runner.tell(execution, APPLIED)).toBeUndefined();
    expect(runner.tell(execution, { applied: false, enqueued: [] })).toBeUndefined();
    expect(channel.kinds).toEqual(['start', 'run']);
    expect(logs.map(({ message }) => message)).toEqual([
      'a settlement was refused: its delivery had been taken over',
    ]);
  });

  it('refuses to start with the reason of the child, which is ended', async () => {
    const { runner, channel, clock, logs, deaths } = setup();
    const starting = runner.start();
    await host.turn();
    channel.say({ kind: 'refused', reason: './app.js exports no Huey' });
    await expect(starting).rejects.toThrow('./app.js exports no Huey');
    expect([runner.isAlive, channel.isKilled, clock.timers, logs, deaths()]).toEqual([false, true, 0, [], 0]);
    await runner.stop();
  });

  it('may be stopped before it was started, and when it is dead', async () => {
    const { runner } = setup();
    await runner.stop();
    const dead = setup();
    await dead.started();
    dead.channel.die();
    await dead.runner.stop();
    expect(dead.channel.kinds).toEqual(['start']);
  });
});

describe('a death', () => {
  it('while it starts is what start fails with', async () => {
    const { runner, channel, clock } = setup();
    const starting = runner.start();
    await host.turn();
    channel.die('process exited with code 1', new TypeError('no such thing'));
    await expect(starting).rejects.toThrow('the worker process exited with code 1: TypeError: no such thing');
    expect([runner.isAlive, clock.timers]).toEqual([false, 0]);
  });

  it('while it waits for work is told to whoever replaces it', async () => {
    const { started, runner, channel, clock, logs, deaths } = setup();
    await started();
    channel.die('process was ended by SIGKILL');
    expect([runner.isAlive, deaths(), clock.timers]).toEqual([false, 1, 0]);
    expect(logs).toMatchObject([{ level: 'error', message: 'worker died' }]);
    expect(String(logs[0]!.fields!['error'])).toContain('process was ended by SIGKILL');
  });

  it('in mid body rejects, with what it died of', async () => {
    const { started, running, runner, channel, clock, deaths } = setup();
    await started();
    const { ending } = await running();
    channel.die('thread exited with code 1', new RangeError('out of memory'));
    await expect(ending).rejects.toThrow('the worker thread exited with code 1: RangeError: out of memory');
    expect([runner.isAlive, clock.timers, deaths()]).toEqual([false, 0, 0]);
  });

  it('of a delivery that is off the books ends the task: it cannot go back', async () => {
    const { started, running, channel, settle, huey, log } = setup();
    await started();
    const { ending, delivery } = await running();
    await huey.storage.turn({
      settled: [{ receipt: delivery.receipt, effects: [] }],
      take: 0,
      lease: '',
      now: 0,
    });
    channel.say({ kind: 'began', timeoutMs: 0, isAcknowledged: true });
    channel.die('process was ended by SIGKILL');
    expect(await settle(await ending)).toMatchObject({ applied: true });
    await expect(huey.result(delivery.item.id)).rejects.toThrow('process was ended by SIGKILL');
    expect(log).toContain('error work here');
    expect(await huey.pendingCount()).toBe(0);
  });

  it('after the body, before it could announce what is stored, is logged', async () => {
    const { started, running, runner, channel, logs, deaths, clock } = setup();
    await started();
    const { ending } = await running();
    channel.say(ENDED);
    const telling = runner.tell(await ending, APPLIED);
    channel.die();
    await telling;
    expect(logs.map(({ message }) => message)).toEqual([
      'worker died before it could announce what is stored',
    ]);
    expect([deaths(), clock.timers]).toEqual([1, 0]);
  });

  it('that went before is what a further run fails with', async () => {
    const { started, runner, channel, work, take, stop } = setup();
    await started();
    channel.die();
    await work(1);
    const delivery = await take();
    await expect(runner.run(delivery, stop.signal)).rejects.toThrow('the worker is gone');
  });
});

describe('a child that does not give way', () => {
  it.each<[string, BodyOptions, boolean]>([
    ['at the timeout of its body', { timeout: '2s' }, false],
    ['at the timeout of a body that is off the books', { timeout: '2s', delivery: 'at-most-once' }, true],
  ])('%s is ended a little later, and the task has timed out', async (_, task, isAcknowledged) => {
    const { started, running, settle, runner, channel, clock, huey, log } = setup({ task });
    await started();
    const { ending, delivery } = await running();
    if (isAcknowledged) {
      const settled = [{ receipt: delivery.receipt, effects: [] }];
      await huey.storage.turn({ settled, take: 0, lease: '', now: clock.now() });
    }
    await clock.advance(1000);
    channel.say({ kind: 'began', timeoutMs: 2000, isAcknowledged });
    await clock.advance(2000 + TIMEOUT_GRACE_MS - 1);
    expect(channel.isKilled).toBe(false);
    await clock.advance(1);
    expect(channel.isKilled).toBe(true);
    const execution = await ending;
    expect(execution.outcome).toMatchObject({ kind: 'timed-out', error: { timeoutMs: 2000 } });
    expect(await settle(execution)).toMatchObject({ applied: true });
    expect(log).toEqual(['enqueued work here', 'timeout work here']);
    expect([runner.isAlive, clock.timers]).toEqual([false, 0]);
  });

  it('ends its task only when it is gone', async () => {
    const { started, running, channel, clock } = setup();
    channel.diesWhenKilled = false;
    await started();
    const { ending } = await running();
    let isEnded = false;
    void ending.then(() => (isEnded = true));
    channel.say({ kind: 'began', timeoutMs: 1000, isAcknowledged: false });
    await clock.advance(60_000);
    expect([channel.isKilled, isEnded]).toEqual([true, false]);
    channel.die();
    await host.turn();
    expect(isEnded).toBe(true);
  });

  it('but ends in time is left alone', async () => {
    const { started, running, channel, clock, runner } = setup({ healthCheckMs: 0 });
    await started();
    const { ending } = await running();
    channel.say({ kind: 'began', timeoutMs: 1000, isAcknowledged: false });
    await clock.advance(1000 + TIMEOUT_GRACE_MS - 1);
    channel.say(ENDED);
    await ending;
    await clock.advance(60_000);
    expect([runner.isAlive, clock.timers]).toEqual([true, 0]);
  });

  it.each([[false], [true]])(
    'when it is interrupted is ended, and the delivery goes back; told before the start: %s',
    async (before) => {
      const { started, running, settle, channel, clock, stop, huey } = setup();
      await started();
      if (before) stop.abort();
      const { ending } = await running();
      stop.abort();
      // A body that begins all the same gets no more time.
      channel.say({ kind: 'began', timeoutMs: 60_000, isAcknowledged: false });
      expect(channel.kinds).toEqual(['start', 'run', 'interrupt']);
      await clock.advance(INTERRUPT_GRACE_MS - 1);
      expect(channel.isKilled).toBe(false);
      await clock.advance(1);
      const execution = await ending;
      expect(execution.outcome).toEqual({ kind: 'interrupted' });
      await settle(execution);
      expect(await huey.pendingCount()).toBe(1);
      expect(clock.timers).toBe(0);
    },
  );

  it('while it starts, or when it is to stop, is ended after a while', async () => {
    const slow = setup();
    const starting = slow.runner.start();
    const failure = expect(starting).rejects.toThrow('the worker did not come up within 60s');
    await slow.clock.advance(START_LIMIT_MS);
    await failure;

    const { started, runner, channel, clock } = setup();
    await started();
    const stopping = runner.stop();
    await clock.advance(STOP_LIMIT_MS - 1);
    expect(channel.isKilled).toBe(false);
    await clock.advance(1);
    await stopping;
    expect(clock.timers).toBe(0);
  });
});

describe('the health check', () => {
  it('asks a child that waits for work, and leaves one alone that answers', async () => {
    const { started, channel, clock, runner } = setup();
    await started();
    for (let count = 1; count <= 3; count += 1) {
      await clock.advance(10_000);
      expect(channel.kinds.filter((kind) => kind === 'ping')).toHaveLength(count);
      channel.say({ kind: 'pong' });
    }
    expect(runner.isAlive).toBe(true);
  });

  it('ends one that has not answered by the next time, and has it replaced', async () => {
    const { started, channel, clock, runner, deaths, logs } = setup();
    await started();
    await clock.advance(19_999);
    expect(channel.isKilled).toBe(false);
    await clock.advance(1);
    expect([channel.isKilled, runner.isAlive, deaths(), clock.timers]).toEqual([true, false, 1, 0]);
    expect(logs).toMatchObject([
      { level: 'warn', message: 'worker killed', fields: { reason: 'did not answer within 10s' } },
    ]);
  });

  it('does not ask while a body runs: it may compute for as long as it likes', async () => {
    const { started, running, channel, clock, runner } = setup();
    await started();
    await running();
    await clock.advance(3_600_000);
    expect([channel.kinds, runner.isAlive]).toEqual([['start', 'run'], true]);
  });

  it('can be left out', async () => {
    const { started, channel, clock } = setup({ healthCheckMs: 0 });
    await started();
    await clock.advance(3_600_000);
    expect([channel.kinds, clock.timers]).toEqual([['start'], 0]);
  });
});

describe('with a real child', () => {
  function both(declare: (huey: Huey) => void = () => {}) {
    const storage: Storage = new MemoryStorage();
    const childRuntime = manualRuntime(undefined, 'child-');
    const childHuey = new Huey({ storage, runtime: childRuntime });
    const channel = inMemory(() => childHuey);
    const parent = setup({ channel });
    // The parent's storage, seen from the child.
    engineOf(childHuey).home.storage = parent.storage;
    declare(childHuey);
    return { ...parent, childHuey };
  }

  const outcomes: [string, BodyOptions, () => unknown, string[]][] = [
    ['returned', {}, () => 7, ['executing', 'complete']],
    [
      'raised',
      {},
      () => {
        throw new TypeError('no');
      },
      ['executing', 'error'],
    ],
    [
      'retry-asked',
      {},
      () => {
        throw new RetryTask();
      },
      ['executing', 'retrying', 'enqueued'],
    ],
    [
      'canceled',
      {},
      () => {
        throw new CancelExecution({ retry: false });
      },
      ['executing', 'canceled'],
    ],
    ['locked', { lock: 'taken' }, () => 1, ['executing', 'locked']],
    ['prevented', {}, () => 1, ['executing', 'canceled']],
  ];

  it.each(outcomes)('an execution that is %s is announced there', async (kind, options, body, signals) => {
    const { runner, work, take, stop, settle, childHuey, storage, clock } = both((child) => {
      child.task('work', options, body);
      if (kind === 'prevented')
        child.preExecute(() => {
          throw new CancelExecution();
        });
    });
    if (kind === 'locked') await storage.acquire({ name: 'taken', owner: 'x', places: 1, now: clock.now() });
    const heard: string[] = [];
    childHuey.signal((signal) => heard.push(signal));
    await runner.start();
    await work(1);
    const delivery = await take();
    const ending = runner.run(delivery, stop.signal);
    const execution = await ending;
    expect(execution.outcome.kind).toBe(kind);
    expect(execution.delivery).toBe(delivery);
    expect(heard).toEqual(signals.slice(0, 1));
    await settle(execution);
    expect(heard).toEqual(signals);
  });

  it('keeps its locks under a lease of its own, which ends with it', async () => {
    const { runner, childHuey, clock, channel, leases, log, storage } = both();
    await runner.start();
    const lock = childHuey.lockTask('door');
    await lock.acquire();
    expect([await storage.holders('door', clock.now()), leases.areHeld]).toEqual([1, true]);
    expect(log).toContain('lease held');
    await clock.advance(29_000);
    await leases.renew(clock.now());
    await clock.advance(29_000);
    expect(await storage.holders('door', clock.now())).toBe(1);
    channel.die('process was ended by SIGKILL');
    await leases.ended();
    expect([await storage.holders('door', clock.now()), leases.areHeld]).toEqual([0, false]);
  });

  it('lets go of the lease with the last lock', async () => {
    const { runner, childHuey, leases } = both();
    await runner.start();
    const holds = [await childHuey.lockTask('a').acquire(), await childHuey.lockTask('b').acquire()];
    await holds[0]!.release();
    await host.turn();
    expect(leases.areHeld).toBe(true);
    await holds[1]!.release();
    await host.turn();
    expect(leases.areHeld).toBe(false);
    await childHuey.lockTask('a').acquire();
    expect(leases.areHeld).toBe(true);
  });

  it('refuses a lock whose lease cannot be kept', async () => {
    const { runner, childHuey, storage } = both();
    await runner.start();
    storage.keepLease = () => {
      throw new Error('the disk is full');
    };
    await expect(childHuey.lockTask('door').acquire()).rejects.toSatisfy(
      (error) => isHueyError(error, 'StorageError') && error.message.includes('the disk is full'),
    );
  });

  it('logs through the runner, with whatever fields', async () => {
    const { runner, childHuey, logs } = both((child) => {
      child.onStartup(() => {
        throw new TypeError('broken');
      });
    });
    await runner.start();
    engineOf(childHuey).runtime.logger.info('odd', { f: () => 1, n: 1n, plain: 'x' });
    await host.turn();
    expect(logs[0]).toMatchObject({
      level: 'error',
      message: 'hook failed',
      fields: { kind: 'onStartup', error: { name: 'TypeError', message: 'broken' } },
    });
    expect(logs[1]).toMatchObject({ level: 'info', message: 'odd', fields: { n: 1n, plain: 'x' } });
  });

  it('passes its signals on to those who observe', async () => {
    const { runner, observers, take, stop, settle, work } = both((child) => {
      child.task('work', () => {
        throw new RangeError('too much');
      });
    });
    const seen: unknown[] = [];
    observers.connect((signal, { name, args }, error) => seen.push([signal, name, args, String(error)]), []);
    await runner.start();
    await work(1);
    await settle(await runner.run(await take(), stop.signal));
    expect(seen).toEqual([
      ['executing', 'work', [1], 'undefined'],
      ['error', 'work', [1], 'RangeError: too much'],
    ]);
  });

  it('runs the hooks of start and stop, and closes its storage', async () => {
    const ran: string[] = [];
    const { runner, storage } = both((child) => {
      child.onStartup(() => ran.push('startup'));
      child.onShutdown(() => ran.push('shutdown'));
    });
    storage.close = () => void ran.push('close');
    await runner.start();
    await runner.stop();
    expect(ran).toEqual(['startup', 'shutdown', 'close']);
  });

  it('interrupts a body that waits', async () => {
    const { runner, take, stop, work, settle, huey } = both((child) => {
      child.task('work', () => new Promise(() => {}));
    });
    await runner.start();
    await work(1);
    const ending = runner.run(await take(), stop.signal);
    await host.turn();
    stop.abort();
    const execution = await ending;
    expect(execution.outcome).toEqual({ kind: 'interrupted' });
    await settle(execution);
    expect([runner.isAlive, await huey.pendingCount()]).toEqual([true, 1]);
  });
});
