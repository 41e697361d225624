// What can be done to consumers from outside: crash, restart, pause, cut off, set their clocks, have their calls fail.
import { describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { type RunEvent, Simulation, type SimulationOptions } from 'huey-ts/sim';

const START = Date.UTC(2026, 0, 1);

/** A Huey with a task that naps, and says so when it wakes; it holds a lock meanwhile, and gives it back in a finally. */
async function setup(options: SimulationOptions = {}) {
  const huey = new MemoryHuey();
  const woken: string[] = [];
  const finals: string[] = [];
  const nap = huey.task('nap', { context: true }, async (ctx, seconds: number) => {
    const hold = await huey.lockTask(`bed ${ctx.id}`).acquire();
    try {
      await ctx.sleep(seconds);
      woken.push(ctx.id);
    } finally {
      finals.push(ctx.id);
      await hold.release();
    }
    return seconds;
  });
  const doze = huey.task('doze', { context: true }, async (ctx, seconds: number) => ctx.sleep(seconds));
  const events: RunEvent[] = [];
  const sim = await Simulation.start(huey, { observe: (event) => events.push(event), ...options });
  const told = (...kinds: string[]): string[] =>
    events
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ at, kind, actor, op }) => `${at - START} ${actor} ${kind} ${op}`);
  return { huey, nap, doze, sim, events, told, woken, finals };
}

describe('a crash', () => {
  it('abandons what runs: no finally has any effect, the locks are free and another takes over when the lease has run out', async () => {
    const { huey, nap, sim, woken, finals } = await setup({ consumers: 2, leaseTtl: '30s' });
    await using _ = sim;
    await nap(10);
    await sim.next('executing');
    const { node } = sim.events('nap').at(-1)!;
    await sim.advance('5s');
    expect(await huey.storage.locks(sim.now.getTime())).toEqual(['bed task-1']);
    sim.crash(node);
    await sim.advance('1h');
    expect([woken, finals]).toEqual([['task-1'], ['task-1']]);
    expect(sim.signals('nap')).toEqual(['enqueued', 'executing', 'executing', 'complete']);
    const other = node === 'consumer-1' ? 'consumer-2' : 'consumer-1';
    expect(sim.events('nap').map((event) => event.node)).toEqual(['test', node, other, other]);
    expect(sim.events('nap')[2]!.at - START).toBeGreaterThanOrEqual(30_000);
    expect(await huey.storage.locks(sim.now.getTime())).toEqual([]);
  });

  it('of the only consumer leaves everything to its next life', async () => {
    const { nap, sim, woken } = await setup();
    await using _ = sim;
    await nap(10);
    await sim.advance('5s');
    sim.crash('consumer-1');
    expect(() => sim.crash('consumer-1')).toThrow('expected consumer-1 to be up, but it is down');
    await expect(sim.untilIdle()).rejects.toThrow('consumer-1 is down');
    await sim.restart('consumer-1');
    await expect(sim.restart('consumer-1')).rejects.toThrow('expected consumer-1 to be down');
    await sim.untilIdle();
    expect(woken).toEqual(['task-1']);
  });

  it('of a worker costs its consumer one delivery: it goes back, and the place gets another worker', async () => {
    const { doze, sim, told } = await setup({ workers: 2 });
    await using _ = sim;
    await doze.map([[10], [10]]);
    await sim.advance('5s');
    sim.crash('consumer-1/worker-1');
    await sim.untilIdle();
    expect(sim.signals('doze').filter((signal) => signal === 'complete')).toHaveLength(2);
    expect(told('begin', 'end').filter((line) => line.includes('worker-1'))).toEqual([
      '0 consumer-1/worker-1 begin execution',
      '5000 consumer-1/worker-1 end execution',
      '5000 consumer-1/worker-1 begin execution',
      '15000 consumer-1/worker-1 end execution',
    ]);
    expect(() => sim.crash('consumer-1/worker-9')).toThrow('expected one of consumer-1/worker-1, ');
  });
});

describe('a pause', () => {
  it('longer than the lease makes a zombie, whose late end is refused', async () => {
    const { huey, nap, sim, woken } = await setup({ consumers: 2, leaseTtl: '30s' });
    await using _ = sim;
    const result = await nap(10);
    await sim.next('executing');
    const { node } = sim.events('nap').at(-1)!;
    sim.pause(node);
    await sim.advance('2m');
    expect(woken).toEqual(['task-1']);
    sim.resume(node);
    await sim.untilIdle();
    expect(woken).toEqual(['task-1', 'task-1']);
    expect(sim.signals('nap').filter((signal) => signal === 'complete')).toHaveLength(1);
    expect(await result.get()).toBe(10);
    expect(await huey.storage.held(sim.now.getTime())).toEqual([]);
  });

  it('shorter than the lease delays what it does, and nothing else', async () => {
    const { nap, sim } = await setup();
    await using _ = sim;
    await nap(10);
    await sim.advance('5s');
    sim.pause('consumer-1');
    await sim.advance('15s');
    expect(sim.signals('nap')).toEqual(['enqueued', 'executing']);
    sim.resume('consumer-1');
    await sim.untilIdle();
    expect(sim.events('nap').at(-1)).toMatchObject({ signal: 'complete', at: START + 20_000 });
  });
});

describe('a partition', () => {
  it('keeps a consumer from the storage until it is healed; then it goes on', async () => {
    const { nap, sim, told } = await setup();
    await using _ = sim;
    sim.partition('consumer-1');
    await nap(1);
    await sim.advance('10s');
    expect(sim.signals()).toEqual(['enqueued']);
    sim.heal();
    await sim.untilIdle();
    expect(sim.signals().at(-1)).toBe('complete');
    expect(told('begin', 'end', 'fault').filter((line) => line.endsWith(' partition'))).toEqual([
      '0 consumer-1 begin partition',
      '10000 consumer-1 end partition',
    ]);
  });

  it('loses the answers that are under way: the call took effect all the same', async () => {
    const { doze, sim, told } = await setup({ network: { latency: '100ms' } });
    await using _ = sim;
    await doze(1);
    await sim.next('executing');
    await sim.advance('1150ms');
    sim.partition('consumer-1');
    await sim.advance('5s');
    expect(told('fault').some((line) => line.endsWith('fault lost-response'))).toBe(true);
    sim.heal('consumer-1');
    await sim.untilIdle();
    expect(sim.signals('doze').filter((signal) => signal === 'complete')).toHaveLength(1);
  });
});

describe('calls that fail', () => {
  it.each([
    ['refused', 1],
    ['lost', 1],
    ['crash-before', 1],
    // The end is stored; who should have told of it is dead.
    ['crash-after', 0],
  ] as const)('%s: the task ends all the same, and is told of %d times', async (how, completions) => {
    const { nap, sim, woken } = await setup({ network: { restartAfter: '5s' } });
    await using _ = sim;
    sim.fail('turn', { how, skip: 1, times: 2, who: 'consumer-1' });
    const result = await nap(1);
    await sim.untilIdle();
    expect(sim.signals('nap').filter((signal) => signal === 'complete')).toHaveLength(completions);
    expect(await result.get()).toBe(1);
    expect(woken.length).toBeGreaterThanOrEqual(1);
  });

  it('are counted: those spared, those hit, and whose they are', async () => {
    const { sim, events } = await setup({ consumers: 2 });
    await using _ = sim;
    sim.fail('keepLease', { who: 'consumer-2', skip: 1, times: 2 });
    sim.fail('recover', { who: 'consumer-1/scheduler' });
    await sim.advance('1h');
    expect(events.filter(({ kind }) => kind === 'fault')).toEqual([]);
    expect(() => sim.fail('trun')).toThrow('expected `op` to be a method of the storage');
    expect(() => sim.fail('turn', { who: 'nobody' })).toThrow('one of consumer-1, consumer-2');
  });

  it('by chance are those of the seed, and end when all is to be calm', async () => {
    const run = async (seed: number): Promise<string[]> => {
      const { doze, sim, told } = await setup({
        seed,
        consumers: 2,
        network: { latency: { least: 0, most: '50ms' }, refused: 0.1, lost: 0.1, crash: 0.05 },
      });
      await using _ = sim;
      await doze.map([[1], [2], [3], [4]]);
      await sim.advance('1m');
      sim.calm();
      await sim.untilIdle();
      expect(new Set(sim.events('doze').map(({ task }) => task.id)).size).toBe(4);
      expect(sim.signals('doze')).not.toContain('error');
      return told('fault');
    };
    const first = await run(5);
    expect(first.length).toBeGreaterThan(1);
    expect(await run(5)).toEqual(first);
    expect(await run(6)).not.toEqual(first);
  });
});

describe('a start while the storage cannot be reached', () => {
  it('fails as the program does, and leaves the consumer down until it is started again', async () => {
    const { nap, sim, told } = await setup({ network: {} });
    await using _ = sim;
    sim.crash('consumer-1');
    sim.fail('recover', { how: 'lost' });
    await expect(sim.restart('consumer-1')).rejects.toThrow('the connection was lost');
    expect(sim.isUp('consumer-1')).toBe(false);
    expect(told('fault').at(-1)).toBe('0 consumer-1 fault start failed');
    await sim.restart('consumer-1');
    await nap(1);
    await sim.untilIdle();
    expect(sim.signals('nap').at(-1)).toBe('complete');
  });

  it('after a death by a call is tried again and again, as a service manager does', async () => {
    const { nap, sim, told } = await setup({ network: { restartAfter: '5s' } });
    await using _ = sim;
    await sim.advance(0);
    await nap(1);
    sim.fail('turn', { how: 'crash-before' });
    sim.fail('recover', { how: 'refused', times: 2 });
    sim.fail('recover', { how: 'crash-after', times: 2 });
    await sim.untilIdle();
    expect(sim.signals('nap').at(-1)).toBe('complete');
    expect(told('fault', 'command').filter((line) => / (crash|start failed|restart)$/.test(line))).toEqual([
      '0 consumer-1/pump fault crash',
      ...[5, 10].flatMap((s) => [
        `${s}000 consumer-1 command restart`,
        `${s}000 consumer-1 fault start failed`,
      ]),
      ...[15, 20].flatMap((s) => [
        `${s}000 consumer-1 command restart`,
        `${s}000 consumer-1/lease fault crash`,
      ]),
      '25000 consumer-1 command restart',
    ]);
  });

  it('ends with the life that had begun: whoever waits for the start is told', async () => {
    const { sim } = await setup({ network: { latency: '1s' } });
    await using _ = sim;
    sim.crash('consumer-1');
    const started = sim.restart('consumer-1');
    const killed = sim.at('500ms', () => sim.crash('consumer-1'));
    await expect(started).rejects.toThrow('expected consumer-1 to start, but it was killed meanwhile');
    await killed;
    await sim.restart('consumer-1');
    expect(sim.isUp('consumer-1')).toBe(true);
  });
});

describe('a clock', () => {
  it('that is ahead, or runs fast, is what its consumer goes by', async () => {
    const { nap, sim } = await setup({ consumers: [{ name: 'early', ahead: '1h' }] });
    await using _ = sim;
    await nap.schedule([0], { delay: '90m' });
    await sim.untilIdle();
    expect(sim.now.getTime() - START).toBe(30 * 60_000);
    sim.skew('early', { ahead: 0, drift: 1 });
    await nap(100);
    await sim.untilIdle();
    expect(sim.now.getTime() - START).toBe(30 * 60_000 + 50_000);
  });

  it('is set without disturbing what was measured', async () => {
    const { nap, sim } = await setup();
    await using _ = sim;
    await nap(100);
    await sim.advance('50s');
    sim.skew('consumer-1', { ahead: '-1h' });
    await sim.untilIdle();
    expect(sim.events('nap').at(-1)!.at - START).toBe(100_000);
  });
});

describe('an orderly stop', () => {
  it('lets what runs end, and leaves the rest to others', async () => {
    const { nap, sim } = await setup();
    await using _ = sim;
    await nap.map([[10], [10]]);
    await sim.advance('1s');
    await sim.shutdown('consumer-1');
    expect(sim.signals('nap').filter((signal) => signal === 'complete')).toHaveLength(1);
    expect(sim.now.getTime() - START).toBe(10_000);
    await sim.restart('consumer-1');
    await sim.untilIdle();
    expect(sim.signals('nap').filter((signal) => signal === 'complete')).toHaveLength(2);
  });
});

describe('a stop', () => {
  it('has ended when its consumer dies of it', async () => {
    const { nap, sim } = await setup({ network: { restartAfter: '5s' } });
    await using _ = sim;
    await nap(10);
    await sim.next('executing');
    sim.fail('turn', { how: 'crash-before' });
    await sim.shutdown('consumer-1');
    expect([sim.isUp('consumer-1'), sim.now.getTime() - START]).toEqual([false, 10_000]);
    await sim.untilIdle();
    expect(sim.signals('nap').at(-1)).toBe('complete');
  });
});

describe('next', () => {
  it('stops at the very event, and says when there is none', async () => {
    const { nap, sim } = await setup();
    await using _ = sim;
    await nap(10);
    expect(await sim.next()).toMatchObject({ signal: 'executing', at: START, node: 'consumer-1' });
    expect(await sim.next('complete')).toMatchObject({ signal: 'complete', at: START + 10_000 });
    await expect(sim.next('error', { limit: '1h' })).rejects.toThrow('`error` to happen within "1h"');
  });
});
