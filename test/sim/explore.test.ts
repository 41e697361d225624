// Small cases, proven by running all of their interleavings; each beside its race: the same case with a bug, which the search
// finds, and whose token shows it again.
import { describe, expect, it } from 'vitest';
import { chord, crontab, MemoryHuey, MemoryStorage, type Storage } from 'huey-ts';
import {
  type App,
  explore,
  type ExploreOptions,
  type MakeApp,
  replay,
  type RunFailure,
  type Scenario,
  type ScenarioRun,
} from 'huey-ts/sim';
import { EagerTicks, GenerousLocks, LaxRates } from './sweep/planted-bugs.js';
import type { Settlement, Turn, TurnResult } from '../../src/storage/storage.js';

const count = (run: ScenarioRun, task: string, signal: string): number =>
  run.events.filter((event) => event.task.name === task && event.signal === signal).length;

/** Tells every chord that it is complete as soon as all but one have reported. */
class HastyChords extends MemoryStorage {
  override turn(turn: Turn): TurnResult {
    const settled = turn.settled.map((settlement): Settlement => {
      const effects = settlement.effects.map((effect) =>
        effect.kind === 'chord' ? { ...effect, size: effect.size - 1 } : effect,
      );
      return { ...settlement, effects };
    });
    return super.turn({ ...turn, settled });
  }
}

interface Case {
  readonly scenario: Scenario;
  /** When the story begins. */
  readonly from: `${number}s` | `${number}ms`;
  readonly app: () => App;
  readonly check: (run: ScenarioRun) => void;
  /** A storage with the bug. */
  readonly broken: new () => Storage;
  readonly invariant: string;
}

const QUIET = { periodic: false } as const;

const CASES: Readonly<Record<string, Case>> = {
  'two workers and one lock: it never has two holders, and both get it': {
    scenario: {
      consumers: [{ ...QUIET, name: 'one', workers: 2 }],
      network: { only: ['acquire'] },
      commands: [{ at: '1s', do: 'action', name: 'both' }],
      lasts: '4s',
      ending: 'none',
    },
    from: '1s',
    app() {
      const huey = new MemoryHuey();
      const options = { context: true, retries: 5, retryDelay: '1s', lock: 'one' } as const;
      const work = huey.task('work', options, (ctx) => ctx.sleep('10ms'));
      return { huey, actions: { both: () => work.map([[], []]) } };
    },
    check: (run) => expect(count(run, 'work', 'complete')).toBe(2),
    broken: GenerousLocks,
    invariant: 'lock-holders',
  },
  'two schedulers and one tick: it is enqueued once': {
    scenario: {
      consumers: 2,
      network: { only: ['turn'] },
      commands: [],
      lasts: '60s',
      ending: 'none',
      start: '2026-01-01T00:00:30Z',
    },
    from: '60s',
    app() {
      const huey = new MemoryHuey();
      huey.periodicTask('minutely', crontab(), () => {});
      return { huey };
    },
    check(run) {
      const minutes = run.events
        .filter(({ signal }) => signal === 'enqueued')
        .map(({ at }) => Math.floor(at / 60_000));
      expect(minutes).toHaveLength(2);
      expect(new Set(minutes).size).toBe(2);
    },
    broken: EagerTicks,
    invariant: 'periodic-once',
  },
  "a chord's last two members: its callback runs once, with the results in order": {
    scenario: {
      consumers: ['one', 'two'].map((name) => ({ ...QUIET, name })),
      network: { only: ['turn'] },
      commands: [{ at: '1s', do: 'action', name: 'chord' }],
      lasts: '2s',
      ending: 'none',
    },
    from: '2s',
    app() {
      const huey = new MemoryHuey();
      const member = huey.task('member', { context: true }, async (ctx, n: number) => {
        await ctx.sleep('1s');
        return n;
      });
      const seen: unknown[] = [];
      const callback = huey.task('callback', (values: number[]) => void seen.push(values));
      return {
        huey,
        actions: { chord: () => huey.enqueue(chord([member.s(1), member.s(2)], callback)) },
        verify: () => expect(seen).toEqual([[1, 2]]),
      };
    },
    check: (run) => expect(count(run, 'callback', 'complete')).toBe(1),
    broken: HastyChords,
    invariant: 'chord-once',
  },
  "a rate limit at its window's edge: no window grants more than its limit": {
    scenario: {
      consumers: [{ ...QUIET, name: 'one', workers: 2 }],
      network: { only: ['rate'], latency: '1ms' },
      commands: ['9998ms', '9999ms', '10s'].map((at) => ({ at, do: 'enqueue', task: 'call' }) as never),
      lasts: '31s',
      ending: 'none',
    },
    from: '9900ms',
    app() {
      const huey = new MemoryHuey();
      const rateLimit = { name: 'api', limit: 1, per: '10s', retry: true } as const;
      huey.task('call', { rateLimit, retries: 3 }, () => {});
      return { huey };
    },
    check: (run) => expect(count(run, 'call', 'complete')).toBe(3),
    broken: LaxRates,
    invariant: 'rate-limit',
  },
};

describe.each(Object.entries(CASES))('%s', (_, { scenario, from, app, check, broken, invariant }) => {
  it('in every interleaving', async () => {
    const { complete, runs } = await explore(scenario, app, { from, check });
    expect(complete).toBe(true);
    expect(runs).toBeGreaterThan(10);
    expect(runs).toBeLessThan(1000);
  });

  it('and not on a storage with a bug: the search finds it', async () => {
    const onBroken = () => ({ ...app(), storages: { memory: () => new broken() } });
    const failure = (await explore(scenario, onBroken, { from, invariants: [invariant] }).catch(
      (error: unknown) => error,
    )) as RunFailure;
    expect(failure.invariant).toBe(invariant);
    const again = (await replay(failure.token, onBroken, { invariants: [invariant] }).catch(
      (error: unknown) => error,
    )) as RunFailure;
    expect([again.invariant, again.run.hash]).toEqual([invariant, failure.run.hash]);
  });
});

/** Reads, waits, writes: some orders lose an update. */
const racing = () => {
  const huey = new MemoryHuey();
  let total = 0;
  huey.task('count', { context: true }, async (ctx) => {
    const seen = total;
    await ctx.sleep(0);
    total = seen + 1;
  });
  return {
    huey,
    verify: () => expect(total, 'an update was lost').toBe(2),
  };
};
const RACE: Scenario = {
  consumers: 2,
  commands: [1, 1].map((at) => ({ at, do: 'enqueue', task: 'count' }) as const),
  ending: 'none',
};

describe('a race of bodies, which share what no storage knows of', () => {
  it.each([true, false])('is found, whether the search is reduced (%s)', async (reduce) => {
    await expect(explore(RACE, racing, { from: 1, reduce })).rejects.toThrow('an update was lost');
  });

  it('is told with the preemptions that make the run again', async () => {
    const failure = (await explore(RACE, racing, { from: 1 }).catch((error: unknown) => error)) as RunFailure;
    await expect(replay(failure.token, racing)).rejects.toThrow('an update was lost');
  });
});

it('a story that is told in code is explored as well', async () => {
  const app: MakeApp = async ({ start }) => {
    const huey = new MemoryHuey();
    const seen: string[] = [];
    const note = huey.task('note', { context: true }, async (ctx, what: string) => {
      await ctx.sleep(1);
      seen.push(what);
    });
    const sim = await start(huey, { consumers: [{ ...QUIET, workers: 2 }] });
    await note.map([['a'], ['b']]);
    await sim.untilIdle();
    orders.add(seen.join());
  };
  const orders = new Set<string>();
  expect(await explore({ commands: [], ending: 'none' }, app, { from: 1 })).toMatchObject({ complete: true });
  expect([...orders].sort()).toEqual(['a,b', 'b,a']);
});

it('a bound tells that it has cut something off', async () => {
  const { scenario, from, app } = Object.values(CASES)[0]!;
  const bounded = (options: ExploreOptions) => explore(scenario, app, { from, ...options });
  expect(await bounded({ preemptions: 0 })).toMatchObject({ complete: false });
  expect(await bounded({ maxRuns: 3 })).toMatchObject({ complete: false, runs: 3 });
});
