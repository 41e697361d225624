import { describe, expect, it } from 'vitest';
import { crontab, MemoryHuey, MemoryStorage } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';
import {
  allEnqueued,
  assertEnqueued,
  assertFired,
  assertSignals,
  drain,
  enqueued,
  enterMode,
  failAttempts,
  type Fault,
  inMode,
  observe,
  perform,
  type PlainMode,
  withCapture,
  withImmediate,
  withSimulation,
} from 'huey-ts/testing';

function setup() {
  const huey = new MemoryHuey();
  const ran: number[] = [];
  const work = huey.task('work', (n: number) => {
    ran.push(n);
    return n * 2;
  });
  return { huey, ran, work };
}

describe('a mode', () => {
  it('runs tasks at once, or keeps them, for a block', async () => {
    const { huey, ran, work } = setup();
    const real = huey.storage;
    const value = await withImmediate(huey, async () => {
      expect(huey.immediate).toBe(true);
      return (await work(1)).get();
    });
    await withCapture(huey, async () => {
      await work(2);
      expect([ran, await huey.pendingCount()]).toEqual([[1], 1]);
      await drain(huey);
    });
    expect([value, ran, huey.storage === real, huey.immediate]).toEqual([2, [1, 2], true, false]);
    expect(await huey.pendingCount()).toBe(0);
  });

  it('ends with the block, however it ends', async () => {
    const { huey } = setup();
    const real = huey.storage;
    const failed = withCapture(huey, () => Promise.reject(new Error('from the block')));
    await expect(failed).rejects.toThrow('from the block');
    expect(huey.storage).toBe(real);
  });

  it.each<PlainMode>(['immediate', 'capture'])('%s keeps tests apart that run side by side', async (mode) => {
    const { huey, work } = setup();
    const test = inMode(huey, mode, async (n: number) => {
      for (let index = 0; index < n; index += 1) {
        await work(n * 100 + index);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return (await allEnqueued(huey, { task: work })).map(({ args }) => args[0]);
    });
    const seen = await Promise.all([test(3), test(5), test(1)]);
    expect(seen).toEqual([[300, 301, 302], [500, 501, 502, 503, 504], [100]]);
    expect(await huey.pendingCount()).toBe(0);
  });

  it('holds inside another, and for several Hueys at once', async () => {
    const [one, two] = [setup(), setup()];
    await withCapture([one.huey, two.huey], async () => {
      await one.work(1);
      await withImmediate(two.huey, async () => {
        await one.work(2);
        await two.work(3);
      });
      await two.work(4);
      expect(await enqueued([one.huey, two.huey])).toHaveLength(3);
    });
    expect([one.ran, two.ran]).toEqual([[], [3]]);
  });

  it('holds for what the block leaves running, even after its end', async () => {
    const { huey, work } = setup();
    let late = Promise.resolve<unknown>(undefined);
    await withCapture(huey, () => {
      late = new Promise((resolve) => setImmediate(resolve)).then(() => work(1));
    });
    await late;
    expect(await huey.pendingCount()).toBe(0);
  });

  it('does not touch a storage that cannot even be reached', async () => {
    class Away extends MemoryStorage {
      override turn(): never {
        throw new Error('no server');
      }
    }
    const { Huey } = await import('huey-ts');
    const huey = new Huey({ storage: new Away() });
    const work = huey.task('work', () => 1);
    await expect(work()).rejects.toThrow('no server');
    expect(await withImmediate(huey, async () => (await work()).get())).toBe(1);
  });

  it('is entered for all code, and left', async () => {
    const { huey, work } = setup();
    const real = huey.storage;
    const mode = enterMode(huey, 'capture');
    await work(1);
    await assertEnqueued(huey, work, { args: [1] });
    mode.leave();
    mode.leave();
    expect([huey.storage === real, await huey.pendingCount()]).toEqual([true, 0]);
    {
      using _mode = enterMode(huey, 'immediate');
      expect(await (await work(2)).get()).toBe(4);
      await assertEnqueued(huey, work, { args: [2], state: 'ended' });
    }
    expect(huey.immediate).toBe(false);
    expect(() => enterMode(huey, 'virtual' as PlainMode)).toThrow(
      "expected `mode` to be 'immediate', 'capture' or 'simulated'",
    );
    expect(() => enterMode([], 'capture')).toThrow('expected `huey` to be a Huey, or a list of at least one');
  });
});

describe('a simulated mode', () => {
  const setupTicking = () => {
    const huey = new MemoryHuey();
    const flaky = huey.task(
      'flaky',
      { context: true, retries: 1, retryDelay: '10m' },
      async (ctx, n: number) => {
        await ctx.sleep('1m');
        if (ctx.attempt === 0) throw new Error('offline');
        return n;
      },
    );
    const tick = huey.periodicTask('tick', crontab({ minute: '0' }), () => {});
    return { huey, flaky, tick };
  };

  it('runs tasks in virtual time, for a block, and ends with it', async () => {
    const { huey, flaky, tick } = setupTicking();
    const real = huey.storage;
    const value = await withSimulation(huey, { start: '2026-03-02T09:30Z' }, async (sim) => {
      const result = await flaky(7);
      await sim.untilIdle();
      await sim.until('2026-03-02T10:00Z');
      assertSignals(flaky, [
        ...(['enqueued', 'executing', 'error', 'retrying', 'scheduled'] as const),
        ...(['enqueued', 'executing', 'complete'] as const),
      ]);
      assertFired(tick, { at: ['2026-03-02T10:00Z'] });
      return result.get();
    });
    expect([value, huey.storage === real]).toEqual([7, true]);
    const failed = withSimulation(huey, () => Promise.reject(new Error('from the block')));
    await expect(failed).rejects.toThrow('from the block');
    expect(huey.storage).toBe(real);
  });

  it('keeps tests apart that run side by side, each with its own clock, queue and journal', async () => {
    const { huey, flaky, tick } = setupTicking();
    const test = inMode(huey, 'simulated', async (sim, n: number) => {
      const start = sim.now.getTime();
      const handles = [];
      for (let index = 0; index < n; index += 1) {
        handles.push(await flaky(n * 100 + index));
        await new Promise((resolve) => setImmediate(resolve));
        await sim.advance('5m');
      }
      await sim.advance(`${n}h`);
      await sim.untilIdle();
      const values = await Promise.all(handles.map((handle) => handle.get()));
      assertFired(tick, { times: n + 1 });
      const ended = sim.signals(flaky).filter((signal) => signal === 'complete').length;
      return { values, ended, hours: Math.floor((sim.now.getTime() - start) / 3_600_000) };
    });
    const captured = withCapture(huey, async () => {
      await flaky(1);
      await new Promise((resolve) => setImmediate(resolve));
      return huey.pendingCount();
    });
    expect(await Promise.all([test(2), test(3), captured])).toEqual([
      { values: [200, 201], ended: 2, hours: 2 },
      { values: [300, 301, 302], ended: 3, hours: 3 },
      1,
    ]);
    expect(await huey.pendingCount()).toBe(0);
  });

  it('keeps what the block leaves running away from the real storage', async () => {
    const { huey, flaky } = setupTicking();
    let late = Promise.resolve<unknown>(undefined);
    await withSimulation(huey, () => {
      late = new Promise((resolve) => setImmediate(resolve)).then(() => flaky(1));
    });
    await late;
    expect(await huey.pendingCount()).toBe(0);
  });

  it('is entered for all code, and left; it takes one Huey', async () => {
    const { huey, flaky } = setupTicking();
    const real = huey.storage;
    const mode = await enterMode(huey, 'simulated', { start: '2026-03-02T09:00Z' });
    const result = await flaky(1);
    await mode.sim.advance('20m');
    expect(await result.get()).toBe(1);
    await mode.leave();
    await mode.leave();
    expect(huey.storage).toBe(real);
    {
      await using entered = await enterMode([huey] as never, 'simulated');
      expect(entered.sim.now.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    }
    expect(huey.storage).toBe(real);
    await expect(withSimulation([huey, new MemoryHuey()] as never, () => {})).rejects.toThrow(
      'expected `huey` to be one Huey, in the mode simulated, got an array of 2',
    );
    await expect(withSimulation(huey, 'fast' as never)).rejects.toThrow('the block');
  });

  it('sees what a test runs by hand in it, without time passing', async () => {
    const { huey, flaky } = setupTicking();
    await withSimulation(huey, async (sim) => {
      const start = sim.now;
      await flaky.with({ id: 'drained' })(1);
      expect((await drain(huey, { scheduled: true })).outcomes).toEqual({ raised: 1, returned: 1 });
      expect((await perform(flaky, [2], { attempt: 1, id: 'performed' })).outcome).toBe('returned');
      assertSignals({ id: 'performed' }, ['executing', 'complete']);
      expect(sim.signals(flaky)).toEqual([
        ...(['enqueued', 'executing', 'error', 'retrying', 'scheduled'] as const),
        ...(['enqueued', 'executing', 'complete', 'executing', 'complete'] as const),
      ]);
      expect(sim.now).toEqual(start);
    });
  });

  it('has faults of its own', async () => {
    const { huey, flaky } = setupTicking();
    let fault: Fault;
    await withSimulation(huey, async (sim) => {
      fault = failAttempts(flaky, [2], new Error('still offline'));
      const result = await flaky(1);
      await sim.untilIdle();
      expect(fault.strikes).toBe(1);
      await expect(result.get()).rejects.toThrow('still offline');
    });
    await withSimulation(huey, async (sim) => {
      await flaky(2);
      await sim.untilIdle();
      expect([fault.strikes, sim.signals(flaky).at(-1)]).toEqual([1, 'complete']);
    });
  });

  it('is seen by a journal that is kept by hand, ticks included', async () => {
    const { huey, tick } = setupTicking();
    await using sim = await Simulation.start(huey, { start: '2026-03-02T09:30Z' });
    using seen = observe(huey);
    await withCapture(huey, () => tick());
    await sim.advance('2h');
    expect(seen.signals(tick)).toEqual([
      ...(['enqueued', 'executing', 'complete'] as const),
      ...(['enqueued', 'executing', 'complete'] as const),
    ]);
    assertFired(tick, { at: ['2026-03-02T10:00Z', '2026-03-02T11:00Z'] });
  });
});
