// Dead letters: what is told of them, and what may be done about them.
import { describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { manualRuntime, START } from '../manual-runtime.js';

const LEASE = 'lease';

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ runtime });
  const add = huey.task('add', (a: number, b: number) => a + b);
  const signals: string[] = [];
  return {
    huey,
    add,
    clock: runtime.clock,
    signals,
    listen: () => huey.signal((signal, task) => void signals.push(`${signal} ${task.id}`)),
    /** Enqueues a task and has it given up at once. */
    async bury(id: string, reason: string, data?: string) {
      await add.with({ id })(1, 2);
      const turn = { settled: [], lease: LEASE, now: runtime.clock.now() };
      const { deliveries } = await huey.storage.turn({ ...turn, take: 1 });
      const { item, receipt } = deliveries[0]!;
      const { task, priority, enqueuedAt } = item;
      const dead = { id, task, priority, enqueuedAt, data: data ?? item.data };
      const effects = [{ kind: 'bury', item: dead, reason }] as const;
      await huey.storage.turn({ ...turn, take: 0, settled: [{ receipt, effects }] });
    },
  };
}

describe('dead letters', () => {
  it('tell which task was given up, why and when', async () => {
    const { huey, bury, clock } = setup();
    await bury('a', 'its worker died');
    clock.set(START + 1000);
    await bury('b', 'no such task');
    const letters = await huey.deadLetters.list();
    expect(letters.map(({ id, name, reason, diedAt }) => [id, name, reason, diedAt.getTime()])).toEqual([
      ['a', 'add', 'its worker died', START],
      ['b', 'add', 'no such task', START + 1000],
    ]);
    expect(letters[0]!.task).toMatchObject({ id: 'a', name: 'add', args: [1, 2] });
    expect((await huey.deadLetters.list(1)).map(({ id }) => id)).toEqual(['a']);
  });

  it('are listed though their message cannot be read', async () => {
    const { huey, bury } = setup();
    await bury('a', 'damaged', 'not a message');
    expect(await huey.deadLetters.list()).toMatchObject([{ id: 'a', reason: 'damaged', task: undefined }]);
  });

  it('go back into the queue, and it is told', async () => {
    const { huey, bury, listen, signals } = setup();
    await bury('a', 'its worker died');
    listen();
    expect(await huey.deadLetters.retry('a')).toBe(true);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['a']);
    expect(signals).toEqual(['enqueued a']);
    expect(await huey.deadLetters.list()).toEqual([]);
    expect(await huey.deadLetters.retry('a')).toBe(false);
    expect(signals).toEqual(['enqueued a']);
  });

  it('go back though nobody can read them; then nothing is told', async () => {
    const { huey, bury, listen, signals } = setup();
    await bury('a', 'damaged', 'not a message');
    listen();
    expect(await huey.deadLetters.retry('a')).toBe(true);
    expect([await huey.pendingCount(), signals]).toEqual([1, []]);
  });

  it('are dropped for good', async () => {
    const { huey, bury } = setup();
    await bury('a', 'its worker died');
    expect([await huey.deadLetters.discard('a'), await huey.deadLetters.discard('a')]).toEqual([true, false]);
    expect([await huey.pendingCount(), await huey.deadLetters.list()]).toEqual([0, []]);
  });

  it.each(['retry', 'discard'] as const)('refuse to %s nothing', async (action) => {
    const { huey } = setup();
    await expect(huey.deadLetters[action]('')).rejects.toThrow(/`id`.*string that is not empty/);
  });
});
