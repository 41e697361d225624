// The same scenario shows users the same on every storage: real ones, a real Redis server among them, run in lockstep, one
// command at a time, while the clock stands still.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import RedisMock from 'ioredis-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chord, MemoryHuey, MemoryStorage, type Storage } from 'huey-ts';
import { canonicalLines, type Command, readTrace, runScenario, type Scenario } from 'huey-ts/sim';
import { FileStorage } from '../../src/storage/file/file-storage.js';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import { SqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';

const folder = mkdtempSync(join(tmpdir(), 'huey-ts-sim-'));
let opened = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fresh = (): string => join(folder, String((opened += 1)));
let server: RedisProcess;
const STORAGES: Readonly<Record<string, () => Storage>> = {
  file: () => new FileStorage(fresh()),
  sqlite: () => new SqliteStorage({ filename: `${fresh()}.db`, fsync: 'off' }),
  redis: () => new RedisStorage({ connection: new RedisMock({ host: `sim-${(opened += 1)}` }) }),
  'redis-server': () =>
    new RedisStorage({ host: '127.0.0.1', port: server.port, name: `sim-${(opened += 1)}` }),
};

function app(storages = STORAGES) {
  const huey = new MemoryHuey();
  const options = { context: true, retries: 2, retryDelay: '500ms' } as const;
  const nap = huey.task('nap', options, async (ctx, tenths: number) => {
    await ctx.sleep(tenths / 10);
    if (ctx.attempt < tenths % 3) throw new Error('again');
    return tenths;
  });
  const total = huey.task('total', (values: number[]) => values.length);
  huey.task('locked', { ...options, lock: 'one' }, async (ctx) => ctx.sleep('300ms'));
  const once = huey.task('once', { ...options, delivery: 'at-most-once', timeout: '200ms' }, async (ctx) =>
    ctx.sleep('300ms'),
  );
  huey.task('shared', options, async (ctx) =>
    huey.semaphore('two', { limit: 1, expires: '1s' }).run(() => ctx.sleep('300ms')),
  );
  huey.task(
    'limited',
    { ...options, rateLimit: { name: 'api', limit: 1, per: '2s', retry: true } },
    () => {},
  );
  return {
    huey,
    storages,
    actions: {
      chord: () => huey.enqueue(chord([nap.s(0), nap.s(3)], total)),
      pipeline: () => huey.enqueue(nap.s(1).pipe(nap).pipe(nap)),
      postpone: async () => (await once.with({ delay: '2s' })()).reschedule({ delay: '1s' }),
    },
  };
}

const at = fc.integer({ min: 0, max: 3000 }).map((ms) => `${ms}ms`);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    do: fc.constant('enqueue' as const),
    at,
    task: fc.constant('nap'),
    args: fc.tuple(fc.nat({ max: 8 })),
    options: fc.record({ priority: fc.nat({ max: 2 }), delay: at }, { requiredKeys: [] }),
  }),
  fc.record({
    do: fc.constant('enqueue' as const),
    at,
    task: fc.constantFrom('locked', 'limited'),
    options: fc.record({ expires: fc.constant('5s') }, { requiredKeys: [] }),
  }),
  fc.record({
    do: fc.constant('enqueue' as const),
    at,
    task: fc.constantFrom('once', 'shared'),
    options: fc.record({ id: fc.constant('late'), delay: at }, { requiredKeys: [] }),
  }),
  fc.record({
    do: fc.constant('revoke' as const),
    at,
    task: fc.constantFrom('locked', 'nap'),
    options: fc.constant({ once: true }),
  }),
  fc.record({ do: fc.constant('revoke' as const), at, id: fc.constant('late') }),
  fc.record({ do: fc.constant('restore' as const), at, task: fc.constant('locked') }),
  fc.record({
    do: fc.constant('action' as const),
    at,
    name: fc.constantFrom('chord', 'pipeline', 'postpone'),
  }),
  fc.record({ do: fc.constant('lock' as const), at, name: fc.constant('one'), hold: fc.constant('700ms') }),
  fc.record({
    do: fc.constant('shutdown' as const),
    at,
    who: fc.constantFrom('consumer-1', 'consumer-2'),
    deadline: fc.constantFrom('0s' as const, '200ms' as const),
  }),
  fc.record({
    do: fc.constantFrom('crash' as const, 'restart' as const, 'pause' as const, 'resume' as const),
    at,
    who: fc.constant('consumer-1'),
  }),
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  consumers: fc.constant(2),
  workers: fc.integer({ min: 1, max: 2 }),
  leaseTtl: fc.constant('3s'),
  network: fc.constantFrom({}, { latency: { least: 0, most: '5ms' }, lost: 0.03, refused: 0.03 }),
  commands: fc.array(command, { minLength: 1, maxLength: 8 }),
});

async function canonical(one: Scenario, storage?: string): Promise<string[]> {
  const run = await runScenario({ ...one, ...(storage !== undefined && { storage }) }, () => app(), {
    trace: true,
  });
  return canonicalLines(readTrace(run.trace));
}

/** How many lines the traces had in which nothing differed. */
async function compareWith(storage: string, numRuns: number): Promise<number> {
  let lines = 0;
  const same = async (one: Scenario): Promise<void> => {
    const expected = await canonical(one);
    lines += expected.length;
    expect(await canonical(one, storage)).toEqual(expected);
  };
  await fc.assert(fc.asyncProperty(scenario, same), { seed: 20260101, numRuns });
  return lines;
}

describeWithRedis('a generated scenario has the same canonical trace', () => {
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.stop());

  it('in memory and on a Redis server', async () => {
    expect(await compareWith('redis-server', 25)).toBeGreaterThan(25 * 5);
  });
});

describe('a generated scenario has the same canonical trace', () => {
  it.each([
    ['file', 15],
    ['sqlite', 15],
    ['redis', 6],
  ] as const)('in memory and on %s', async (storage, numRuns) => {
    expect(await compareWith(storage, numRuns)).toBeGreaterThan(numRuns * 5);
  });

  it('and one that keeps less has another', async () => {
    const forgetful = (): Storage => Object.assign(new MemoryStorage(), { acquire: () => false });
    const one: Scenario = { network: {}, commands: [{ do: 'enqueue', task: 'locked' }] };
    const run = async (storages: Readonly<Record<string, () => Storage>>): Promise<string[]> => {
      const { trace } = await runScenario(one, () => app(storages), { trace: true, invariants: [] });
      return canonicalLines(readTrace(trace));
    };
    expect(await run({ memory: forgetful })).not.toEqual(await run({}));
    await expect(runScenario(one, () => app({ memory: forgetful }))).rejects.toThrow('24 sequential-storage');
  });
});
