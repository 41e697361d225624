// A run with a bit of everything, told as its trace: for comparing processes.
import { chord, crontab, MemoryHuey } from 'huey-ts';
import { runScenario } from 'huey-ts/sim';

function app() {
  const huey = new MemoryHuey();
  const options = { context: true, retries: 3, retryDelay: 1 } as const;
  const flaky = huey.task('flaky', options, async (ctx, n: number) => {
    await ctx.sleep(n / 10);
    if (ctx.attempt < n % 3) throw new Error(`attempt ${ctx.attempt}`);
    return n;
  });
  const total = huey.task('total', (values: number[]) => values.length);
  huey.task('locked', { ...options, lock: 'one' }, async (ctx) => ctx.sleep(1));
  huey.periodicTask('minutely', crontab(), async () => {});
  return { huey, actions: { chord: () => huey.enqueue(chord([flaky.s(1), flaky.s(2)], total)) } };
}

/** The trace of the run with that seed. */
export async function story(seed: number): Promise<string> {
  const { trace } = await runScenario(
    {
      seed,
      consumers: 3,
      workers: 2,
      leaseTtl: '9s',
      network: { latency: { least: 0, most: '30ms' }, refused: 0.02, lost: 0.02, crash: 0.005 },
      commands: [
        ...[1, 2, 3, 4].map((n) => ({ do: 'enqueue', task: 'flaky', args: [n] }) as const),
        ...['1s', '1s', '2s'].map((at) => ({ do: 'enqueue', at, task: 'locked' }) as const),
        { at: '2s', do: 'action', name: 'chord' },
        { at: '3s', do: 'skew', who: 'consumer-2', ahead: '2s', drift: 0.001 },
      ],
      lasts: '3m',
    },
    app,
    { trace: true },
  );
  return trace;
}
