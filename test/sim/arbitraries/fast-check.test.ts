// The kit for fast-check: what it draws makes sense, and a planted race shrinks to the story behind it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cron, MemoryHuey } from 'huey-ts';
import { calls, crontabs, scenarios } from '../../../sim/arbitraries/fast-check.js';
import { SCENARIOS } from '../../../sim/fixtures/scenarios.js';
import { runScenario } from '../../../sim/scenario/run-scenario.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { SimulatedConsumer } from '../../../sim/simulation-options.js';
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

  it('draw scenarios that hold every invariant', async () => {
    const sweep = SCENARIOS.find(({ name }) => name === 'retries')!;
    const actions = {
      flaky: fc.tuple(fc.nat({ max: 4 }), fc.constantFrom(0, 100), fc.nat({ max: 2 }), fc.constantFrom(1, 2)),
      asking: fc.tuple(fc.nat({ max: 3 })),
    };
    await fc.assert(
      fc.asyncProperty(scenarios({ actions }), async (scenario) => {
        expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
        await runScenario(scenario, sweep);
      }),
      { ...FIXED, numRuns: 25 },
    );
  }, 60_000);
});

it('a planted race shrinks to two workers, two commands and one preemption', async () => {
  const actions = { increment: fc.constant([]) };
  const checked = await fc.check(
    fc.asyncProperty(scenarios({ actions, spanMs: 20 }), async (scenario) => {
      await runScenario(scenario, RACE);
    }),
    { ...FIXED, numRuns: 300 },
  );
  expect(checked.failed).toBe(true);
  const [scenario] = checked.counterexample as [Scenario];
  const consumers = scenario.consumers as readonly SimulatedConsumer[];
  expect(consumers.reduce((sum, { workers = 1 }) => sum + workers, 0)).toBe(2);
  expect(scenario.commands.map(({ do: deed }) => deed)).toEqual(['action', 'action']);
  expect(scenario.preemptions).toHaveLength(1);
}, 60_000);
