// Scenarios: plain data that gives the same run again, whatever happens in it.
import { describe, expect, it } from 'vitest';
import { chord, MemoryHuey } from 'huey-ts';
import { diffTraces, readTrace, type RunEvent, runScenario, type Scenario } from 'huey-ts/sim';

function app() {
  const huey = new MemoryHuey();
  const nap = huey.task('nap', { context: true, retries: 2, retryDelay: 1 }, async (ctx, seconds: number) => {
    await ctx.sleep(seconds);
    return seconds;
  });
  const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
  huey.task('locked', { context: true, lock: 'one', retries: 20, retryDelay: 1 }, async (ctx) =>
    ctx.sleep(1),
  );
  return { huey, actions: { chord: () => huey.enqueue(chord([nap.s(1), nap.s(2)], sum)) } };
}

const BUSY: Scenario = {
  seed: 11,
  consumers: 2,
  workers: 2,
  leaseTtl: '5s',
  network: { latency: { least: 0, most: '20ms' }, refused: 0.02, lost: 0.02 },
  commands: [
    { do: 'enqueue', task: 'nap', args: [3], options: { id: 'a', priority: 2 } },
    { do: 'enqueue', task: 'nap', args: [1], options: { id: 'b', delay: '10s' } },
    { do: 'enqueue', task: 'nap', args: [1], options: { id: 'c', delay: '5s' }, by: 'other' },
    { at: '1s', do: 'revoke', id: 'b' },
    { at: '1s', do: 'lock', name: 'one', hold: '3s' },
    { at: '1s', do: 'enqueue', task: 'locked' },
    { at: '2s', do: 'crash', who: 'consumer-1' },
    { at: '2s', do: 'action', name: 'chord' },
    { at: '3s', do: 'partition', who: 'consumer-2' },
    { at: '4s', do: 'restart', who: 'consumer-1' },
    { at: '5s', do: 'heal', who: 'consumer-2' },
    { at: '6s', do: 'skew', who: 'consumer-2', ahead: '3s', drift: 0.01 },
    { at: '6s', do: 'fail', op: 'turn', how: 'crash-after' },
    { at: '7s', do: 'pause', who: 'consumer-2' },
    { at: '20s', do: 'resume', who: 'consumer-2' },
  ],
};

describe('a scenario', () => {
  it.each([1, 2, 3, 4, 5])(
    'of seed %i: everything that was accepted ends, and nothing is left behind',
    async (seed) => {
      const left: unknown[] = [];
      const looking = () => {
        const made = app();
        const { storage } = made.huey;
        const verify = async () => left.push(await storage.reports(), await made.huey.running());
        return { ...made, verify };
      };
      const run = await runScenario({ ...BUSY, seed }, looking);
      expect(left).toEqual([[], []]);
      const waiting = run.events.filter(({ signal }) => ['enqueued', 'scheduled'].includes(signal));
      expect(waiting.length).toBeGreaterThan(3);
      expect(run.failed.every(({ error }) => /StorageError|SimulationError/.test(String(error)))).toBe(true);
    },
  );

  it('gives the same bytes again, from plain data that went through JSON', async () => {
    const first = await runScenario(BUSY, app, { trace: true });
    const again = await runScenario(JSON.parse(JSON.stringify(BUSY)) as Scenario, app, { trace: true });
    expect(again.trace).toBe(first.trace);
    expect(again.hash).toBe(first.hash);
    expect((await runScenario(BUSY, app)).hash).toBe(first.hash);
    expect((await runScenario({ ...BUSY, seed: 12 }, app)).hash).not.toBe(first.hash);
  });

  it('is told by its preemptions as well as by its strategy', async () => {
    const first = await runScenario(BUSY, app, { trace: true });
    const { strategy: _, ...rest } = BUSY;
    const again = await runScenario({ ...rest, preemptions: first.preemptions }, app, { trace: true });
    expect(diffTraces(readTrace(first.trace), readTrace(again.trace))).toBeUndefined();
    expect(again.preemptions).toEqual(first.preemptions);
    expect((await runScenario({ ...rest, preemptions: [] }, app)).preemptions).toEqual([]);
  });

  it('carries itself in the header of its trace', async () => {
    const { trace } = await runScenario(BUSY, app, { trace: true });
    expect(readTrace(trace).header.configuration['scenario']).toEqual(BUSY);
  });

  it('in the end leaves only a core, if so wanted, and that does all there is to do', async () => {
    const events: RunEvent[] = [];
    const observe = (event: RunEvent): void => void events.push(event);
    await runScenario({ ...BUSY, consumers: 3, ending: 'core' }, app, { observe });
    const crashes = events.filter(
      ({ kind, op, at }) => kind === 'fault' && op === 'crash' && at >= Date.UTC(2026, 0, 1) + 20_000,
    );
    expect(crashes.length).toBeGreaterThanOrEqual(2);
  });

  it.each<[Partial<Scenario>, string]>([
    [{ commands: [{ do: 'explode' } as never] }, 'commands[0].do'],
    [{ commands: [{ do: 'calm', at: 'soon' }] }, 'commands[0].at'],
    [{ ending: 'happy' as never }, 'ending'],
    [{ sead: 1 } as never, 'did you mean `seed`'],
    [{ storage: 'clay' }, 'storage'],
  ])('that makes no sense is refused: %o', async (change, message) => {
    await expect(runScenario({ ...BUSY, ...change }, app)).rejects.toThrow(message);
  });
});
