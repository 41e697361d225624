// One delivery to its end: what keeps a body from running, what is off the books when, and that a storage which fails
// in the middle costs nobody a task.
import { describe, expect, it } from 'vitest';
import { Huey, type HueyOptions } from 'huey-ts';
import { execute } from '../../src/engine/execute.js';
import { engineOf } from '../../src/huey.js';
import type { Delivery, Storage } from '../../src/storage/storage.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

function setup(options: HueyOptions = {}) {
  const runtime = manualRuntime();
  const recording = recordingStorage();
  const huey = new Huey({ storage: recording.storage, runtime, ...options });
  const ran: unknown[] = [];
  return {
    huey,
    recording,
    ran,
    clock: runtime.clock,
    logs: runtime.logs,
    engine: engineOf(huey),
    work: huey.task('work', (value: unknown) => ran.push(value)),
    async take(lease = 'lease'): Promise<Delivery> {
      const turn = { settled: [], take: 1, lease, leaseUntil: START + 30_000, now: runtime.clock.now() };
      const { deliveries } = await huey.storage.turn(turn);
      return deliveries[0]!;
    },
  };
}

describe('before the body', () => {
  it.each([
    ['a task that is not ready, revoked and expired', { eta: START + 1000, expires: -1 }, true, 'postponed'],
    ['a task that is revoked and expired', { expires: -1 }, true, 'revoked'],
    ['a task that is expired', { expires: -1 }, false, 'expired'],
    ['a task that expires now', { expires: { at: START } }, false, 'returned'],
    ['a task that may wait for ever', { expires: 0 }, false, 'returned'],
  ])('%s is %4$s', async (_, options, revoked, outcome) => {
    const { huey, engine, work, ran, take } = setup();
    const result = await work.with(options)(1);
    if (revoked) await huey.revokeById(result.id);
    const execution = await execute(engine, await take());
    expect(execution.outcome.kind).toBe(outcome);
    expect(ran).toEqual(outcome === 'returned' ? [1] : []);
  });

  it('a message that cannot be read, or whose task is not known, is set aside', async () => {
    const { engine, work, take } = setup();
    await work(1);
    work.unregister();
    const execution = await execute(engine, await take());
    expect(execution).toMatchObject({
      task: undefined,
      outcome: { kind: 'unreadable', error: { task: 'work' } },
    });
    expect(execution.settlement.effects).toEqual([
      {
        kind: 'bury',
        item: execution.delivery.item,
        reason: expect.stringContaining('no task is registered as "work"') as string,
      },
    ]);
  });

  it('a revocation that cannot be read fails the task, and not the worker', async () => {
    const { huey, engine, work, ran, take } = setup();
    const result = await work(1);
    await huey.storage.putIfEmpty(`revoked:${result.id}`, '{"forged', START);
    const execution = await execute(engine, await take());
    expect(execution.outcome).toMatchObject({ kind: 'raised', error: { fault: 'malformed' } });
    expect(ran).toEqual([]);
  });
});

describe('delivery', () => {
  it('is settled after the body, at least once', async () => {
    const { engine, recording, work, take } = setup();
    await work(1);
    const delivery = await take();
    recording.takeCalls();
    const { settlement } = await execute(engine, delivery);
    expect(recording.takeCalls()).toEqual([]);
    expect(settlement.receipt).toBe(delivery.receipt);
  });

  it.each<[string, HueyOptions, object]>([
    ['the Huey', { delivery: 'at-most-once' }, {}],
    ['the task', {}, { delivery: 'at-most-once' }],
  ])('is off the books before the body, at most once, if %s says so', async (_, options, taskOptions) => {
    const { huey, engine, recording, take } = setup(options);
    const seen: boolean[] = [];
    const once = huey.task('once', { ...taskOptions }, async () => {
      const recovery = await huey.storage.recover('other', 3, START + 3_600_000);
      seen.push(recovery.requeued.length === 0);
    });
    await once();
    const delivery = await take();
    recording.takeCalls();
    const { settlement } = await execute(engine, delivery);
    expect(seen).toEqual([true]);
    expect(settlement.receipt).toBeUndefined();
  });

  it('that another worker has taken over is not run, at most once', async () => {
    const { huey, engine, work, ran, take } = setup({ delivery: 'at-most-once' });
    await work(1);
    const delivery = await take();
    await huey.storage.recover('other', 3, START + 3_600_000);
    const { settlement } = await execute(engine, delivery);
    expect(ran).toEqual([]);
    const { settled } = await huey.storage.turn({ settled: [settlement], take: 0, lease: '', now: START });
    expect(settled[0]!.applied).toBe(false);
    expect(await huey.pendingCount()).toBe(1);
  });

  it('stays on the books, at most once, while the task is refused its lock', async () => {
    const { huey, engine, take } = setup({ delivery: 'at-most-once' });
    const work = huey.task('locked', { lock: 'db', retries: 1 }, () => 1);
    await huey.lockTask('db').acquire();
    await work();
    const delivery = await take();
    const { settlement, outcome } = await execute(engine, delivery);
    expect([outcome.kind, settlement.receipt]).toEqual(['locked', delivery.receipt]);
  });
});

describe('a storage that fails', () => {
  it.each<[string, keyof Storage, object]>([
    ['when the lock is taken', 'acquire', { lock: 'db' }],
    ['when the rate limit is asked', 'rate', { lock: 'db', rateLimit: { name: 'api', limit: 9, per: 1 } }],
    ['when the delivery is acknowledged', 'turn', { lock: 'db', delivery: 'at-most-once' }],
    ['when the revocation is read', 'peek', { lock: 'db' }],
  ])('%s puts the delivery back, with nothing held', async (_, call, options) => {
    const { huey, engine, recording, ran, take } = setup();
    const work = huey.task('guarded', options, () => ran.push('ran'));
    const result = await work();
    await result.revoke({ until: '1s' });
    const delivery = await take();
    recording.failing = (name) => name === call;
    const { outcome, settlement, announcements } = await execute(engine, delivery, {
      now: START + 5000,
      lease: 'lease',
    });
    expect(outcome).toMatchObject({ kind: 'undone', error: { name: 'StorageError' } });
    expect([ran, announcements]).toEqual([[], []]);
    recording.failing = () => false;
    await huey.storage.turn({ settled: [settlement], take: 0, lease: '', now: START });
    expect(await huey.storage.locks(START)).toEqual([]);
    expect(await huey.pendingCount()).toBe(1);
    const again = await execute(engine, await take(), { now: START + 5000 });
    expect([again.outcome.kind, ran]).toEqual(['returned', ['ran']]);
  });

  it('when it has taken the lock and its answer is lost leaves it not held, even by the task itself', async () => {
    const { huey, engine, recording, ran, take } = setup();
    const work = huey.task('guarded', { lock: 'db' }, () => ran.push('ran'));
    await work();
    recording.losing = (name) => name === 'acquire';
    const { outcome, settlement } = await execute(engine, await take(), { lease: 'lease' });
    expect(outcome.kind).toBe('undone');
    recording.losing = () => false;
    await huey.storage.turn({ settled: [settlement], take: 0, lease: '', now: START });
    expect(await huey.storage.locks(START)).toEqual([]);
    const again = await execute(engine, await take());
    expect([again.outcome.kind, ran]).toEqual(['returned', ['ran']]);
  });

  it('when the answer is lost that it is off the books, at most once, loses the task rather than run it twice, and says so', async () => {
    const { huey, engine, recording, ran, take, logs } = setup({ delivery: 'at-most-once' });
    await huey.task('once', () => ran.push('ran'))();
    const delivery = await take();
    recording.losing = (name) => name === 'turn';
    const { outcome, settlement } = await execute(engine, delivery);
    expect([outcome.kind, ran]).toEqual(['undone', []]);
    expect(logs.map(({ message }) => message)).toEqual(['a task to be delivered at most once may be lost']);
    recording.losing = () => false;
    const { settled } = await huey.storage.turn({ settled: [settlement], take: 0, lease: '', now: START });
    expect([settled[0]!.applied, await huey.pendingCount()]).toEqual([false, 0]);
  });

  it('when the answer is lost that it is off the books, at most once, lets go of the lock all the same', async () => {
    const { huey, engine, recording, ran, take } = setup({ delivery: 'at-most-once' });
    await huey.task('once', { lock: 'db' }, () => ran.push('ran'))();
    const delivery = await take();
    recording.losing = (name) => name === 'turn';
    const { outcome, settlement } = await execute(engine, delivery, { lease: 'lease' });
    recording.losing = () => false;
    expect([outcome.kind, ran]).toEqual(['undone', []]);
    // What would have let go of it is refused.
    const { settled } = await huey.storage.turn({ settled: [settlement], take: 0, lease: '', now: START });
    expect(settled[0]!.applied).toBe(false);
    expect(await huey.storage.locks(START)).toEqual([]);
  });

  it('in immediate mode is told to the caller', async () => {
    const { huey, recording } = setup({ immediate: true, immediateUseMemory: false });
    const work = huey.task('guarded', { lock: 'db' }, () => 1);
    recording.failing = (name) => name === 'acquire';
    await expect(work()).rejects.toThrow('acquire: the storage is away');
    expect(await huey.pendingCount()).toBe(1);
  });
});

describe('while the body runs', () => {
  it('the engine knows it', async () => {
    const { huey, engine, take } = setup();
    const look = huey.task('look', () => engine.executing.places().map(({ task }) => task.name));
    await look();
    expect(await execute(engine, await take())).toMatchObject({ outcome: { value: ['look'] } });
    expect(engine.executing.size).toBe(0);
  });

  it('a task may be told to stop: the delivery goes back', async () => {
    const { huey, engine, take } = setup();
    const wait = huey.task('wait', { context: true }, (ctx) => ctx.sleep('1h'));
    await wait();
    const stop = new AbortController();
    const running = execute(engine, await take(), { stop: stop.signal });
    stop.abort(new Error('the worker stops'));
    const { outcome, settlement } = await running;
    expect([outcome.kind, settlement.effects]).toEqual(['interrupted', [{ kind: 'release' }]]);
  });

  it('what it throws by itself is no interruption, even when it is told to stop', async () => {
    const { huey, engine, take } = setup();
    const stop = new AbortController();
    const fail = huey.task('fail', () => {
      stop.abort(new Error('stop'));
      throw new Error('no');
    });
    await fail();
    const { outcome } = await execute(engine, await take(), { stop: stop.signal });
    expect(outcome.kind).toBe('raised');
  });

  it('nothing begins that was told to stop before', async () => {
    const { engine, work, ran, take } = setup();
    await work(1);
    const { outcome } = await execute(engine, await take(), { stop: AbortSignal.abort(new Error('stop')) });
    expect([outcome.kind, ran]).toEqual(['interrupted', []]);
  });

  it('a body that does not listen is not waited for once it is told to stop', async () => {
    const { huey, engine, take } = setup();
    await huey.task('deaf', () => new Promise(() => {}))();
    const stop = new AbortController();
    const running = execute(engine, await take(), { stop: stop.signal });
    stop.abort(new Error('the worker stops'));
    engine.executing.interrupt(new AbortController().signal);
    expect(engine.executing.size).toBe(1);
    engine.executing.interrupt(stop.signal);
    const { outcome, settlement } = await running;
    expect([outcome.kind, settlement.effects]).toEqual(['interrupted', [{ kind: 'release' }]]);
    expect(engine.executing.size).toBe(0);
  });
});

describe('a timeout', () => {
  it.each([
    ['a body that never ends', false],
    ['a body that would have ended later', true],
  ])('is not exceeded by %s', async (_, ends) => {
    const { huey, engine, clock, take } = setup();
    const late = huey.task('late', { timeout: '10s', context: true }, async (ctx) => {
      await new Promise<void>((resolve) => (ends ? void clock.timer(11_000, resolve) : undefined));
      return ctx.id;
    });
    await late();
    const running = execute(engine, await take());
    await clock.advance(9999);
    expect(engine.executing.size).toBe(1);
    await clock.advance(1);
    const { outcome } = await running;
    expect(outcome).toMatchObject({ kind: 'timed-out', error: { timeoutMs: 10_000 } });
    expect(engine.executing.size).toBe(0);
    await clock.advance(10_000);
    expect(clock.timers).toBe(0);
  });

  it('aborts the signal of the body that is given up, with the same error', async () => {
    const { huey, engine, clock, take } = setup();
    const reasons: unknown[] = [];
    const deaf = huey.task('deaf', { timeout: '10s', context: true }, async (ctx) => {
      ctx.signal.addEventListener('abort', () => reasons.push(ctx.signal.reason));
      await new Promise(() => {});
    });
    await deaf();
    const running = execute(engine, await take());
    await clock.advance(10_000);
    const { outcome } = await running;
    expect(reasons).toMatchObject([{ name: 'TaskTimeout' }]);
    expect(outcome.kind).toBe('timed-out');
  });

  it('leaves no timer behind a body that ends in time, and none counts for a timeout of zero', async () => {
    const { huey, engine, clock, take } = setup();
    const quick = huey.task('quick', { timeout: '10s' }, async () => 'in time');
    const unbound = huey.task('unbound', { timeout: 0 }, async () => 'no limit');
    await quick();
    await unbound();
    for (const value of ['in time', 'no limit'])
      expect(await execute(engine, await take())).toMatchObject({ outcome: { value } });
    expect(clock.timers).toBe(0);
  });

  it('counts what the body did before it waited', async () => {
    const { huey, engine, clock, take } = setup();
    const slow = huey.task('slow', { timeout: '10s' }, () => {
      clock.set(START + 8000);
      return new Promise(() => {});
    });
    await slow();
    const running = execute(engine, await take());
    await clock.advance(2000);
    expect((await running).outcome.kind).toBe('timed-out');
  });
});
