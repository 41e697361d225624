// The kit for fast-check: what it draws makes sense, and a planted race shrinks to the story behind it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cron, MemoryHuey } from 'huey-ts';
import { calls, crontabs, plans } from '../../../sim/arbitraries/fast-check.js';
import { SCENARIOS } from '../../../sim/fixtures/scenarios.js';
import { replayPlan } from '../../../sim/sweep/check.js';
import type { Plan } from '../../../sim/sweep/plan.js';
import { RACE } from '../sweep/race.js';

const FIXED = { seed: 20260101 } as const;

describe('the arbitraries', () => {
  it('draw crontabs that the parser takes', () => {
    fc.assert(
      fc.property(crontabs(), (text) => {
        expect(() => cron(text)).not.toThrow();
      }),
      FIXED,
    );
  });

  it('draw calls that a task takes', () => {
    const task = new MemoryHuey().task('work', () => {});
    fc.assert(
      fc.property(calls(), (options) => {
        expect(() => task.with(options)).not.toThrow();
      }),
      FIXED,
    );
  });

  it('draw plans that hold every invariant', async () => {
    const scenario = SCENARIOS.find(({ name }) => name === 'retries')!;
    const commands = {
      flaky: fc.tuple(fc.nat({ max: 4 }), fc.constantFrom(0, 100), fc.nat({ max: 2 }), fc.constantFrom(1, 2)),
      asking: fc.tuple(fc.nat({ max: 3 })),
    };
    await fc.assert(
      fc.asyncProperty(plans({ commands }), async (plan) => {
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        await replayPlan(scenario, plan);
      }),
      { ...FIXED, numRuns: 25 },
    );
  }, 60_000);
});

it('a planted race shrinks to two workers, two commands and one preemption', async () => {
  const commands = { increment: fc.constant([]) };
  const checked = await fc.check(
    fc.asyncProperty(plans({ commands, spanMs: 20 }), async (plan) => {
      await replayPlan(RACE, plan);
    }),
    { ...FIXED, numRuns: 300 },
  );
  expect(checked.failed).toBe(true);
  const [plan] = checked.counterexample as [Plan];
  expect(plan.nodes.reduce((sum, { workers = 1 }) => sum + workers, 0)).toBe(2);
  expect(plan.commands).toHaveLength(2);
  expect(plan.faults).toEqual([]);
  expect(plan.strategy).toMatchObject({ kind: 'serial' });
  expect((plan.strategy as { preemptions: readonly unknown[] }).preemptions).toHaveLength(1);
}, 60_000);
