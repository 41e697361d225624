// Sweeps: they find what is planted, shrink it to a story that can be read, and tell how to see it again.
import { MemoryHuey } from 'huey-ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SCENARIOS } from '../../../sim/fixtures/scenarios.js';
import type { App, RunStart } from '../../../sim/scenario/app.js';
import { replay } from '../../../sim/replay.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { SimulatedConsumer } from '../../../sim/simulation-options.js';
import type { RunFailure } from '../../../sim/scenario/run-failure.js';
import { check } from '../../../sim/sweep/check.js';
import { scenarioFor, type Sweep } from '../../../sim/sweep/sweep.js';
import type { Storage } from '../../../src/storage/storage.js';
import { RACE } from './race.js';
import {
  BlindDeliveries,
  DeadlyRecovery,
  DoubleChords,
  DoubleTurns,
  EagerTicks,
  GenerousLocks,
  HastyRecovery,
  InvertedQueue,
  LateSchedule,
  LaxRates,
  LossySchedule,
  LossyTurns,
  LostResults,
  StickyLocks,
  YoungDeliveries,
} from './planted-bugs.js';

const named = (name: string): Sweep => SCENARIOS.find((scenario) => scenario.name === name)!;

/** The sweep on a storage with a bug. */
function on(storage: new () => Storage, sweep: Sweep): Sweep {
  const app: Sweep['app'] = (run) => ({
    ...(sweep.app(run) as App),
    storages: { memory: () => new storage() },
  });
  return { ...sweep, app };
}

async function failureOf(sweep: Promise<unknown>): Promise<RunFailure> {
  return sweep.then(
    () => Promise.reject(new Error('expected the sweep to find something')),
    (failure: RunFailure) => failure,
  );
}

describe('a sweep finds', () => {
  it.each<[string, new () => Storage, string, readonly string[], number]>([
    ['locks that are granted twice', GenerousLocks, 'locks', ['lock-holders'], 20],
    ['tasks that the schedule loses', LossySchedule, 'retries', ['liveness', 'conservation'], 60],
    ['a rate that is counted wrongly', LaxRates, 'rate limits', ['rate-limit'], 20],
    [
      'revocations that nobody looks at',
      BlindDeliveries,
      'revocations and expiry',
      ['revoked-never-executes', 'revoke-once', 'revoke-until', 'rescheduled-original'],
      30,
    ],
    ['recovery that takes from the living', HastyRecovery, 'priorities and crashes', ['idle-crash'], 60],
    ['deliveries that are lost', LossyTurns, 'retries', ['conservation'], 10],
    ['deliveries that are given twice', DoubleTurns, 'retries', ['single-execution'], 10],
    ['a recovery that loses what the dead held', DeadlyRecovery, 'retries', ['conservation'], 60],
    ['locks that outlive their tasks', StickyLocks, 'locks', ['lock-freed'], 10],
    ['callbacks of chords that run twice', DoubleChords, 'chords and pipelines', ['single-execution'], 10],
    ['retries that come a millisecond late', LateSchedule, 'retries', ['sequential-storage'], 10],
    ['priorities that are taken the wrong way', InvertedQueue, 'priorities and crashes', ['queue-order'], 30],
    ['results that are lost', LostResults, 'everything at once', ['sequential-storage'], 30],
    [
      'expiry that nobody looks at',
      YoungDeliveries,
      'revocations and expiry',
      ['expired-never-executes', 'sequential-storage'],
      60,
    ],
    ['ticks that are given twice', EagerTicks, 'periodic tasks', ['sequential-storage', 'periodic-once'], 10],
  ])('%s', async (_, storage, scenario, invariants, seeds) => {
    const without = { invariants, seeds, shrinkAttempts: 0, twiceEvery: 0 };
    const failure = await failureOf(check(on(storage, named(scenario)), without));
    expect(invariants).toContain(failure.invariant);
  });

  it('what the run itself throws', async () => {
    const failure = await failureOf(
      check(() => {
        throw new RangeError('planted');
      }),
    );
    expect(failure.message).toContain('threw RangeError: planted');
  });

  it('a rejection that nobody handles, and an error that nobody catches, in the seed that was running', async () => {
    const strays = ['unhandledRejection', 'uncaughtException'] as const;
    const others = strays.map((event) => process.listeners(event as 'uncaughtException'));
    strays.forEach((event) => process.removeAllListeners(event));
    onTestFinished(() =>
      strays.forEach((event, index) => others[index]!.forEach((one) => process.on(event, one))),
    );
    const stray = async (begin: () => void): Promise<string> => {
      const sweep = check(async ({ seed, start }) => {
        await start(new MemoryHuey());
        if (seed === 2) begin();
      });
      return (await failureOf(sweep)).message;
    };
    expect(await stray(() => void Promise.reject(new RangeError('planted')))).toMatch(
      /with seed 2 threw RangeError: planted/,
    );
    const thrown = (): void => {
      throw new RangeError('planted');
    };
    expect(await stray(() => void setImmediate(thrown))).toMatch(/with seed 2 threw RangeError: planted/);
  });

  it('a body that asks for real time, unless it may', async () => {
    const leaky = async ({ start }: Pick<RunStart, 'start'>): Promise<void> => {
      const huey = new MemoryHuey();
      const read = huey.task('read', () => void Date.now());
      const sim = await start(huey);
      const result = await read();
      await sim.untilIdle();
      await result.get();
    };
    const failure = await failureOf(check((run) => leaky(run), { seeds: 2 }));
    expect(failure.message).toMatch(/got Date\.now\(\) called at .*check\.test\.ts/);
    expect(await check((run) => leaky(run), { seeds: 2, strict: false })).toMatchObject({ runs: 2 });
  });

  it('runs that are not the same twice', async () => {
    let runs = 0;
    const failure = await failureOf(
      check(
        async (run) => {
          runs += 1;
          const huey = new MemoryHuey();
          const nap = runs;
          const work = huey.task('work', { context: true }, (ctx) => ctx.sleep(nap));
          await run.start(huey);
          await work();
        },
        { seeds: 1, twiceEvery: 1 },
      ),
    );
    expect(failure.message).toContain('expected the same run twice');
  });
});

/** Reads, waits, writes: a race between two workers, unless a lock is held. */
async function countUp({ start }: Pick<RunStart, 'start'>, lock?: string): Promise<void> {
  const huey = new MemoryHuey();
  let count = 0;
  const increment = huey.task(
    'increment',
    { context: true, retries: 50, retryDelay: 1, ...(lock !== undefined && { lock }) },
    async (ctx) => {
      const seen = count;
      await ctx.sleep(0);
      count = seen + 1;
    },
  );
  const sim = await start(huey, { consumers: 2, workers: 2 });
  await increment.map([[], [], []]);
  await sim.untilIdle();
  if (count !== 3) throw new Error(`counted ${count}`);
}

const workersIn = ({ consumers }: Scenario): number =>
  (consumers as readonly SimulatedConsumer[]).reduce((sum, { workers = 1 }) => sum + workers, 0);

describe('a race', () => {
  it('is found in a function, and not where a lock prevents it', async () => {
    const failure = await failureOf(check((run) => countUp(run), { seeds: 20 }));
    expect(failure.message).toMatch(/threw Error: counted [12]/);
    expect(await check((run) => countUp(run, 'count'), { seeds: 20 })).toMatchObject({ runs: 20 });
  });

  it('is shrunk to two workers and as few commands and preemptions as it takes', async () => {
    const failure = await failureOf(check(RACE, { seeds: 50 }));
    const { scenario } = failure.run;
    expect(scenario.commands).toHaveLength(2);
    expect(workersIn(scenario)).toBe(2);
    expect(scenario.network).toBeUndefined();
    expect(scenario.preemptions).toHaveLength(1);
  });

  it('is told with seed, story and the line to paste; token and trace show it again', async () => {
    const failure = await failureOf(check(RACE, { seeds: 50 }));
    const { message, run, token } = failure;
    expect(message).toMatch(/^race with seed \d+ threw Error: lost an update: counted 1 of 2/);
    expect(message).toContain('2 workers, 2 commands, 1 preemption\n  1000ms client action increment\n');
    expect(message).toContain(`\n  await replay('${token}', race);`);
    for (const recorded of [token, run.trace, JSON.stringify(run.scenario)]) {
      const again = await failureOf(replay(recorded, RACE));
      expect(again.message).toContain('lost an update');
      expect(again.run.hash).toBe(run.hash);
    }
  });
});

it('a scenario depends on its seed alone', () => {
  for (const scenario of SCENARIOS) {
    expect(scenarioFor(scenario, 7)).toEqual(scenarioFor(scenario, 7));
    expect(scenarioFor(scenario, 7)).not.toEqual(scenarioFor(scenario, 8));
    expect(JSON.parse(JSON.stringify(scenarioFor(scenario, 7)))).toEqual(scenarioFor(scenario, 7));
  }
});
