// A run that was kept, as a trace or as a token, is made again; where it differs is told.
import { describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { replay, runScenario, type Scenario, scenarioIn, scenarioToken } from 'huey-ts/sim';

const SCENARIO: Scenario = {
  seed: 3,
  network: { latency: '1ms' },
  commands: [{ at: '1s', do: 'enqueue', task: 'greet', args: ['Ada, “é”'] }],
};

const greeting = (seconds: number) => () => {
  const huey = new MemoryHuey();
  huey.task('greet', { context: true }, (ctx, _name: string) => ctx.sleep(seconds));
  return { huey };
};

describe('a replay', () => {
  it('of a trace gives the same run', async () => {
    const { trace, hash } = await runScenario(SCENARIO, greeting(1), { trace: true });
    const { run, difference } = await replay(trace, greeting(1));
    expect([run.hash, difference]).toEqual([hash, undefined]);
  });

  it('of a trace whose tasks have changed tells where the runs part', async () => {
    const { trace } = await runScenario(SCENARIO, greeting(1), { trace: true });
    const { difference } = await replay(trace, greeting(2));
    expect(difference!.agreed).toBeGreaterThan(10);
    expect(difference!.left[0]!.at).toBeLessThan(difference!.right[0]!.at);
  });

  it('of a token gives the same run', async () => {
    const { hash } = await runScenario(SCENARIO, greeting(1));
    const token = scenarioToken(SCENARIO);
    expect(token).toMatch(/^sim1\.[\w-]+$/);
    expect(scenarioIn(token)).toEqual(SCENARIO);
    expect((await replay(token, greeting(1))).run.hash).toBe(hash);
  });

  it.each(['', 'sim2.abc', 'sim1.e30', 'sim1.!'])('refuses %o, which is none', async (token) => {
    await expect(replay(token, greeting(1))).rejects.toThrow('expected the token of a scenario');
  });
});
