// Leases: kept alive while something is held, given up when not, and taken over from the dead, in order.
import { describe, expect, it } from 'vitest';
import { chord, Huey, type HueyOptions, TaskException } from 'huey-ts';
import { LeaseKeeper, type LeaseOptions } from '../../src/consumer/lease-keeper.js';
import { HandWorker } from '../hand-worker.js';
import { engineOf } from '../../src/huey.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

const DAY = 24 * 60 * 60 * 1000;

function setup(options: Partial<LeaseOptions> = {}, hueyOptions: HueyOptions = {}) {
  const runtime = manualRuntime();
  const { clock, logs } = runtime;
  const recording = recordingStorage();
  const huey = new Huey({ storage: recording.storage, runtime, ...hueyOptions });
  const engine = engineOf(huey);
  const keeper = new LeaseKeeper(engine, { lease: 'mine', ...options });
  const signals: string[] = [];
  huey.signal((signal, { id }) => signals.push(`${id} ${signal}`));
  return {
    huey,
    clock,
    logs,
    recording,
    keeper,
    signals,
    work: huey.task('work', (n: number) => n),
    /** Takes so many deliveries under a lease that is kept until an instant, and never ends them. */
    async take(lease: string, count: number, until: number) {
      const turn = { settled: [], take: count, lease, leaseUntil: until, now: clock.now() };
      const { deliveries } = await huey.storage.turn(turn);
      return deliveries.map(({ item }) => item.id);
    },
    async run() {
      const worker = new HandWorker(engine, { lease: 'worker' });
      await worker.tick(clock.now());
      await worker.flush();
    },
    pending: async () => (await huey.pending()).map(({ id }) => id),
  };
}

describe('a lease', () => {
  it('is renewed three times as often as it must be', async () => {
    const { keeper, recording } = setup({ ttl: '30s' });
    expect(keeper.renewEveryMs).toBe(10_000);
    expect(await keeper.tick(START)).toBe(START + 10_000);
    expect(recording.calls.slice(0, 2)).toMatchObject([
      { name: 'keepLease', args: ['mine', START + 30_000, START] },
      { name: 'recover', args: ['mine', 3, START] },
    ]);
  });

  it('keeps what it holds while it is renewed, and loses it when it is not', async () => {
    const { huey, keeper, work, take, clock, pending } = setup({ ttl: '30s' });
    await work(1);
    await take('mine', 1, START + 30_000);
    const other = new LeaseKeeper(engineOf(huey), { lease: 'other' });
    for (let at = START; at <= START + 120_000; at = await keeper.tick(at)) {
      clock.set(at);
      await other.tick(at);
      expect(await pending()).toEqual([]);
    }
    await other.tick(START + 150_000);
    expect(await pending()).toEqual(['task-1']);
  });

  it('that holds nothing is not renewed, and its keeper sleeps, where it would be woken', async () => {
    const { keeper, recording } = setup({ skipIdle: true, isHolding: () => false });
    expect(await keeper.tick(START)).toBe(START + DAY);
    expect(recording.takeCalls()).toEqual(['recover']);
  });

  it('that holds nothing looks when the next of the others may run out', async () => {
    const { keeper, work, take, pending } = setup({ skipIdle: true, isHolding: () => false });
    await work(1);
    await take('theirs', 1, START + 7000);
    expect(await keeper.tick(START)).toBe(START + 7000);
    expect(await keeper.tick(START + 7000)).toBe(START + 7000 + DAY);
    expect(await pending()).toEqual(['task-1']);
  });

  it('that is given up leaves everything to others at once', async () => {
    const { huey, keeper, work, take, pending } = setup();
    await keeper.tick(START);
    await work(1);
    await take('mine', 1, START + 30_000);
    await huey.storage.acquire({ name: 'db', owner: 'me', places: 1, lease: 'mine', now: START });
    await keeper.stop();
    expect(await huey.storage.locks(START)).toEqual([]);
    await new LeaseKeeper(engineOf(huey), { lease: 'theirs' }).tick(START);
    expect(await pending()).toEqual(['task-1']);
  });
});

describe('deliveries of the dead', () => {
  it('go back to their places, before what came after them', async () => {
    const { keeper, work, take, logs, pending } = setup();
    await work.map([[1], [2], [3], [4]]);
    expect(await take('dead-1', 1, START + 1000)).toEqual(['task-1']);
    expect(await take('dead-2', 2, START + 500)).toEqual(['task-2', 'task-3']);
    await work(5);
    await keeper.tick(START + 1000);
    expect(await pending()).toEqual(['task-1', 'task-2', 'task-3', 'task-4', 'task-5']);
    expect(logs).toMatchObject([
      { level: 'warn', message: 'took over deliveries of a dead consumer', fields: { count: 3 } },
    ]);
  });

  it('are left alone at the last moment', async () => {
    const { keeper, work, take, pending } = setup();
    await work(1);
    await take('slow', 1, START + 1000);
    await keeper.tick(START + 999);
    expect(await pending()).toEqual([]);
  });
});

describe('a task whose workers keep dying', () => {
  async function exhausted(options: HueyOptions = {}) {
    const made = setup({}, { maxDeliveries: 2, ...options });
    const die = async (): Promise<void> => {
      await made.take('dead', 1, made.clock.now() + 1);
      made.clock.set(made.clock.now() + 1);
      await made.keeper.tick(made.clock.now());
    };
    return { ...made, die };
  }

  it('goes to the dead letters after so many deliveries, and tells why', async () => {
    const { huey, work, die, pending, signals } = await exhausted();
    const result = await work.with({ retries: 5 })(1);
    await die();
    expect([await pending(), signals]).toEqual([['task-1'], ['task-1 enqueued']]);
    await die();
    expect([await pending(), signals]).toEqual([[], ['task-1 enqueued', 'task-1 error']]);
    expect(await huey.storage.dead()).toMatchObject([
      {
        item: { id: 'task-1' },
        reason: expect.stringContaining('delivered 2 times and never ended') as string,
      },
    ]);
    const failure = (await result.get().catch((error: unknown) => error)) as TaskException;
    expect(failure).toBeInstanceOf(TaskException);
    expect(failure.metadata).toMatchObject({
      error: { name: 'DeliveriesExhausted', deliveries: 2 },
      retries: 0,
    });
  });

  it('tells its chord, and its error handler', async () => {
    const { huey, work, die, run, signals } = await exhausted();
    const collect = huey.task('collect', (values: unknown[]) => values.map(String));
    const note = huey.task('note', (_error: Error) => 'noted');
    const result = await huey.enqueue(chord([work.s(1).error(note)], collect));
    await die();
    await die();
    await run();
    await run();
    expect(signals.filter((line) => line.endsWith('complete'))).toHaveLength(2);
    expect(await result.get()).toEqual([expect.stringContaining('DeliveriesExhausted')]);
  });

  it('may be tried again by hand, from the start', async () => {
    const { huey, work, die, run, clock } = await exhausted();
    const result = await work(1);
    await die();
    await die();
    expect(await huey.storage.resolveDead('task-1', 'retry', clock.now())).toBe(true);
    await die();
    await run();
    expect(await result.get()).toBe(1);
  });

  it('is set aside even if its message cannot be read', async () => {
    const { huey, work, die } = await exhausted();
    await work(1);
    work.unregister();
    await die();
    await die();
    expect(await huey.storage.dead()).toHaveLength(1);
    expect(await huey.pendingCount()).toBe(0);
  });

  it.each([
    ['the answer of the recovery was lost', 'recover', true],
    ['its end could not be stored', 'turn', false],
  ] as const)('is brought to its end the next time if %s, and nothing else is', async (_, call, isLost) => {
    const known = { receipts: undefined as ReadonlySet<string> | undefined };
    const made = setup({ known: () => known.receipts }, { maxDeliveries: 1 });
    const { huey, keeper, recording, work, take } = made;
    await work.map([[1], [2]]);
    // What this consumer runs for the last time is on its way still.
    await take('mine', 1, START + 60_000);
    await take('dead', 1, START + 1);
    recording[isLost ? 'losing' : 'failing'] = (name) => name === call;
    await expect(keeper.tick(START + 1)).rejects.toThrow(/the (answer was lost|storage is away)/);
    recording.losing = recording.failing = () => false;
    expect(await keeper.tick(START + 200)).toBe(START + 300);
    expect(await huey.storage.dead()).toHaveLength(0);
    const [own] = await huey.storage.held(START + 300);
    known.receipts = new Set([own!.receipt]);
    await keeper.tick(START + 300);
    expect((await huey.storage.dead()).map(({ item }) => item.id)).toEqual(['task-2']);
    expect((await huey.storage.held(START + 300)).map(({ item }) => item.id)).toEqual(['task-1']);
  });

  it('is claimed while the answer of the recovery is under way or lost, and until it is ended', async () => {
    const made = setup({}, { maxDeliveries: 1 });
    const { huey, keeper, recording, work, take } = made;
    await work(1);
    await take('dead', 1, START + 1);
    const [delivery] = await huey.storage.held(START);
    const claims: boolean[] = [keeper.mayHold(delivery!)];
    recording.losing = (name) => {
      if (name === 'recover') claims.push(keeper.mayHold(delivery!));
      return name === 'recover';
    };
    await expect(keeper.tick(START + 1)).rejects.toThrow('the answer was lost');
    claims.push(keeper.mayHold(delivery!), keeper.mayHold({ ...delivery!, count: 0 }));
    recording.losing = () => false;
    await keeper.tick(START + 200);
    expect([...claims, keeper.mayHold(delivery!)]).toEqual([false, true, true, false, false]);
    expect(await huey.storage.dead()).toHaveLength(1);
  });

  it('is taken care of by another keeper if this one fails in between', async () => {
    const { huey, work, take, keeper, recording, clock } = await exhausted({ maxDeliveries: 1 });
    await work(1);
    await take('dead', 1, START + 1);
    clock.set(START + 1);
    recording.failing = (name) => name === 'turn';
    await expect(keeper.tick(START + 1)).rejects.toThrow('the storage is away');
    recording.failing = () => false;
    await keeper.stop();
    await new LeaseKeeper(engineOf(huey), { lease: 'theirs' }).tick(START + 2);
    expect(await huey.storage.dead()).toHaveLength(1);
  });
});

it.each<[object, string]>([
  [{ ttl: 0 }, 'expected `leaseTtl` to be a duration of at least 3ms'],
  [{ ttl: 'long' }, 'expected `leaseTtl` to be a duration'],
])('refuses %o', (options, words) => {
  expect(() => setup(options)).toThrow(words);
});
