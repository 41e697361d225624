// Pipelines, groups and chords as they run: what is passed on, who hears of a failure, and when a callback comes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { args, chord, group, kwargs, MemoryHuey, type Signature } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

function setup() {
  const huey = new MemoryHuey();
  const notes: string[] = [];
  return {
    huey,
    notes,
    add: huey.task('add', (a: number, b: number) => a + b),
    list: huey.task('list', (...values: unknown[]) => values),
    fail: huey.task('fail', (message: string): number => {
      throw new RangeError(message);
    }),
    note: huey.task('note', (label: string, error?: Error) => {
      notes.push(`${label}: ${error?.message}`);
      return `noted ${label}`;
    }),
    collect: huey.task('collect', (values: (number | Error | null)[]) =>
      values.map((value) => (value instanceof Error ? value.message : value)),
    ),
    start: () => Simulation.start(huey, { workers: 3 }),
  };
}

describe('a pipeline', () => {
  it('passes each value on after the given arguments', async () => {
    const { huey, add, list, start } = setup();
    await using sim = await start();
    const results = await huey.enqueue(add.s(1, 2).pipe(add, 3).pipe(list, 'x', 'y'));
    await sim.untilIdle();
    expect(await results.get()).toEqual([3, 6, ['x', 'y', 6]]);
  });

  it.each<[string, unknown, unknown[]]>([
    ['nothing', undefined, ['x']],
    ['null', null, ['x']],
    ['a list, as one value', [1, 2], ['x', [1, 2]]],
    ['args(), as several', args(1, 2), ['x', 1, 2]],
    ['kwargs(), as names', kwargs({ a: 1 }), ['x', { a: 1 }]],
    ['false', false, ['x', false]],
    ['a date', new Date(0), ['x', new Date(0)]],
  ])('passes on %s', async (_, value, expected) => {
    const { huey, list, start } = setup();
    const give = huey.task('give', () => value);
    await using sim = await start();
    const results = await huey.enqueue(give.s().pipe(list.s('x') as never));
    await sim.untilIdle();
    expect(await results.at(-1)!.get()).toEqual(expected);
  });

  it('ends where a stage fails, and tells that handler', async () => {
    const { huey, add, fail, list, note, notes, start } = setup();
    await using sim = await start();
    const pipeline = list
      .s('broken')
      .pipe(fail.s('broken').error(note, 'stage'))
      .pipe(add, 1)
      .error(note, 'head');
    const results = await huey.enqueue(pipeline);
    await sim.untilIdle();
    expect(notes).toEqual(['stage: broken']);
    expect(await results.at(0)!.get()).toEqual(['broken']);
    await expect(results.at(1)!.get()).rejects.toThrow('RangeError: broken');
    expect(await results.at(2)!.get()).toBeUndefined();
  });

  it('goes on after a retry', async () => {
    const { huey, add, start } = setup();
    let attempts = 0;
    const flaky = huey.task('flaky', { retries: 2, retryDelay: '1m' }, (n: number) => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return n;
    });
    await using sim = await start();
    const results = await huey.enqueue(add.s(1, 2).pipe(flaky).pipe(add, 10));
    await sim.untilIdle();
    expect([attempts, await results.at(-1)!.get()]).toEqual([3, 13]);
  });
});

describe('a handler', () => {
  it('is run each time an attempt fails, unless intermediate errors are not stored', async () => {
    const { huey, note, notes, start } = setup();
    const flaky = huey.task('flaky', { retries: 2 }, () => {
      throw new Error('no');
    });
    await using sim = await start();
    await huey.enqueue(flaky.s().error(note, 'told'));
    await sim.untilIdle();
    expect(notes).toEqual(['told: no', 'told: no', 'told: no']);
    huey.storeIntermediateErrors = false;
    await huey.enqueue(flaky.s().error(note, 'told at last'));
    await sim.untilIdle();
    expect(notes.slice(3)).toEqual(['told at last: no']);
  });

  it('is guarded by a second one', async () => {
    const { huey, fail, note, notes, start } = setup();
    const broken = huey.task('broken', (error: Error): null => {
      throw new Error(`while handling ${error.message}`);
    });
    await using sim = await start();
    await huey.enqueue(fail.s('it').error(broken).error(note, 'guard'));
    await sim.untilIdle();
    expect(notes).toEqual(['guard: while handling it']);
  });

  it('may be a pipeline', async () => {
    const { huey, fail, list, note, start } = setup();
    await using sim = await start();
    const handler = note.s('first').pipe(list, 'then');
    const handled: unknown[] = [];
    huey.postExecute(({ name }, value) => name === 'list' && handled.push(value));
    await huey.enqueue(fail.s('it').error(handler as never));
    await sim.untilIdle();
    expect(handled).toEqual([['then', 'noted first']]);
  });

  it('of every member is given to a group at once', async () => {
    const { huey, fail, note, notes, start } = setup();
    await using sim = await start();
    await huey.enqueue(group([fail.s('a'), fail.s('b')]).error(note, 'member'));
    await sim.untilIdle();
    expect(notes.sort()).toEqual(['member: a', 'member: b']);
  });
});

describe('a chord', () => {
  it('collects the values in the order of the members', async () => {
    const { huey, collect, start } = setup();
    const nap = huey.task('nap', { context: true }, async (ctx, seconds: number) => {
      await ctx.sleep(seconds);
      return seconds;
    });
    await using sim = await start();
    const result = await huey.enqueue(chord([nap.s(3), nap.s(1), nap.s(2)], collect));
    await sim.untilIdle();
    expect(await result.get()).toEqual([3, 1, 2]);
  });

  it('has the error of a member that failed, and null for one that was skipped', async () => {
    const { huey, add, fail, collect, start } = setup();
    const skipped = add.with({ expires: -1 }).s(1, 2);
    const revoked = add.s(3, 4);
    await using sim = await start();
    await huey.revokeById(revoked.id);
    const result = await huey.enqueue(chord([add.s(1, 2), fail.s('no'), skipped, revoked], collect));
    await sim.untilIdle();
    expect(await result.get()).toEqual([3, 'no', null, null]);
  });

  it('waits for the last stage of a member, and for its last retry', async () => {
    const { huey, add, collect, start } = setup();
    let attempts = 0;
    const flaky = huey.task('flaky', { retries: 1, retryDelay: '1h' }, (n: number) => {
      attempts += 1;
      if (attempts === 1) throw new Error('not yet');
      return n;
    });
    await using sim = await start();
    const result = await huey.enqueue(chord([add.s(1, 2).pipe(flaky), add.s(3, 4).pipe(add, 5)], collect));
    await sim.advance('59m');
    expect(await result.get()).toBeUndefined();
    await sim.untilIdle();
    expect(await result.get()).toEqual([3, 12]);
  });

  it('nests: the value of an inner one is what its callback returns', async () => {
    const { huey, add, collect, start } = setup();
    const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
    await using sim = await start();
    const result = await huey.enqueue(
      chord([chord([add.s(1, 2), add.s(3, 4)], sum).pipe(add, 100), add.s(5, 6)], collect),
    );
    await sim.untilIdle();
    expect(await result.get()).toEqual([110, 11]);
  });

  it('is what a group with a callback becomes', async () => {
    const { huey, add, collect, start } = setup();
    await using sim = await start();
    const result = await huey.enqueue(group([add.s(1, 2), add.s(3, 4)]).pipe(collect as never));
    await sim.untilIdle();
    expect(await result.get()).toEqual([3, 7]);
  });

  it('calls back once and in order, however its members end, whoever runs them', async () => {
    const ending = fc.constantFrom('returns', 'fails', 'retries', 'is revoked', 'expires', 'goes on');
    const scenario = fc.record({
      endings: fc.array(ending, { minLength: 1, maxLength: 6 }),
      seed: fc.nat(),
      workers: fc.integer({ min: 1, max: 4 }),
      consumers: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ endings, ...options }) => {
        const { huey, add, fail, collect } = setup();
        const again = huey.task('again', { retries: 2 }, (): number => {
          throw new Error('again');
        });
        await using sim = await Simulation.start(huey, options);
        const revoked = add.with({ id: 'revoked' });
        await huey.revokeById('revoked', { once: false });
        const members = endings.map((end, n): Signature<readonly number[]> => {
          if (end === 'fails') return fail.s('failed');
          if (end === 'retries') return again.s();
          if (end === 'is revoked') return revoked.s(n, n);
          if (end === 'expires') return add.with({ expires: -1 }).s(n, n);
          return end === 'goes on' ? add.s(n, n).pipe(add, 100) : add.s(n, n);
        });
        const result = await huey.enqueue(chord(members, collect as never));
        await sim.untilIdle();
        const expected = endings.map((end, n) => {
          if (end === 'returns') return 2 * n;
          if (end === 'goes on') return 2 * n + 100;
          return end === 'fails' ? 'failed' : end === 'retries' ? 'again' : null;
        });
        expect(await result.get()).toEqual(expected);
        expect(sim.signals('collect')).toEqual(['enqueued', 'executing', 'complete']);
        expect(await huey.storage.reports()).toEqual([]);
      }),
      { seed: 20260101, numRuns: 40 },
    );
  });
});
