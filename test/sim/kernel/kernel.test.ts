// Virtual time by itself: what is due when, who goes on, and whose turn it is to drive.
import { describe, expect, it } from 'vitest';
import type { Chooser } from '../../../sim/choosers/chooser.js';
import { firstComeChooser } from '../../../sim/choosers/first-come.js';
import { Kernel } from '../../../sim/kernel/kernel.js';
import type { KernelOptions } from '../../../sim/kernel/kernel-options.js';
import { SimulationError } from '../../../sim/simulation-error.js';

/** Further than anything here is due. */
const FAR = 1e9;

const LAST: Chooser = { choose: (_kind, count) => count - 1 };

function setup(options: Partial<KernelOptions> = {}) {
  const kernel = new Kernel({
    start: 1000,
    chooser: firstComeChooser,
    maxStepsPerInstant: 100,
    isBusy: () => false,
    patienceMs: 5000,
    ...options,
  });
  const log: string[] = [];
  const note = (what: string) => (): void => void log.push(`${kernel.now()} ${what}`);
  return { kernel, log, note };
}

describe('time', () => {
  it('jumps to what is due, an instant included, and ends where it was sent', async () => {
    const { kernel, log, note } = setup();
    kernel.timer(500, note('at'));
    kernel.timer(501, note('after'));
    await kernel.runUntil(1500);
    expect([log, kernel.now(), kernel.monotonic()]).toEqual([['1500 at'], 1500, 1500]);
    await kernel.runUntil(1500);
    expect(log).toHaveLength(1);
    await kernel.runFor(1);
    expect([log, kernel.now()]).toEqual([['1500 at', '1501 after'], 1501]);
    expect(kernel.steps).toBe(2);
  });

  it('never goes back', async () => {
    const { kernel, log, note } = setup();
    kernel.timer(-50, note('overdue'));
    await kernel.runUntil(10);
    expect([log, kernel.now()]).toEqual([['1000 overdue'], 1000]);
  });

  it('also reaches what became due at that very instant', async () => {
    const { kernel, log, note } = setup();
    kernel.timer(500, () => kernel.timer(0, () => kernel.soon(note('chain'))));
    await kernel.runUntil(1500);
    expect(log).toEqual(['1500 chain']);
  });

  it('does not stop for a timer that was cancelled', async () => {
    const { kernel, log, note } = setup();
    const cancel = kernel.timer(10, note('cancelled'));
    kernel.timer(20, note('kept'));
    cancel();
    cancel();
    await kernel.runWhile(() => log.length === 0, FAR);
    expect(log).toEqual(['1020 kept']);
  });

  it('stops when the condition no longer holds, when nothing is left, or at the limit', async () => {
    const { kernel, log, note } = setup();
    for (const delay of [10, 20, 30]) kernel.timer(delay, note('tick'));
    await kernel.runWhile(() => log.length < 2, FAR);
    expect(kernel.now()).toBe(1020);
    await kernel.runWhile(() => true, 1025);
    expect(log).toHaveLength(2);
    await kernel.runWhile(() => true, 1030);
    await kernel.runWhile(() => true, FAR);
    expect([log.length, kernel.now()]).toEqual([3, 1030]);
  });
});

describe('who is ready at one instant', () => {
  it.each<[string, Chooser, string[]]>([
    ['in the order of their timers', firstComeChooser, ['1010 a', '1010 b', '1010 c']],
    ['in any order that the chooser likes', LAST, ['1010 c', '1010 b', '1010 a']],
  ])('goes on %s', async (_, chooser, order) => {
    const { kernel, log, note } = setup({ chooser });
    for (const name of ['a', 'b', 'c']) kernel.timer(10, note(name));
    await kernel.runFor(10);
    expect(log).toEqual(order);
  });

  it('is not a question for the chooser when it is one alone', async () => {
    const counts: number[] = [];
    const { kernel, note } = setup({
      chooser: { choose: (_kind, count) => counts.push(count) - counts.length },
    });
    for (const delay of [1, 2, 2, 2]) kernel.timer(delay, note('tick'));
    await kernel.runFor(5);
    expect(counts).toEqual([3, 2]);
  });

  it('runs until it rests, however many promises that takes', async () => {
    const { kernel, log, note } = setup({ chooser: LAST });
    kernel.timer(10, note('other'));
    kernel.timer(10, () => {
      void (async () => {
        for (let hop = 0; hop < 50; hop += 1) await Promise.resolve();
        note('hopped')();
      })();
    });
    await kernel.runFor(10);
    expect(log).toEqual(['1010 hopped', '1010 other']);
  });
});

describe('a wait inside', () => {
  it('ends when its time has come, or when its signal aborts, and leaves no timer', async () => {
    const { kernel, log, note } = setup();
    const controller = new AbortController();
    const aborted = AbortSignal.abort();
    kernel.soon(() => {
      void kernel.sleep(1000, controller.signal).then(note('woken'));
      void kernel.sleep(1000, aborted).then(note('not even begun'));
      void kernel.sleep(30).then(note('slept'));
    });
    kernel.timer(20, () => controller.abort());
    await kernel.runWhile(() => true, FAR);
    expect(log).toEqual(['1000 not even begun', '1020 woken', '1030 slept']);
    expect(kernel.now()).toBe(1030);
  });
});

describe('a livelock', () => {
  it('ends in an error that says when, and what to change', async () => {
    const { kernel, log, note } = setup({ maxStepsPerInstant: 10 });
    const again = (): void => kernel.soon(again);
    kernel.timer(250, again);
    const run = kernel.runFor(1000);
    await expect(run).rejects.toThrow(SimulationError);
    await expect(run).rejects.toThrow(
      /got 10 steps at 1970-01-01T00:00:01\.250Z; .*retry.*raise maxStepsPerInstant/,
    );
    kernel.timer(0, note('goes on'));
    await kernel.runFor(0).catch(() => undefined);
    expect(log).toEqual(['1250 goes on']);
  });

  it('is none if as many steps are allowed, or if time moves between them', async () => {
    const { kernel } = setup({ maxStepsPerInstant: 10 });
    for (let count = 0; count < 10; count += 1) kernel.timer(5, () => {});
    for (let delay = 10; delay < 50; delay += 1) kernel.timer(delay, () => {});
    await kernel.runFor(100);
    expect(kernel.steps).toBe(50);
  });
});

describe('calls that drive', () => {
  it('take turns, each from where the one before left the clock', async () => {
    const { kernel, log, note } = setup();
    kernel.timer(15, note('due in the second'));
    const ends = await Promise.all(
      [10, 10, 10].map((ms) => kernel.runFor(ms).then(() => `${kernel.now()} ${log.length}`)),
    );
    expect(ends).toEqual(['1010 0', '1020 1', '1030 1']);
  });

  it('are not kept from their turn by one that failed', async () => {
    const { kernel } = setup({ maxStepsPerInstant: 3 });
    for (let count = 0; count < 5; count += 1) kernel.soon(() => {});
    const [failed, next] = await Promise.allSettled([kernel.runFor(10), kernel.runFor(10)]);
    expect([failed.status, next.status, kernel.now()]).toEqual(['rejected', 'fulfilled', 1010]);
  });

  it('include waits outside: two side by side both end', async () => {
    const { kernel } = setup();
    const wait = async (times: number): Promise<number> => {
      for (let count = 0; count < times; count += 1) await kernel.sleep(10);
      return kernel.now();
    };
    expect(await Promise.all([wait(1), wait(5), wait(2)])).toEqual([1010, 1050, 1020]);
  });
});

describe('the end', () => {
  it('refuses who waits for a turn, who waits inside, and who comes later', async () => {
    const { kernel } = setup();
    let inside: Promise<void> | undefined;
    kernel.soon(() => {
      inside = kernel.sleep(1e9);
      inside.catch(() => undefined);
    });
    const last = kernel.end(() => true, 2000);
    const queued = kernel.runFor(10);
    await expect(queued).rejects.toThrow(SimulationError);
    await last;
    await expect(inside).rejects.toThrow('await what waits before disposing of it');
    await expect(kernel.sleep(1)).rejects.toThrow(SimulationError);
    await expect(kernel.runUntil(1e9)).rejects.toThrow(SimulationError);
  });

  it('comes even if the last turn is given up', async () => {
    const { kernel } = setup({ maxStepsPerInstant: 3 });
    const again = (): void => kernel.soon(again);
    again();
    await expect(kernel.end(() => true, 2000)).rejects.toThrow('maxStepsPerInstant');
    await expect(kernel.sleep(1)).rejects.toThrow('it has ended');
  });
});
