// What drives a tick: when it is called next, what wakes it, how it takes failure, and that nothing is left of it when
// it has stopped.
import { describe, expect, it } from 'vitest';
import { Loop } from '../../src/consumer/loop.js';
import { host } from '../../src/runtime.js';
import { manualRuntime, START } from '../manual-runtime.js';

type Tick = (count: number, now: number) => number | Promise<number>;

/** A loop whose ticks say in how many milliseconds they want the next. */
function setup(tick: Tick) {
  const { clock, logger, logs } = manualRuntime();
  const ticks: number[] = [];
  const loop = new Loop({
    name: 'loop',
    clock,
    logger,
    tick: async (now) => {
      ticks.push(now - START);
      return now + (await tick(ticks.length, now));
    },
  });
  return { clock, logs, loop, ticks };
}

describe('ticks', () => {
  it('come when they asked to, and not before the start', async () => {
    const { clock, loop, ticks } = setup((count) => count * 100);
    await clock.advance(1000);
    expect(ticks).toEqual([]);
    loop.start();
    loop.start();
    await clock.advance(1000);
    expect(ticks).toEqual([1000, 1100, 1300, 1600, 2000]);
    await loop.stop();
  });

  it('follow each other at once if they say so, one at a time', async () => {
    let running = 0;
    const { clock, loop, ticks } = setup(async (count) => {
      running += 1;
      expect(running).toBe(1);
      await host.turn();
      running -= 1;
      return count < 5 ? -1 : 1000;
    });
    loop.start();
    for (let turn = 0; turn < 20; turn += 1) await clock.advance(0);
    expect(ticks).toHaveLength(5);
    await loop.stop();
  });
});

describe('wake', () => {
  it('has the next tick come at once', async () => {
    const { clock, loop, ticks } = setup(() => 1000);
    loop.start();
    await clock.advance(300);
    loop.wake();
    loop.wake();
    await clock.advance(0);
    expect(ticks).toEqual([0, 300]);
    await clock.advance(999);
    expect(ticks).toEqual([0, 300]);
    await clock.advance(1);
    expect(ticks).toEqual([0, 300, 1300]);
    await loop.stop();
  });

  it('counts if it comes during a tick', async () => {
    const { clock, loop, ticks } = setup((count) => {
      if (count === 1) loop.wake();
      return 1000;
    });
    loop.start();
    await clock.advance(0);
    await host.turn();
    expect(ticks).toEqual([0, 0]);
    await loop.stop();
  });

  it('does nothing before the start, and nothing after the end', async () => {
    const { clock, loop, ticks } = setup(() => 1000);
    loop.wake();
    loop.start();
    await clock.advance(0);
    await loop.stop();
    loop.wake();
    await clock.advance(5000);
    expect(ticks).toEqual([0]);
  });
});

describe('a tick that fails', () => {
  it('is logged, and tried again after a pause that grows up to 10s', async () => {
    const { clock, loop, ticks, logs } = setup(() => {
      throw new Error('away');
    });
    loop.start();
    await clock.advance(60_000);
    const pauses = ticks.slice(1).map((at, index) => at - ticks[index]!);
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000]);
    expect(logs[0]).toMatchObject({
      level: 'error',
      message: 'tick failed',
      fields: { loop: 'loop', retryInMs: 100 },
    });
    await loop.stop();
  });

  it('starts with the short pause again once one has succeeded', async () => {
    const { clock, loop, ticks } = setup((count) => {
      if (count !== 4) throw new Error('away');
      return 1000;
    });
    loop.start();
    await clock.advance(2000);
    expect(ticks).toEqual([0, 100, 300, 700, 1700, 1800, 2000]);
    await loop.stop();
  });

  it('is not hurried by being woken, not even by itself', async () => {
    const { clock, loop, ticks } = setup(() => {
      loop.wake();
      throw new Error('away');
    });
    loop.start();
    await clock.advance(50);
    loop.wake();
    await clock.advance(49);
    expect(ticks).toEqual([0]);
    await clock.advance(1);
    expect(ticks).toEqual([0, 100]);
    await loop.stop();
  });
});

describe('stop', () => {
  it.each<[string, Tick]>([
    ['waits for its time', () => 60_000],
    ['recovers from a failure', () => Promise.reject(new Error('away'))],
    ['wants to go on at once', () => 0],
  ])('leaves no timer when the loop %s', async (_, tick) => {
    const { clock, loop, ticks } = setup(tick);
    loop.start();
    await Promise.resolve();
    await Promise.resolve();
    await loop.stop();
    const { length } = ticks;
    expect(clock.timers).toBe(0);
    await clock.advance(120_000);
    expect(ticks).toHaveLength(length);
  });

  it('lets the tick that runs end', async () => {
    let end = (): void => {};
    const { loop, clock } = setup(async () => {
      await new Promise<void>((resolve) => (end = resolve));
      return 1000;
    });
    loop.start();
    await clock.advance(0);
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await clock.advance(5000);
    expect(stopped).toBe(false);
    end();
    await stopping;
    expect(clock.timers).toBe(0);
  });

  it('may come twice, before the start, and right after it', async () => {
    const idle = setup(() => 1000);
    await idle.loop.stop();
    await idle.loop.stop();
    idle.loop.start();
    await idle.clock.advance(0);
    expect([idle.ticks, idle.clock.timers]).toEqual([[], 0]);
    const brief = setup(() => 1000);
    brief.loop.start();
    await Promise.all([brief.loop.stop(), brief.loop.stop()]);
    expect([brief.ticks, brief.clock.timers]).toEqual([[], 0]);
  });
});
