// Small cases, proven by running all of their interleavings.
import { describe, expect, it } from 'vitest';
import { chord, crontab, MemoryHuey } from 'huey-ts';
import { explore, type RunEvent, type Scenario, type ScenarioRun } from 'huey-ts/sim';

const count = (run: ScenarioRun, task: string, signal: string): number =>
  run.events.filter((event) => event.task.name === task && event.signal === signal).length;

/** Nothing but the story itself: no periodic tasks, no long life of leases. */
const QUIET = { consumers: [{ name: 'one', workers: 2, periodic: false }] } as const;

/** Two tasks that share a lock, or what should be one; each notes how many hold it at once. */
function lockers(isLocked: boolean) {
  let holding = 0;
  let most = 0;
  const app = () => {
    const huey = new MemoryHuey();
    holding = 0;
    const options = {
      context: true,
      retries: 5,
      retryDelay: '1s',
      ...(isLocked && { lock: 'one' }),
    } as const;
    const work = huey.task('work', options, async (ctx) => {
      holding += 1;
      most = Math.max(most, holding);
      await ctx.sleep('10ms');
      holding -= 1;
    });
    return { huey, actions: { both: () => work.map([[], []]) } };
  };
  return { app, most: () => most };
}

describe('all interleavings', () => {
  const two: Scenario = {
    ...QUIET,
    network: { only: ['acquire'] },
    commands: [{ at: '1s', do: 'action', name: 'both' }],
    lasts: '4s',
    ending: 'none',
  };

  it('of two workers and one lock: it never has two holders, and both get it', async () => {
    const { app, most } = lockers(true);
    const check = (run: ScenarioRun): void => expect(count(run, 'work', 'complete')).toBe(2);
    const { runs, complete, distinct } = await explore(two, app, { check, from: '1s' });
    expect([most(), complete]).toEqual([1, true]);
    expect(runs).toBeGreaterThan(20);
    expect(distinct).toBeGreaterThan(5);
  });

  it('show two holders where there is no lock', async () => {
    const { app, most } = lockers(false);
    await explore(two, app, { from: '1s', preemptions: 1 });
    expect(most()).toBe(2);
  });

  it('of two schedulers and one tick: it is enqueued once', async () => {
    const scenario: Scenario = {
      consumers: 2,
      network: { only: ['turn'] },
      commands: [],
      lasts: '61s',
      ending: 'none',
      start: '2026-01-01T00:00:30Z',
    };
    const app = () => {
      const huey = new MemoryHuey();
      huey.periodicTask('minutely', crontab(), () => {});
      return { huey };
    };
    const check = (run: ScenarioRun): void => {
      const minutes = run.events
        .filter(({ task, signal }) => task.name === 'minutely' && signal === 'enqueued')
        .map(({ at }) => Math.floor(at / 60_000));
      expect(new Set(minutes).size).toBe(minutes.length);
      expect(minutes).toHaveLength(2);
    };
    const { runs } = await explore(scenario, app, { check, from: '59s', preemptions: 0 });
    expect(runs).toBeGreaterThan(10);
  });

  it("of a chord's last two members: its callback runs once, with the results in order", async () => {
    const seen: unknown[] = [];
    const app = () => {
      const huey = new MemoryHuey();
      const member = huey.task('member', (n: number) => n);
      const callback = huey.task('callback', (values: number[]) => void seen.push(values));
      return { huey, actions: { chord: () => huey.enqueue(chord([member.s(1), member.s(2)], callback)) } };
    };
    const check = (run: ScenarioRun): void => {
      expect(count(run, 'callback', 'complete')).toBe(1);
      expect(seen.splice(0)).toEqual([[1, 2]]);
    };
    const scenario: Scenario = {
      consumers: [
        { name: 'one', periodic: false },
        { name: 'two', periodic: false },
      ],
      network: { only: ['turn'] },
      commands: [{ at: '1s', do: 'action', name: 'chord' }],
      lasts: '2s',
      ending: 'none',
    };
    const { runs } = await explore(scenario, app, { check, from: '1s', maxRuns: 300 });
    expect(runs).toBe(300);
  });

  it("of a rate limit at its window's edge: no window grants more than its limit", async () => {
    const app = () => {
      const huey = new MemoryHuey();
      const rateLimit = { name: 'api', limit: 1, per: '10s', retry: true } as const;
      huey.task('call', { rateLimit, retries: 3 }, () => {});
      return { huey };
    };
    // By the window that the storage counted each use in: a use never goes back to an earlier one.
    let window = 0;
    const grants = new Map<number, number>();
    const observe = ({ kind, op, call }: RunEvent): void => {
      if (kind !== 'apply' || op !== 'rate') return;
      window = Math.max(window, Math.floor((call!.args[0] as { now: number }).now / 10_000));
      if ((call!.answer as number) <= 1) grants.set(window, (grants.get(window) ?? 0) + 1);
    };
    const check = (run: ScenarioRun): void => {
      expect(count(run, 'call', 'complete')).toBe(3);
      expect([...grants.values()]).toEqual([1, 1, 1]);
      window = 0;
      grants.clear();
    };
    const scenario: Scenario = {
      ...QUIET,
      network: { only: ['rate'], latency: '1ms' },
      commands: [
        { at: '9998ms', do: 'enqueue', task: 'call' },
        { at: '9999ms', do: 'enqueue', task: 'call' },
        { at: '10s', do: 'enqueue', task: 'call' },
      ],
    };
    const { runs } = await explore(scenario, app, { check, observe, from: '9900ms', preemptions: 0 });
    expect(runs).toBeGreaterThan(1);
  });

  it('that fail are told with the choices that make the run again', async () => {
    const check = (run: ScenarioRun): void => {
      if (run.steps % 2 === 0) throw new Error('even');
    };
    const { app } = lockers(true);
    await expect(explore(two, app, { check, from: '1s', preemptions: 1 })).rejects.toThrow(
      /got a failure in run \d+: even; its choices were \[/,
    );
  });
});
