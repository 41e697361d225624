// Several handles at once: read in order, or as their tasks end.
import { describe, expect, it } from 'vitest';
import { chord, group, MemoryHuey, type ResultGroup, TaskException } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

function setup() {
  const huey = new MemoryHuey();
  return {
    huey,
    nap: huey.task('nap', { context: true }, async (ctx, seconds: number) => {
      await ctx.sleep(seconds);
      return seconds;
    }),
    fail: huey.task('fail', (): number => {
      throw new RangeError('no');
    }),
    start: (workers = 4) => Simulation.start(huey, { workers }),
  };
}

async function collect(results: ResultGroup, timeout?: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of results.asCompleted(timeout === undefined ? {} : { timeout })) values.push(value);
  return values;
}

describe('get', () => {
  it('reads all, in the order of the members, whichever ended first', async () => {
    const { nap, start } = setup();
    await using _sim = await start();
    const results = await nap.map([[3], [1], [2]]);
    expect(await results.get()).toEqual([undefined, undefined, undefined]);
    expect(await results.get({ blocking: true })).toEqual([3, 1, 2]);
  });

  it('throws the first failure', async () => {
    const { huey, nap, fail, start } = setup();
    await using _sim = await start();
    const results = await huey.enqueue(group([nap.s(1), fail.s()]));
    await expect(results.get({ blocking: true })).rejects.toThrow(TaskException);
  });

  it('gives each member the time allowed', async () => {
    const { nap, start } = setup();
    await using sim = await start();
    const results = await nap.map([[3], [5]]);
    expect(await results.get({ blocking: true, timeout: '4s' })).toEqual([3, 5]);
    const slow = await nap.map([[3], [9]]);
    await expect(slow.get({ blocking: true, timeout: '4s' })).rejects.toThrow('has no result after 4s');
    await sim.untilIdle();
  });
});

describe('members', () => {
  it('are found by their place, and one by one', async () => {
    const { nap, start } = setup();
    await using sim = await start();
    const results = await nap.map([[3], [1]]);
    expect([results.length, results.at(-1)?.task.args, results.at(5)]).toEqual([2, [1], undefined]);
    expect([...results].map(({ id }) => id)).toEqual(['task-1', 'task-2']);
    expect(await results.isReady()).toBe(false);
    await sim.advance('2s');
    expect(await results.isReady()).toBe(false);
    await sim.advance('2s');
    expect(await results.isReady()).toBe(true);
  });

  it('of an empty group are ready', async () => {
    const { huey, nap } = setup();
    const results = await huey.enqueue(group([]));
    expect([results.length, await results.isReady(), await results.get()]).toEqual([0, true, []]);
    expect(await (await nap.map([])).get()).toEqual([]);
  });

  it('that are pipelines or groups read as lists, and as the callback if they are chords', async () => {
    const { huey, nap, start } = setup();
    const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
    await using _sim = await start();
    const later = huey.task('later', (seconds: number) => seconds + 10);
    const results = await huey.enqueue(
      group([nap.s(1).pipe(later), group([nap.s(2), nap.s(3)]), chord([nap.s(4), nap.s(5)], sum)]),
    );
    expect(await results.get({ blocking: true })).toEqual([[1, 11], [2, 3], 9]);
  });
});

describe('asCompleted', () => {
  it('yields the values as their tasks end', async () => {
    const { nap, start } = setup();
    await using _sim = await start();
    expect(await collect(await nap.map([[3], [1], [2]]))).toEqual([1, 2, 3]);
  });

  it('yields those that end at once in the order of the members', async () => {
    const { nap, start } = setup();
    await using sim = await start();
    const results = await nap.map([[3], [1], [2]]);
    await sim.advance('5s');
    expect(await collect(results)).toEqual([3, 1, 2]);
  });

  it('throws a failure at its turn, and may be gone on with', async () => {
    const { huey, nap, fail, start } = setup();
    await using _sim = await start();
    const results = await huey.enqueue(group([nap.s(2), fail.s(), nap.s(1)]));
    await expect(collect(results)).rejects.toThrow('RangeError: no');
  });

  it('stops at the deadline with what there is', async () => {
    const { nap, start } = setup();
    await using sim = await start();
    const before = sim.now.getTime();
    expect(await collect(await nap.map([[3], [1]]), '2550ms')).toEqual([1]);
    expect(sim.now.getTime() - before).toBe(2550);
  });
});

describe('the handle of a chord', () => {
  it('reads the callback, its members, and what follows', async () => {
    const { huey, nap, start } = setup();
    const sum = huey.task('sum', (base: number, values: number[]) => values.reduce((a, b) => a + b, base));
    const show = huey.task('show', (total: number) => `total ${total}`);
    await using _sim = await start();
    const handle = await huey.enqueue(chord([nap.s(1), nap.s(2)], sum, 100).pipe(show));
    expect(await handle.isReady()).toBe(false);
    expect(await handle.get()).toBeUndefined();
    expect(await handle.get({ blocking: true })).toBe(103);
    expect(await handle.members.get({ blocking: true })).toEqual([1, 2]);
    expect(await handle.pipeline?.get({ blocking: true })).toEqual([103, 'total 103']);
    expect(await handle.isReady()).toBe(true);
  });

  it('has no pipeline if nothing follows', async () => {
    const { huey, nap } = setup();
    const count = huey.task('count', (values: number[]) => values.length);
    expect((await huey.enqueue(chord([nap.s(1)], count))).pipeline).toBeUndefined();
  });
});
