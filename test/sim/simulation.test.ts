// A simulation as its users meet it: starting, moving time, waiting, and giving everything back in the end.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ConfigurationError, MemoryHuey, ResultTimeout } from 'huey-ts';
import { Simulation, SimulationError, type SimulationOptions } from 'huey-ts/sim';

const START = Date.UTC(2026, 0, 1);

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A Huey with a task that naps for so many seconds and one that waits at a gate. */
function setup() {
  const huey = new MemoryHuey();
  const nap = huey.task('nap', { context: true }, async (ctx, seconds: number) => {
    await ctx.sleep(seconds);
    return seconds;
  });
  const { opened, open } = gate();
  const wait = huey.task('wait', async () => {
    await opened;
    return 'released';
  });
  return { huey, nap, wait, open };
}

/** When the events of a simulation happened, in milliseconds from its start: "10000 complete". */
const timeline = (sim: Simulation, task?: string): string[] =>
  sim.events(task).map(({ at, signal }) => `${at - START} ${signal}`);

describe('start', () => {
  it.each<[SimulationOptions, string]>([
    [{ workers: 0 }, 'workers'],
    [{ consumers: -1 }, 'consumers'],
    [{ seed: 0.5 }, 'seed'],
    [{ maxStepsPerInstant: 0 }, 'maxStepsPerInstant'],
    [{ patience: 'soon' }, 'patience'],
    [{ start: '2026-01-01' }, 'start'],
    [{ leaseTtl: '1ms' }, 'leaseTtl'],
    [{ sead: 1 } as SimulationOptions, 'did you mean `seed`'],
  ])('refuses %o, and leaves the Huey as it was', async (options, message) => {
    const { huey } = setup();
    const { storage } = huey;
    await expect(Simulation.start(huey, options)).rejects.toThrow(ConfigurationError);
    await expect(Simulation.start(huey, options)).rejects.toThrow(message);
    expect(huey.storage).toBe(storage);
    await using sim = await Simulation.start(huey);
    expect(sim.now).toEqual(new Date(START));
  });

  it('refuses a Huey that is simulated already, until that simulation has ended', async () => {
    const { huey } = setup();
    const sim = await Simulation.start(huey);
    await expect(Simulation.start(huey)).rejects.toThrow('dispose of the other simulation first');
    await sim[Symbol.asyncDispose]();
    await using _again = await Simulation.start(huey);
  });

  it('begins with an empty storage, out of immediate mode, at the instant it was told', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const echo = huey.task(
      'echo',
      { context: true },
      (ctx, text: string) => `${text} ${ctx.now.toISOString()}`,
    );
    await using sim = await Simulation.start(huey, { start: '2026-03-02T09:00Z' });
    const result = await echo('at');
    expect([huey.immediate, await result.get()]).toEqual([false, undefined]);
    await sim.advance(0);
    expect(await result.get()).toBe('at 2026-03-02T09:00:00.000Z');
  });
});

describe('moving time', () => {
  it('includes the instant at which it ends, and nothing after it', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    await nap(10);
    await sim.advance('9.999s');
    expect(timeline(sim)).toEqual(['0 enqueued', '0 executing']);
    await sim.advance('1ms');
    expect(timeline(sim)).toEqual(['0 enqueued', '0 executing', '10000 complete']);
    await nap.schedule([0], { eta: '2026-01-01T01:00Z' });
    await sim.until('2026-01-01T00:59:59.999Z');
    expect(sim.signals().at(-1)).toBe('scheduled');
    await sim.until(START + 3_600_000);
    expect(sim.signals().slice(-3)).toEqual(['enqueued', 'executing', 'complete']);
    expect(sim.now.getTime()).toBe(START + 3_600_000);
  });

  it('by nothing still runs what can run now', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    await nap(0);
    expect(sim.signals()).toEqual(['enqueued']);
    await sim.advance(0);
    expect(timeline(sim)).toEqual(['0 enqueued', '0 executing', '0 complete']);
  });

  it('backwards is refused', async () => {
    const { huey } = setup();
    await using sim = await Simulation.start(huey);
    await sim.advance('1h');
    await expect(sim.advance('-1s')).rejects.toThrow('not negative');
    await expect(sim.until(START)).rejects.toThrow('not before the virtual time 2026-01-01T01:00:00.000Z');
    await sim.until(sim.now);
  });

  it('until idle stops when the last has ended, and at once if there is nothing to do', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    await sim.untilIdle();
    expect(sim.now.getTime()).toBe(START);
    await nap(5);
    await nap.schedule([7], { delay: '1h' });
    await sim.untilIdle();
    expect(sim.now.getTime()).toBe(START + 3_607_000);
  });

  it('until idle gives up at its limit, and says what is left', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    await nap(7200);
    await expect(sim.untilIdle({ limit: '1h' })).rejects.toThrow(
      'within "1h" (string) of virtual time, got 0 queued, 0 scheduled and 1 running (nap (task-1))',
    );
    expect(sim.now.getTime()).toBeGreaterThan(START + 3_590_000);
    await sim.untilIdle();
  });

  it('until idle gives up at once on what nobody can go on with, and says who waits for what', async () => {
    const { huey, nap, wait, open } = setup();
    await using sim = await Simulation.start(huey);
    await wait();
    await nap(1);
    await expect(sim.untilIdle()).rejects.toThrow(
      'got a deadlock: nobody waits for time or a turn, and wait (task-1) on consumer-1 waits for something outside of ' +
        'virtual time; 1 queued wait for a worker',
    );
    expect(sim.now.getTime()).toBe(START);
    open();
    await sim.untilIdle();
    expect(sim.signals('nap').at(-1)).toBe('complete');
  });

  it('takes turns: calls that overlap go on from each other', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    await nap(15);
    const ends = [sim.advance('10s'), sim.advance('10s'), sim.until(START + 5000), sim.advance('1s')].map(
      (call) => call.then(() => sim.now.getTime() - START),
    );
    expect(await Promise.all(ends)).toEqual([10_000, 20_000, 20_000, 21_000]);
    expect(timeline(sim).at(-1)).toBe('15000 complete');
  });

  it('is given up when it cannot move on, with an error that names the way out', async () => {
    const huey = new MemoryHuey();
    const again = huey.task('again', { retries: Infinity }, () => {
      throw new Error('never');
    });
    await using sim = await Simulation.start(huey, { maxStepsPerInstant: 200 });
    await again();
    const run = sim.untilIdle();
    await expect(run).rejects.toThrow(SimulationError);
    await expect(run).rejects.toThrow('raise maxStepsPerInstant');
    again.unregister();
  });
});

describe('a body', () => {
  it('that does real I/O is waited for: it takes no virtual time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulation-'));
    try {
      const file = join(folder, 'text');
      await writeFile(file, 'from the disk');
      const huey = new MemoryHuey();
      const read = huey.task('read', async () => {
        let text = '';
        for (let count = 0; count < 5; count += 1) text = await readFile(file, 'utf8');
        return text;
      });
      await using sim = await Simulation.start(huey);
      const result = await read();
      await sim.advance('1h');
      expect(timeline(sim)).toEqual(['0 enqueued', '0 executing', '0 complete']);
      expect(await result.get()).toBe('from the disk');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that waits for the test is not waited for, and ends when it is released', async () => {
    const { huey, wait, nap, open } = setup();
    await using sim = await Simulation.start(huey, { workers: 2 });
    const result = await wait();
    await nap(60);
    await sim.advance('1h');
    expect(sim.signals('nap')).toEqual(['enqueued', 'executing', 'complete']);
    expect(sim.signals('wait')).toEqual(['enqueued', 'executing']);
    open();
    await sim.advance(0);
    expect(timeline(sim, 'wait')).toEqual(['0 enqueued', '0 executing', '3600000 complete']);
    expect(await result.get()).toBe('released');
  });

  it('sees virtual time, and sleeps in it', async () => {
    const huey = new MemoryHuey();
    const look = huey.task('look', { context: true, timeout: '1h' }, async (ctx) => {
      const before = ctx.now.getTime();
      await ctx.sleep('59m');
      return [before - START, ctx.now.getTime() - before, ctx.timeRemaining];
    });
    await using sim = await Simulation.start(huey);
    await sim.advance('1m');
    const result = await look();
    await sim.advance('2h');
    expect(await result.get()).toEqual([60_000, 3_540_000, 60]);
  });

  it('is retried at exact instants, the delay growing', async () => {
    const huey = new MemoryHuey();
    const options = { retries: 3, retryDelay: '10s', retryBackoff: 3 } as const;
    const fail = huey.task('fail', options, () => {
      throw new Error('again');
    });
    await using sim = await Simulation.start(huey);
    await fail();
    await sim.untilIdle();
    const attempts = timeline(sim).filter((line) => line.endsWith('executing'));
    expect(attempts).toEqual(['0 executing', '10000 executing', '40000 executing', '130000 executing']);
  });
});

describe('a blocking get', () => {
  it('lets time pass by itself until there is a result', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    const result = await nap.schedule([30], { delay: '2h' });
    expect(await result.get({ blocking: true })).toBe(30);
    const late = sim.now.getTime() - (START + 7_230_000);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1000);
  });

  it('times out in virtual time', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    const result = await nap(60);
    await expect(result.get({ blocking: true, timeout: '20s' })).rejects.toThrow(ResultTimeout);
    expect(sim.now.getTime()).toBe(START + 20_000);
    expect(await result.get({ blocking: true, timeout: '1m' })).toBe(60);
  });

  it.each([
    [1, 60],
    [60, 1],
    [5, 5],
  ])('works beside another: tasks of %d and %d seconds', async (first, second) => {
    const { huey, nap } = setup();
    await using _sim = await Simulation.start(huey, { workers: 2 });
    const results = [await nap(first), await nap(second)];
    expect(await Promise.all(results.map((result) => result.get({ blocking: true })))).toEqual([
      first,
      second,
    ]);
  });

  it('goes on after a call that stopped before its next look', async () => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey);
    const reading = (await nap(10)).get({ blocking: true });
    await sim.advance('1ms');
    expect(await reading).toBe(10);
  });

  it.each(['0s', '5s'])('that still waits when the simulation ends fails, after %s', async (passed) => {
    const { huey, nap } = setup();
    const sim = await Simulation.start(huey);
    const reading = (await nap.schedule([1], { delay: '100d' })).get({ blocking: true });
    const refused = expect(reading).rejects.toThrow(SimulationError);
    await sim.advance(passed);
    await sim[Symbol.asyncDispose]();
    await refused;
  });
});

describe('the end', () => {
  it('gives storage, clock, ids and immediate mode back, and stops listening', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const echo = huey.task('echo', { context: true }, (ctx) => [ctx.id, ctx.now.getTime()] as const);
    const { storage } = huey;
    const sim = await Simulation.start(huey, { start: 0 });
    await (await echo()).get({ blocking: true });
    const events = sim.events().length;
    await sim[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
    expect([huey.storage === storage, huey.immediate]).toEqual([true, true]);
    const [id, at] = (await (await echo()).get())!;
    expect(id).not.toMatch(/^task-/);
    expect(at).toBeGreaterThan(START);
    expect(sim.events()).toHaveLength(events);
    await expect(sim.advance(1)).rejects.toThrow(SimulationError);
  });

  it('makes no real timers, so it can leave none behind', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    try {
      const { huey, nap } = setup();
      const sim = await Simulation.start(huey, { consumers: 2, workers: 2 });
      await nap(3600);
      await sim.advance('1m');
      await sim[Symbol.asyncDispose]();
      expect(setTimer).not.toHaveBeenCalled();
    } finally {
      setTimer.mockRestore();
    }
  });

  it('lets a body that sleeps come to its end', async () => {
    const { huey, nap } = setup();
    const sim = await Simulation.start(huey);
    await nap(600);
    await sim.advance('1m');
    await sim[Symbol.asyncDispose]();
    expect(timeline(sim).at(-1)).toBe('600000 complete');
  });

  it('does not wait for a body that never ends; released later, it touches nothing', async () => {
    const { huey, wait, nap, open } = setup();
    const first = await Simulation.start(huey);
    await wait();
    await first.advance('1s');
    await first[Symbol.asyncDispose]();
    await using second = await Simulation.start(huey);
    const result = await nap(10);
    await second.advance('1s');
    open();
    expect(await result.get({ blocking: true })).toBe(10);
    expect(second.signals()).toEqual(['enqueued', 'executing', 'complete']);
    expect(first.signals()).toEqual(['enqueued', 'executing', 'interrupted']);
  });
});

it('two simulations side by side do not disturb each other', async () => {
  const run = async (seconds: number): Promise<string[]> => {
    const { huey, nap } = setup();
    await using sim = await Simulation.start(huey, { workers: 2 });
    await nap.map([[seconds], [seconds * 2], [seconds * 3]]);
    for (let minute = 0; minute < 5; minute += 1) await sim.advance('1m');
    return timeline(sim);
  };
  const alone = [await run(7), await run(11)];
  expect(await Promise.all([run(7), run(11)])).toEqual(alone);
});
