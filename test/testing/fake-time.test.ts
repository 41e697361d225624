// The same morning with four clocks on three storages: the kit's own clock, and the fake timers of vitest, of jest and of
// @sinonjs/fake-timers. Everything runs at the same instants each time. And the traps of fake timers: what each is, and
// what to do about it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryHuey, systemRuntime, TaskTimeout } from 'huey-ts';
import { drain } from 'huey-ts/testing';
import { ROOT } from '../files.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { type FakeClock, JEST, SINON } from './fake-clocks.js';
import { EXPECTED, liveThrough, MINUTE, morning, STORAGES } from './morning.js';

/** It leaves nextTick and queueMicrotask alone. */
const VITEST: FakeClock = {
  install: () => void vi.useFakeTimers({ now: START }),
  advance: (ms) => vi.advanceTimersByTimeAsync(ms),
  uninstall: () => void vi.useRealTimers(),
};

let installed: FakeClock | undefined;

function install(clock: FakeClock): void {
  installed = clock;
  // With these faked, vitest itself would stand still.
  clock.install(['nextTick', 'queueMicrotask']);
}

afterEach(() => {
  installed?.uninstall();
  installed = undefined;
});

describe.each(STORAGES)('a morning on %s', (_name, make) => {
  it('passes with the clock of the kit', async () => {
    const huey = make(manualRuntime());
    const log = await morning(huey);
    await drain(huey, { until: '3h' });
    expect(log).toEqual(EXPECTED);
    await huey.close();
  });

  it.each<[string, FakeClock]>([
    ['vi.useFakeTimers', VITEST],
    ['jest.useFakeTimers', JEST],
    ['@sinonjs/fake-timers', SINON],
  ])('passes with %s', async (_, clock) => {
    install(clock);
    expect(await liveThrough(make(systemRuntime()), clock)).toEqual(EXPECTED);
  });
});

describe('the traps of fake timers', () => {
  it('are that all that waits for nextTick stands still where it is faked; the kit and its storages do not', async () => {
    const script = join(ROOT, 'test/testing/all-faked.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
      cwd: ROOT,
    });
    expect(JSON.parse(stdout)).toEqual({
      mornings: {
        'memory, jest': EXPECTED,
        'memory, sinon': EXPECTED,
        'SQLite, jest': EXPECTED,
        'SQLite, sinon': EXPECTED,
      },
      sockets: { faked: false, real: true },
      redis: { faked: false, real: true },
    });
  }, 60_000);

  it('are that AbortSignal.timeout is real, and ctx.signal is not', async () => {
    install(VITEST);
    const huey = new MemoryHuey({ immediate: true });
    const seen: unknown[] = [];
    const slow = huey.task('slow', { context: true, timeout: '1m' }, async (ctx) => {
      const real = AbortSignal.timeout(60_000);
      try {
        await ctx.sleep('2m');
      } finally {
        seen.push(real.aborted, ctx.signal.aborted, ctx.signal.reason);
      }
    });
    const running = slow();
    await VITEST.advance(2 * MINUTE);
    await running;
    expect(seen).toEqual([false, true, expect.any(TaskTimeout)]);
  });

  it('are that the synchronous methods let no task past its first await', async () => {
    install(VITEST);
    const huey = new MemoryHuey({ immediate: true });
    let isOver = false;
    const nap = huey.task('nap', { context: true }, async (ctx) => {
      await ctx.sleep('1s');
      await ctx.sleep('1s');
      isOver = true;
    });
    const running = nap();
    await VITEST.advance(0);
    vi.advanceTimersByTime(10_000);
    await VITEST.advance(0);
    expect(isOver).toBe(false);
    await VITEST.advance(1000);
    await running;
    expect(isOver).toBe(true);
  });
});
