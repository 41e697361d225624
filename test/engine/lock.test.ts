// Locks: who holds one, until when, and who may give it back. A hold ends with its owner, its time, or its process.
import { describe, expect, it } from 'vitest';
import { type ConsumerOptions, MemoryHuey, MemoryStorage, Huey, TaskLockedException } from 'huey-ts';
import { HandWorker } from '../hand-worker.js';
import { engineOf } from '../../src/huey.js';
import { host } from '../../src/runtime.js';
import { manualRuntime } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

function setup() {
  const runtime = manualRuntime();
  const { clock } = runtime;
  const huey = new MemoryHuey({ runtime });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  return {
    huey,
    clock,
    worker,
    async run(count = 1) {
      for (let task = 0; task < count; task += 1) await worker.tick(clock.now());
      await worker.flush();
    },
  };
}

/** Follows a promise: what became of it, if anything has. */
function follow(promise: Promise<unknown>): { end: unknown } {
  const followed: { end: unknown } = { end: 'pending' };
  promise.then(
    () => (followed.end = 'fulfilled'),
    (error: unknown) => (followed.end = error),
  );
  return followed;
}

describe('a hold', () => {
  it('keeps others out until it is given back', async () => {
    const { huey } = setup();
    const lock = huey.lockTask('db');
    const hold = await lock.acquire();
    expect(await lock.isLocked()).toBe(true);
    const refused = huey.lockTask('db').acquire();
    await expect(refused).rejects.toThrow(TaskLockedException);
    await expect(refused).rejects.toMatchObject({
      lock: 'db',
      message: expect.stringContaining('"db"') as string,
    });
    expect(await hold.release()).toBe(true);
    expect(await lock.isLocked()).toBe(false);
    await (await huey.lockTask('db').acquire()).release();
  });

  it.each([
    ['is given back if the answer was lost that it is held', false],
    ['that may be there is told of even if it cannot be given back', true],
  ])('%s', async (_, isAway) => {
    const recording = recordingStorage({ later: true });
    const huey = new Huey({ storage: recording.storage, runtime: manualRuntime() });
    recording.losing = (name) => name === 'acquire';
    recording.failing = (name) => name === 'release' && isAway;
    await expect(huey.lockTask('db').acquire()).rejects.toThrow('acquire: the answer was lost');
    expect(await huey.lockTask('db').isLocked()).toBe(isAway);
  });

  it('leaves other names alone', async () => {
    const { huey } = setup();
    await huey.lockTask('db').acquire();
    expect(await huey.lockTask('disk').isLocked()).toBe(false);
  });

  it('is given back once, and by its owner only', async () => {
    const { huey } = setup();
    const lock = huey.lockTask('db');
    const hold = await lock.acquire();
    expect(await huey.lockTask('db').release()).toBe(false);
    expect(await lock.isLocked()).toBe(true);
    expect(await hold.release()).toBe(true);
    await huey.lockTask('db').acquire();
    expect(await hold.release()).toBe(false);
    expect(await lock.release()).toBe(false);
    expect(await lock.isLocked()).toBe(true);
  });

  it('ends with its block', async () => {
    const { huey } = setup();
    const lock = huey.lockTask('db');
    {
      await using _hold = await lock.acquire();
      expect(await lock.isLocked()).toBe(true);
    }
    expect(await lock.isLocked()).toBe(false);
  });

  it('ends with the function that it was taken for, whatever becomes of that', async () => {
    const { huey } = setup();
    const lock = huey.lockTask('db');
    const double = lock.wrap(async (n: number) => {
      expect(await lock.isLocked()).toBe(true);
      if (n === 0) throw new RangeError('zero');
      return 2 * n;
    });
    expect(await double(2)).toBe(4);
    await expect(double(0)).rejects.toThrow(RangeError);
    expect(await lock.isLocked()).toBe(false);
    await lock.acquire();
    await expect(double(2)).rejects.toThrow(TaskLockedException);
  });

  it('ends at the instant it expires, and then belongs to whoever comes', async () => {
    const { huey, clock } = setup();
    const lock = huey.lockTask('db', { expires: '10s' });
    const first = await lock.acquire();
    await clock.advance(9999);
    expect(await lock.isLocked()).toBe(true);
    await clock.advance(1);
    expect(await lock.isLocked()).toBe(false);
    const second = await lock.acquire();
    expect(await first.release()).toBe(false);
    expect(await lock.isLocked()).toBe(true);
    expect(await second.release()).toBe(true);
  });
});

describe('waiting', () => {
  it('gets the lock soon after it is free', async () => {
    const { huey, clock } = setup();
    const hold = await huey.lockTask('db').acquire();
    const waiting = follow(huey.lockTask('db').acquire({ wait: '10s' }));
    await clock.advance(3000);
    expect(waiting.end).toBe('pending');
    await hold.release();
    await clock.advance(100);
    expect(waiting.end).toBe('fulfilled');
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['250ms', 250],
    ['1s', 1000],
    [0, 0],
  ])('gives up after %j, at the deadline and not later', async (wait, ms) => {
    const { huey, clock } = setup();
    await huey.lockTask('db').acquire();
    const waiting = follow(huey.lockTask('db').acquire({ wait }));
    await clock.advance(Math.max(0, ms - 1));
    if (ms > 0) expect(waiting.end).toBe('pending');
    await clock.advance(1);
    await host.turn();
    expect(waiting.end).toBeInstanceOf(TaskLockedException);
    expect(clock.timers).toBe(0);
  });
});

describe('flushLocks', () => {
  it('frees what this Huey ever named, whoever holds it', async () => {
    const { huey } = setup();
    huey.task('report', { lock: 'reports' }, () => 1);
    const holds = [await huey.lockTask('db').acquire(), await huey.semaphore('pool', { limit: 2 }).acquire()];
    expect(await huey.flushLocks()).toEqual(['db', 'pool']);
    expect(await Promise.all(holds.map((hold) => hold.release()))).toEqual([false, false]);
    expect(await huey.flushLocks()).toEqual([]);
  });

  it('frees those named now, too, and leaves strangers alone', async () => {
    const storage = new MemoryStorage();
    const [huey, elsewhere] = [new Huey({ storage }), new Huey({ storage })];
    await elsewhere.lockTask('db').acquire();
    await elsewhere.lockTask('disk').acquire();
    expect(await huey.flushLocks('disk', 'unknown')).toEqual(['disk']);
    expect(await elsewhere.lockTask('db').isLocked()).toBe(true);
  });
});

describe('the option of a task', () => {
  it('holds the lock while the task runs', async () => {
    const { huey, run } = setup();
    const report = huey.task('report', { lock: 'reports' }, () => huey.lockTask('reports').isLocked());
    const result = await report();
    await run();
    expect(await result.get()).toBe(true);
    expect(await huey.lockTask('reports').isLocked()).toBe(false);
  });

  it.each<[string, () => unknown]>([
    ['fails', () => Promise.reject(new Error('no'))],
    ['returns what cannot travel', () => () => 1],
  ])('gives it back, in the same step as the end is stored, when the task %s', async (_, body) => {
    const { huey, run } = setup();
    const report = huey.task('report', { lock: 'reports', retries: 1, retryDelay: '1m' }, body);
    await report();
    await run();
    expect(await huey.storage.locks(0)).toEqual([]);
    expect(await huey.scheduledCount()).toBe(1);
  });

  it('fails the attempt if the lock is held, and retries like after any failure', async () => {
    const { huey, clock, run } = setup();
    const signals: string[] = [];
    huey.signal((signal) => signals.push(signal));
    const report = huey.task('report', { lock: 'reports', retries: 1, retryDelay: '1m' }, () => 'done');
    const hold = await huey.lockTask('reports').acquire();
    const result = await report();
    await run();
    await expect(result.get()).rejects.toMatchObject({
      metadata: { error: { lock: 'reports' }, retries: 1 },
    });
    expect(signals).toEqual(['enqueued', 'executing', 'locked', 'retrying', 'scheduled']);
    expect(await huey.lockTask('reports').isLocked()).toBe(true);
    await hold.release();
    clock.set(clock.now() + 60_000);
    for (const { item } of await huey.storage.scheduled())
      await huey.storage.turn({
        settled: [{ effects: [{ kind: 'enqueue', item }] }],
        take: 0,
        lease: '',
        now: 0,
      });
    await run();
    result.reset();
    expect(await result.get()).toBe('done');
  });
});

describe('beside a consumer in the same process', () => {
  async function consuming(options: ConsumerOptions = {}) {
    const runtime = manualRuntime();
    const { clock } = runtime;
    const storage = new MemoryStorage();
    const huey = new Huey({ storage, runtime });
    const elsewhere = new Huey({ storage, runtime });
    const consumer = huey.createConsumer({ leaseTtl: '30s', ...options });
    await consumer.start();
    await clock.advance(0);
    return { huey, elsewhere, clock, consumer };
  }

  it('can be taken however long the consumer has been idle', async () => {
    const { huey, clock, consumer } = await consuming();
    await clock.advance(3_600_000);
    const hold = await huey.lockTask('db').acquire();
    expect(await huey.lockTask('db').isLocked()).toBe(true);
    await hold.release();
    await consumer.stop();
    expect(clock.timers).toBe(0);
  });

  it('is held as long as its owner wants, however idle the consumer is', async () => {
    const { huey, elsewhere, clock, consumer } = await consuming();
    const hold = await huey.lockTask('db').acquire();
    await clock.advance(3_600_000);
    expect(await elsewhere.lockTask('db').isLocked()).toBe(true);
    expect(await hold.release()).toBe(true);
    await consumer.stop();
  });

  it('ends with the process, within the time of its lease', async () => {
    const { huey, elsewhere, clock } = await consuming();
    await huey.lockTask('db').acquire();
    await clock.advance(60_000);
    // The process dies: none of its timers is heard of again.
    clock.set(clock.now() + 29_999);
    expect(await elsewhere.lockTask('db').isLocked()).toBe(true);
    clock.set(clock.now() + 1);
    expect(await elsewhere.lockTask('db').isLocked()).toBe(false);
  });

  it('costs the lease no renewal once it is given back', async () => {
    const { huey, clock, consumer } = await consuming();
    const hold = await huey.lockTask('db').acquire();
    await hold.release();
    await hold.release();
    await clock.advance(60_000);
    expect(clock.nextAt - clock.now()).toBeGreaterThan(60_000);
    await consumer.stop();
  });
});
