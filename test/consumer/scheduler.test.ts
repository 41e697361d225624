// The scheduler, tick by tick: its grid, what it moves and when, and that skipping the idle rounds changes nothing but
// their number.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crontab, Huey, type Schedule } from 'huey-ts';
import { Scheduler, type SchedulerOptions } from '../../src/consumer/scheduler.js';
import { engineOf } from '../../src/huey.js';
import type { QueueItem } from '../../src/storage/storage.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function setup(options: Partial<SchedulerOptions> = {}, start = START) {
  const runtime = manualRuntime(start);
  const { clock, logs } = runtime;
  const recording = recordingStorage();
  const huey = new Huey({ storage: recording.storage, runtime });
  const scheduler = new Scheduler(engineOf(huey), { lease: 'lease', ...options });
  const moved: string[] = [];
  huey.signal('enqueued', (_, { name, id }) => {
    if (id.startsWith('task')) moved.push(`${name} +${clock.now() - start}`);
  });
  return {
    huey,
    clock,
    logs,
    recording,
    moved,
    work: huey.task('work', () => 1),
    scheduler,
    tick(at: number) {
      clock.set(start + at);
      return scheduler.tick(start + at).then((next) => next - start);
    },
    async schedule(dueAt: number, values: Partial<QueueItem> = {}) {
      const data = JSON.stringify({ v: 1, id: `task-${dueAt}`, task: 'work', args: [] });
      const item = { id: `task-${dueAt}`, task: 'work', priority: 0, enqueuedAt: start, data, ...values };
      const effect = { kind: 'schedule', item, dueAt: start + dueAt } as const;
      await recording.storage.turn({ settled: [{ effects: [effect] }], take: 0, lease: '', now: start });
    },
  };
}

describe('the grid', () => {
  it.each<[SchedulerOptions['interval'], number[]]>([
    [undefined, [1000, 2000, 3000]],
    ['5s', [5000, 10_000, 15_000]],
    ['90s', [60_000, 120_000, 180_000]],
    [1.5, [1500, 3000, 4500]],
  ])('has a round each interval of %j', async (interval, rounds) => {
    const { tick } = setup(interval === undefined ? {} : { interval });
    const wanted: number[] = [];
    for (let at = 0; wanted.length < rounds.length; at = wanted.at(-1)!) wanted.push(await tick(at));
    expect(wanted).toEqual(rounds);
  });

  it('does no round twice, however often it is woken: clocks that differ would pass a task to and fro', async () => {
    const { tick, schedule, moved } = setup({ skipIdle: true });
    await tick(0);
    await schedule(0);
    expect(await tick(0)).toBe(1000);
    expect(moved).toEqual([]);
    await tick(1000);
    expect(moved).toEqual(['work +1000']);
  });

  it('begins when the scheduler does', async () => {
    const { tick } = setup({ interval: '10s' });
    expect([await tick(3333), await tick(13_333)]).toEqual([13_333, 23_333]);
  });

  it('is kept when a round comes a little late', async () => {
    const { tick } = setup({ interval: '10s' });
    expect([await tick(0), await tick(12_000), await tick(20_000)]).toEqual([10_000, 20_000, 30_000]);
  });

  it('starts anew after a stall, and what was missed is not made up for', async () => {
    const { huey, tick, moved, schedule } = setup({ interval: '10s' });
    huey.periodicTask('tick', crontab(), () => 1);
    await tick(0);
    await schedule(15_000);
    expect(await tick(5 * MINUTE + 7000)).toBe(5 * MINUTE + 7000);
    expect(moved).toEqual(['tick +0']);
    expect(await tick(5 * MINUTE + 7000)).toBe(5 * MINUTE + 17_000);
    expect(moved).toEqual(['tick +0', 'work +307000', 'tick +307000']);
  });

  it('is unmoved by a call before its time', async () => {
    const { tick, moved, schedule } = setup({ interval: '10s' });
    await tick(0);
    await schedule(2000);
    expect(await tick(3000)).toBe(10_000);
    expect(moved).toEqual([]);
    await tick(10_000);
    expect(moved).toEqual(['work +10000']);
  });
});

describe('due items', () => {
  it('go to the queue in the order in which they are due, each told of', async () => {
    const { huey, tick, moved, schedule } = setup();
    for (const dueAt of [900, 100, 1001, 500, 1000]) await schedule(dueAt);
    await tick(1000);
    expect((await huey.pending()).map(({ id }) => id)).toEqual([
      'task-100',
      'task-500',
      'task-900',
      'task-1000',
    ]);
    expect(await huey.scheduledCount()).toBe(1);
    expect(moved).toHaveLength(4);
  });

  it('go by priority once they are in the queue', async () => {
    const { huey, tick, schedule } = setup();
    await schedule(100);
    await schedule(200, { priority: 5 });
    await tick(1000);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-200', 'task-100']);
  });

  it('expire, if relative, from when they enter the queue', async () => {
    const { huey, tick, schedule } = setup();
    await schedule(100);
    await tick(1000);
    expect((await huey.storage.pending())[0]?.enqueuedAt).toBe(START + 1000);
  });

  it('are moved in batches, however many there are', async () => {
    const { huey, scheduler, recording } = setup();
    const items = Array.from({ length: 2500 }, (_, n) => n);
    const effects = items.map((n) => {
      const data = JSON.stringify({ v: 1, id: `task-${n}`, task: 'work', args: [] });
      const item = { id: `task-${n}`, task: 'work', priority: 0, enqueuedAt: START, data };
      return { kind: 'schedule', item, dueAt: START } as const;
    });
    await huey.storage.turn({ settled: [{ effects }], take: 0, lease: '', now: START });
    recording.takeCalls();
    expect(await scheduler.moveDue(START)).toEqual(items.map((n) => `task-${n}`));
    expect(recording.takeCalls()).toEqual(['handOver', 'turn', 'handOver', 'turn', 'handOver', 'turn']);
    expect(await huey.pendingCount()).toBe(2500);
  });

  it.each([
    ['that are no messages', { data: '{' }, 'expected JSON'],
    [
      'of unknown tasks',
      { data: '{"v":1,"id":"task-1","task":"gone","args":[]}' },
      'no task is registered as "gone"',
    ],
  ])('%s go to the dead letters, and the others to the queue', async (_, values, reason) => {
    const { huey, tick, schedule, logs } = setup();
    await schedule(100, values);
    await schedule(200);
    await tick(1000);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-200']);
    const [dead] = await huey.storage.dead();
    expect(dead!.reason).toContain(reason);
    expect(logs).toMatchObject([{ level: 'error', message: 'unreadable message moved to the dead letters' }]);
  });

  it('are recovered if the scheduler dies between the two steps', async () => {
    const { huey, recording, tick, schedule, moved } = setup();
    await schedule(100);
    recording.failing = (name) => name === 'turn';
    await expect(tick(1000)).rejects.toThrow('the storage is away');
    recording.failing = () => false;
    expect([await huey.pendingCount(), await huey.scheduledCount(), moved]).toEqual([0, 0, []]);
    const { requeued } = await huey.storage.recover('other', 1, START + 2000);
    expect(requeued.map(({ id }) => id)).toEqual(['task-100']);
  });
});

describe('periodic tasks', () => {
  it('are looked at each minute from the start', async () => {
    const { huey, tick, moved } = setup({ interval: '20s' });
    huey.periodicTask('each', crontab(), () => 1);
    huey.periodicTask('odd', crontab({ minute: '1-59/2' }, { strict: false }), () => 1);
    for (let at = 5000; at < 3 * MINUTE; at += 20 * SECOND) await tick(at);
    expect(moved.filter((line) => line.startsWith('each'))).toEqual([
      'each +5000',
      'each +65000',
      'each +125000',
    ]);
  });

  it('are enqueued in the order of their declaration', async () => {
    const { huey, tick, moved } = setup();
    for (const name of ['b', 'a', 'c']) huey.periodicTask(name, crontab(), () => 1);
    await tick(0);
    expect(moved).toEqual(['b +0', 'a +0', 'c +0']);
  });

  it('are left alone if the scheduler is told so', async () => {
    const { huey, tick, moved } = setup({ periodic: false });
    huey.periodicTask('each', crontab(), () => 1);
    await tick(0);
    expect(moved).toEqual([]);
  });

  it('are enqueued once per minute by several schedulers, whenever each of them looks', async () => {
    const { huey, moved, clock } = setup();
    huey.periodicTask('each', crontab(), () => 1);
    huey.periodicTask('third', crontab({ minute: '*/3' }), () => 1);
    const engine = engineOf(huey);
    const schedulers = [0, 7000, 59_999].map((offset) => {
      const scheduler = new Scheduler(engine, { lease: `lease-${offset}`, interval: '30s' });
      return { scheduler, at: START + offset };
    });
    while (schedulers.some(({ at }) => at < START + 10 * MINUTE)) {
      const next = schedulers.sort((a, b) => a.at - b.at)[0]!;
      clock.set(next.at);
      next.at = await next.scheduler.tick(next.at);
    }
    const minutes = (name: string): number[] =>
      moved
        .filter((line) => line.startsWith(name))
        .map((line) => Math.floor(Number(line.split('+')[1]) / MINUTE));
    expect(minutes('each')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(minutes('third')).toEqual([0, 3, 6, 9]);
  });
});

describe('skipping idle rounds', () => {
  it('asks for the first round at which there is something to do', async () => {
    const { huey, tick, schedule } = setup({ skipIdle: true });
    huey.periodicTask('noon', crontab({ minute: '0', hour: '12' }), () => 1);
    await schedule(2 * HOUR + 300);
    expect(await tick(0)).toBe(2 * HOUR + 1000);
    expect(await tick(2 * HOUR + 1000)).toBe(12 * HOUR);
  });

  it('finds an earlier one when it is woken, because the schedule has changed', async () => {
    const { tick, schedule, moved } = setup({ skipIdle: true, interval: '10s' });
    await schedule(5 * HOUR);
    expect(await tick(3000)).toBe(5 * HOUR + 3000);
    await schedule(HOUR + 4000);
    expect(await tick(HOUR)).toBe(HOUR + 13_000);
    await schedule(HOUR + 1000);
    expect(await tick(HOUR + 500)).toBe(HOUR + 3000);
    await tick(HOUR + 3000);
    expect(moved).toEqual(['work +3603000']);
  });

  it('finds an earlier one when it is woken, because a periodic task was declared', async () => {
    const { huey, tick, moved } = setup({ skipIdle: true, interval: '10s' });
    expect(await tick(3000)).toBeGreaterThan(23 * HOUR);
    huey.periodicTask('late', crontab({ minute: '30' }), () => 1);
    expect(await tick(10 * MINUTE)).toBe(30 * MINUTE + 3000);
    await tick(30 * MINUTE + 3000);
    expect(moved).toEqual(['late +1803000']);
  });

  interface Scenario {
    readonly start: number;
    readonly interval: number;
    /** Says how late the round of an instant comes: the same in both runs. */
    readonly lateness: number;
    readonly crontabs: readonly Schedule[];
    /** Items: when each is scheduled, and for when. */
    readonly items: readonly { readonly at: number; readonly dueIn: number }[];
  }

  const HORIZON = 6 * HOUR;

  /** Everything that is enqueued, with its instant: driven as a loop does, woken when an item is scheduled. */
  async function trace({ start, interval, lateness, crontabs, items }: Scenario, skipIdle: boolean) {
    const { huey, moved, tick, schedule } = setup({ skipIdle, interval }, START + start);
    for (const [index, schedule] of crontabs.entries()) huey.periodicTask(`tick-${index}`, schedule, () => 1);
    const coming = [...items].sort((a, b) => a.at - b.at);
    let rounds = 0;
    for (let at = 0; at < HORIZON || coming.length > 0; rounds += 1) {
      const [first] = coming;
      if (first !== undefined && first.at <= at) {
        coming.shift();
        await schedule(first.at + first.dueIn);
        // A round at that very instant comes anyway.
        if (first.at < at) at = await tick(first.at);
      } else at = await tick(at + ((at * lateness) % (interval * SECOND)));
    }
    return { moved, rounds };
  }

  const field = (most: number, step: number): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('*') },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: most }).map(String) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: step }).map((by) => `*/${by}`) },
    );

  const scenario: fc.Arbitrary<Scenario> = fc.record({
    start: fc.integer({ min: 0, max: 24 * HOUR }),
    interval: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(1.5, 7.25, 59.999)),
    lateness: fc.constantFrom(0, 1, 7919),
    crontabs: fc.array(
      fc.record({ minute: field(59, 30), hour: field(23, 8) }).map((fields) => crontab(fields)),
      { maxLength: 3 },
    ),
    items: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: HORIZON }), dueIn: fc.integer({ min: 0, max: 2 * HOUR }) }),
      { maxLength: 6 },
    ),
  });

  it('changes nothing: the same is enqueued at the same instants as on the plain grid', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (scenario) => {
        const [plain, skipping] = [await trace(scenario, false), await trace(scenario, true)];
        expect(skipping.moved).toEqual(plain.moved);
        expect(skipping.rounds).toBeLessThanOrEqual(plain.rounds);
      }),
      { seed: 20260101, numRuns: 60 },
    );
  });
});

it.each<[object, string]>([
  [{ interval: 0 }, 'nterval` to be a duration of at least 1s'],
  [{ interval: '500ms' }, 'nterval` to be a duration of at least 1s'],
  [{ interval: 'often' }, 'nterval` to be a duration: a number of seconds'],
])('refuses %o', (options, words) => {
  expect(() => setup(options)).toThrow(words);
});

describe('a storage that fails', () => {
  it('while ticks are enqueued is asked again in the same minute', async () => {
    const { huey, tick, recording } = setup();
    huey.periodicTask('minutely', crontab(), () => {});
    recording.failing = (name) => name === 'turn';
    await expect(tick(0)).rejects.toThrow('the storage is away');
    recording.failing = () => false;
    await tick(500);
    await tick(1000);
    expect((await huey.pending()).map(({ name }) => name)).toEqual(['minutely']);
    // The first finds back to the grid.
    await tick(MINUTE);
    await tick(MINUTE);
    expect(await huey.pendingCount()).toBe(2);
  });

  it('between taking from the schedule and putting into the queue leaves nothing in the air', async () => {
    const { huey, tick, schedule, recording } = setup();
    await schedule(1000);
    recording.failing = (name) => name === 'turn';
    await expect(tick(1000)).rejects.toThrow('the storage is away');
    expect([await huey.pendingCount(), await huey.scheduledCount()]).toEqual([0, 0]);
    recording.failing = () => false;
    await tick(1100);
    expect([await huey.pendingCount(), await huey.storage.held(START)]).toEqual([1, []]);
  });

  it('after taking from the schedule is asked soon again, though the clock was set back and nothing is scheduled', async () => {
    const { huey, tick, schedule, recording } = setup({ skipIdle: true });
    await tick(0);
    await schedule(1000);
    expect(await tick(500)).toBe(1000);
    recording.losing = (name) => name === 'handOver';
    await expect(tick(1000)).rejects.toThrow('the answer was lost');
    recording.losing = () => false;
    expect(await tick(700)).toBe(1000);
    await tick(1000);
    expect([await huey.pendingCount(), await huey.storage.held(START)]).toEqual([1, []]);
  });
});
