import { describe, expect, it } from 'vitest';
import { MemoryHuey, MemoryStorage } from 'huey-ts';
import {
  allEnqueued,
  assertEnqueued,
  drain,
  enqueued,
  enterMode,
  inMode,
  type TestMode,
  withCapture,
  withImmediate,
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

  it.each<TestMode>(['immediate', 'capture'])('%s keeps tests apart that run side by side', async (mode) => {
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
    expect(() => enterMode(huey, 'simulated' as TestMode)).toThrow(
      "expected `mode` to be 'immediate' or 'capture'",
    );
    expect(() => enterMode([], 'capture')).toThrow('expected `huey` to be a Huey, or a list of at least one');
  });
});
