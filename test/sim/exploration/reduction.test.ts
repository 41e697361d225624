// The reduction leaves nothing out: for generated small scenarios it reaches exactly the outcomes that running all
// interleavings reaches, in fewer runs.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chord, MemoryHuey } from 'huey-ts';
import { type Command, explore, type Scenario, type ScenarioRun } from 'huey-ts/sim';

/** Tasks that share what there is to share; `told` is what bodies and handlers note in the order in which they run. */
function setup(isHeard: boolean) {
  let told: string[] = [];
  let left = '';
  const app = () => {
    told = [];
    const huey = new MemoryHuey();
    const context = { context: true, retries: 1 } as const;
    huey.task('locked', context, async (ctx) => {
      await ctx.sleep(1);
      const hold = await huey.lockTask('one').acquire();
      await hold.release();
    });
    const rateLimit = { name: 'api', limit: 1, per: '10s' } as const;
    const limited = huey.task('limited', { retries: 1, rateLimit }, () => {});
    huey.task('follow', context, async (ctx) => {
      await ctx.sleep(1);
      await limited();
    });
    const count = huey.task('count', context, async (ctx, n: number) => {
      await ctx.sleep(1);
      const seen = ((await huey.data.peek('count')) as number | undefined) ?? 0;
      await huey.data.put('count', seen + n);
      return seen;
    });
    const total = huey.task('total', (values: number[]) => values.length);
    huey.task('note', context, async (ctx, what: string) => {
      await ctx.sleep(1);
      told.push(what);
    });
    if (isHeard) huey.signal((signal, task) => void told.push(`${signal} ${task.id}`));
    const { storage } = huey;
    return {
      huey,
      actions: {
        chord: () => huey.enqueue(chord([count.s(1), count.s(2)], total)),
        revoke: () => huey.revokeById('a'),
      },
      verify: async () => {
        const now = Date.UTC(2026, 0, 2);
        left = JSON.stringify([
          (await storage.pending()).map(({ id }) => id),
          (await storage.scheduled()).map(({ item, dueAt }) => [item.id, dueAt]),
          await storage.keys(now),
          await storage.peek('count', now),
          await storage.reports(),
        ]);
      },
    };
  };
  /** What came of a run for each task, and for what they share. */
  const outcomeOf = (run: ScenarioRun): string => {
    const ids = [...new Set(run.events.map(({ task }) => task.id))].sort();
    const lives = ids.map((id) => [
      id,
      run.events.filter(({ task }) => task.id === id).map(({ signal, node, at }) => [signal, node, at]),
    ]);
    return JSON.stringify([lives, told, left]);
  };
  return { app, outcomeOf };
}

async function outcomes(scenario: Scenario, isHeard: boolean, reduce: boolean, maxRuns: number) {
  const { app, outcomeOf } = setup(isHeard);
  const found = new Set<string>();
  const check = (run: ScenarioRun): void => void found.add(outcomeOf(run));
  const options = { from: '1500ms', reduce, maxRuns, check, invariants: [] } as const;
  return { found, ...(await explore(scenario, app, options)) };
}

const task = fc.constantFrom('locked', 'follow', 'count', 'note');
const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: fc.tuple(task, fc.constantFrom('a', 'b', 'c')).map(enqueued), weight: 4 },
  { arbitrary: fc.constant<Command>({ at: 1, do: 'action', name: 'chord' }), weight: 1 },
  { arbitrary: fc.constant<Command>({ at: 2, do: 'action', name: 'revoke' }), weight: 1 },
  { arbitrary: fc.constant<Command>({ at: 2, do: 'crash', who: 'consumer-1' }), weight: 1 },
);

function enqueued([name, id]: [string, string]): Command {
  return { at: 1, do: 'enqueue', task: name, args: name === 'count' ? [1] : [id], options: { id }, by: id };
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  consumers: fc.constantFrom(1, 2, 2),
  workers: fc.constantFrom(1, 2),
  start: fc.constant('2026-01-01T00:00:00Z'),
  network: fc.constantFrom(
    { only: ['acquire', 'release'] },
    { only: ['rate'] },
    { only: ['peek', 'putIfEmpty'] },
    { only: ['nothing'] },
    { only: ['turn'] },
  ),
  commands: fc.array(command, { minLength: 2, maxLength: 2 }),
  lasts: fc.constant(2),
  ending: fc.constant('none'),
});

it('a reduced search reaches the same outcomes as a full one', async () => {
  const [full, reduced] = [[] as number[], [] as number[]];
  const same = async (one: Scenario, isHeard: boolean): Promise<void> => {
    const all = await outcomes(one, isHeard, false, 300);
    fc.pre(all.complete);
    const few = await outcomes(one, isHeard, true, 2000);
    expect([...few.found].sort()).toEqual([...all.found].sort());
    expect(few.complete).toBe(true);
    full.push(all.runs);
    reduced.push(few.runs);
  };
  await fc.assert(fc.asyncProperty(scenario, fc.boolean(), same), {
    seed: 20260101,
    numRuns: 12,
    endOnFailure: true,
  });
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  expect(sum(reduced)).toBeLessThan(sum(full));
}, 120_000);
