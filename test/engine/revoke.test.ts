// Revocations, in all their forms: which executions each one stops, and when it is used up.
import { describe, expect, it } from 'vitest';
import { chord, MemoryHuey, type TaskFunction, type Result } from 'huey-ts';
import { HandWorker } from '../hand-worker.js';
import { engineOf } from '../../src/huey.js';
import { manualRuntime, START } from '../manual-runtime.js';

function setup() {
  const runtime = manualRuntime();
  const { clock } = runtime;
  const huey = new MemoryHuey({ runtime });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  const signals: string[] = [];
  huey.signal((signal, { id }) => {
    if (signal !== 'enqueued' && signal !== 'executing') signals.push(`${id} ${signal}`);
  });
  return {
    huey,
    clock,
    signals,
    work: huey.task('work', (n: number) => n),
    async run(count = 1) {
      for (let task = 0; task < count; task += 1) await worker.tick(clock.now());
      await worker.flush();
    },
  };
}

type Work = TaskFunction<[n: number], number>;
type Revoke = (made: ReturnType<typeof setup>, first: Result<number>, work: Work) => Promise<void>;

describe('which of three tasks run, and whether a fourth does later', () => {
  // The tasks are enqueued, the revocation is made, they run at +0s; the fourth runs at +60s.
  it.each<[string, Revoke, string]>([
    ['an instance', (_, first) => first.revoke(), '.234'],
    ['an instance, once', (_, first) => first.revoke({ once: true }), '.234'],
    ['an instance, for good', (_, first) => first.revoke({ once: false }), '.234'],
    ['an instance, for a while', (_, first) => first.revoke({ until: '10s' }), '.234'],
    ['an instance, until it is over', (_, first) => first.revoke({ until: new Date(START) }), '1234'],
    [
      'an instance, once, which ignores the instant',
      (_, first) => first.revoke({ once: true, until: -1 }),
      '.234',
    ],
    ['an id', ({ huey }) => huey.revokeById('task-2'), '1.34'],
    ['an id, once', ({ huey }) => huey.revokeById('task-2', { once: true }), '1.34'],
    ['an id that does not exist yet', ({ huey }) => huey.revokeById('task-4'), '123.'],
    ['a task', (_, __, work) => work.revoke(), '....'],
    ['a task, once', (_, __, work) => work.revoke({ once: true }), '.234'],
    ['a task, until an instant', (_, __, work) => work.revoke({ until: new Date(START + 60_000) }), '...4'],
    ['a task, for a while', (_, __, work) => work.revoke({ until: '61s' }), '....'],
    ['a task, for no time', (_, __, work) => work.revoke({ until: 0 }), '1234'],
    [
      'a task and an instance, each of which stops one',
      async (_, first, work) => {
        await first.revoke();
        await work.revoke({ once: true });
      },
      '..34',
    ],
    [
      'a task, and then not',
      async (_, __, work) => {
        await work.revoke();
        expect([await work.restore(), await work.restore()]).toEqual([true, false]);
      },
      '1234',
    ],
    [
      'an instance, and then not',
      async (_, first) => {
        await first.revoke();
        expect([await first.restore(), await first.restore()]).toEqual([true, false]);
      },
      '1234',
    ],
    [
      'an id, and then not',
      async ({ huey }) => {
        await huey.revokeById('task-1');
        expect([await huey.restoreById('task-1'), await huey.restoreById('task-1')]).toEqual([true, false]);
      },
      '1234',
    ],
    [
      'a task twice: the newest counts',
      async (_, __, work) => {
        await work.revoke();
        await work.revoke({ once: true });
      },
      '.234',
    ],
  ])('%s', async (_, revoke, ran) => {
    const made = setup();
    const results = await made.work.map([[1], [2], [3]]);
    await revoke(made, results.at(0)!, made.work);
    await made.run(3);
    made.clock.set(START + 60_000);
    await made.work(4);
    await made.run();
    const ends = [1, 2, 3, 4].map((n) => made.signals.find((line) => line.startsWith(`task-${n} `)));
    expect(ends).toEqual(
      [1, 2, 3, 4].map((n) => `task-${n} ${ran.includes(String(n)) ? 'complete' : 'revoked'}`),
    );
  });
});

describe('being revoked', () => {
  it('can be asked about, which changes nothing', async () => {
    const { huey, work, clock } = setup();
    const [first, second] = await work.map([[1], [2]]);
    await first!.revoke({ until: '10s' });
    const asked = async (): Promise<boolean[]> => [
      await first!.isRevoked(),
      await huey.isRevokedById(first!.id),
      await second!.isRevoked(),
      await work.isRevoked(),
    ];
    expect(await asked()).toEqual([true, true, false, false]);
    clock.set(START + 10_000);
    expect(await asked()).toEqual([false, false, false, false]);
    await work.revoke({ once: true });
    expect(await asked()).toEqual([true, false, true, true]);
    expect(await asked()).toEqual([true, false, true, true]);
  });

  it('ends with the execution that it came too late for', async () => {
    const { huey, work, run } = setup();
    const late = huey.task('late', async () => huey.revokeById('task-1'));
    await late();
    await run();
    await work.with({ id: 'task-1' })(1);
    await run();
    expect(await huey.result('task-1')).toBe(1);
  });

  it('leaves no result, and passes null on to a chord', async () => {
    const { huey, work, run } = setup();
    const collect = huey.task('collect', (values: unknown[]) => values);
    const members = [work.s(1), work.s(2)];
    await huey.revokeById(members[0]!.id);
    const collected = await huey.enqueue(chord(members, collect));
    await run(3);
    expect(await collected.get()).toEqual([null, 2]);
    expect(await collected.members.at(0)!.get()).toBeUndefined();
  });

  it('stops a pipeline at its head, and tells no error handler', async () => {
    const { huey, work, run, signals } = setup();
    const note = huey.task('note', (_error: Error) => null);
    const pipeline = work.s(1).pipe(work).error(note);
    await huey.revokeById(pipeline.id);
    await huey.enqueue(pipeline);
    await run(3);
    expect(signals).toEqual([`${pipeline.id} revoked`]);
  });

  it('survives the retries of a task that is revoked for good', async () => {
    const { huey, run, signals } = setup();
    const flaky = huey.task('flaky', { retries: 1 }, () => {
      throw new Error('no');
    });
    const result = await flaky();
    await run();
    await result.revoke({ once: false });
    await run();
    expect(signals).toEqual(['task-1 error', 'task-1 retrying', 'task-1 revoked']);
    expect(await result.isRevoked()).toBe(true);
  });

  it('is what becomes of a task that is rescheduled', async () => {
    const { work, run, signals, huey } = setup();
    const result = await work(1);
    const again = await result.reschedule({ delay: '1m', priority: 3 });
    expect(again.id).not.toBe(result.id);
    await run(2);
    expect(signals).toEqual([`${again.id} scheduled`, `${result.id} revoked`]);
    expect((await huey.scheduled())[0]).toMatchObject({
      id: again.id,
      eta: START + 60_000,
      priority: 3,
      args: [1],
    });
    expect(await result.isRevoked()).toBe(false);
  });
});
