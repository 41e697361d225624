// Putting work into the queue: whole or not at all, in one step, copied from a description that stays as it is.
import { describe, expect, it } from 'vitest';
import {
  chord,
  group,
  Huey,
  kwargs,
  SerializationError,
  type Signature,
  UnknownTaskError,
  type Work,
} from 'huey-ts';
import { HandWorker } from '../hand-worker.js';
import { engineOf } from '../../src/huey.js';
import { manualRuntime, START } from '../manual-runtime.js';
import { recordingStorage } from '../recording-storage.js';

function setup() {
  const runtime = manualRuntime();
  const recording = recordingStorage();
  const huey = new Huey({ storage: recording.storage, runtime, maxMessageBytes: 5000 });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  const signals: string[] = [];
  huey.signal((signal, { name, id }) => signals.push(`${signal} ${name} ${id}`));
  return {
    huey,
    recording,
    signals,
    clock: runtime.clock,
    add: huey.task('add', (a: number, b: number) => a + b),
    list: huey.task('list', (...values: unknown[]) => values),
    async run(count: number) {
      for (let task = 0; task < count; task += 1) await worker.tick(START);
      await worker.flush();
    },
  };
}

type Setup = ReturnType<typeof setup>;

function gone({ huey }: Setup) {
  const task = huey.task('gone', (...values: unknown[]) => values.length);
  task.unregister();
  return task;
}

describe('work that has a flaw anywhere', () => {
  const unknown = (made: Setup): Signature<[number]> => gone(made).s();
  const unsent = ({ list }: Setup): Signature<[unknown[]]> => list.s(() => 1);
  const huge = ({ list }: Setup): Signature<[unknown[]]> => list.s('x'.repeat(6000));

  it.each<[string, (made: Setup) => Work]>([
    ['a task', (made) => unknown(made)],
    ['a stage', (made) => made.add.s(1, 2).pipe(made.list).pipe(unknown(made))],
    ['a handler', (made) => made.add.s(1, 2).error(unknown(made))],
    ['the handler of a handler', (made) => made.add.s(1, 2).error(made.list, 'h').error(unknown(made))],
    ['a stage of a handler', (made) => made.add.s(1, 2).error(made.list.s().pipe(unknown(made)))],
    ['the handler of a stage', (made) => made.add.s(1, 2).pipe(made.list.s().error(unknown(made)))],
    ['a member of a group', (made) => group([made.add.s(1, 2), unknown(made)])],
    ['a member of a group in a group', (made) => group([made.add.s(1, 2), group([unknown(made)])])],
    ['a member of a chord', (made) => chord([made.add.s(1, 2), unknown(made)], made.list)],
    ['a callback', (made) => chord([made.add.s(1, 2)], unknown(made))],
    ['what follows a callback', (made) => chord([made.add.s(1, 2)], made.list).pipe(unknown(made))],
    ['a chord in a chord', (made) => chord([made.add.s(1, 2), chord([unknown(made)], made.list)], made.list)],
  ])('is refused whole: %s is unknown', async (_, work) => {
    const made = setup();
    await expect(made.huey.enqueue(work(made))).rejects.toThrow(UnknownTaskError);
    expect(made.recording.takeCalls()).toEqual([]);
    expect(made.signals).toEqual([]);
  });

  it.each<[string, (made: Setup) => Work, string]>([
    ['an argument', (made) => unsent(made), 'args[0]'],
    ['a named argument', ({ list }) => list.s(1, kwargs({ on: { done: () => 1 } })), 'kwargs.on.done'],
    ['an argument of a stage', (made) => made.add.s(1, 2).pipe(unsent(made)), 'args[0]'],
    ['an argument of a handler', (made) => made.add.s(1, 2).error(unsent(made)), 'onError[0].args[0]'],
    ['an argument of a member', (made) => chord([made.add.s(1, 2), unsent(made)], made.list), 'args[0]'],
    ['an argument of a callback', (made) => chord([made.add.s(1, 2)], unsent(made)), 'args[0]'],
  ])('is refused whole: %s cannot travel', async (_, work, path) => {
    const made = setup();
    const refused = made.huey.enqueue(work(made));
    await expect(refused).rejects.toThrow(SerializationError);
    await expect(refused).rejects.toMatchObject({ fault: 'unserializable', path });
    expect(made.recording.takeCalls()).toEqual([]);
    expect(made.signals).toEqual([]);
  });

  it.each<[string, (made: Setup) => Work]>([
    ['a task', (made) => huge(made)],
    ['a member', (made) => group([made.add.s(1, 2), huge(made)])],
  ])('is refused whole: %s is too large', async (_, work) => {
    const made = setup();
    await expect(made.huey.enqueue(work(made))).rejects.toMatchObject({ fault: 'too-large' });
    expect(made.recording.takeCalls()).toEqual([]);
  });

  it('is refused whole by the storage, and nobody is told', async () => {
    const { huey, add, recording, signals } = setup();
    recording.failing = (name) => name === 'turn';
    await expect(huey.enqueue(group([add.s(1, 2), add.s(3, 4)]))).rejects.toThrow('the storage is away');
    recording.failing = () => false;
    expect([signals, await huey.pendingCount()]).toEqual([[], 0]);
  });
});

describe('one step', () => {
  it.each<[string, (made: Setup) => Work, number]>([
    ['a task', ({ add }) => add.s(1, 2), 1],
    ['a pipeline', ({ add }) => add.s(1, 2).pipe(add, 3), 1],
    ['a group', ({ add }) => group([add.s(1, 2), add.s(3, 4).pipe(add, 5)]), 2],
    ['a chord', ({ add, list }) => chord([add.s(1, 2), add.s(3, 4)], list), 3],
    ['a chord of chords', ({ add, list }) => chord([chord([add.s(1, 2)], list), add.s(3, 4)], list), 4],
  ])('stores %s', async (_, work, effects) => {
    const made = setup();
    await made.huey.enqueue(work(made));
    const [call] = made.recording.calls;
    expect(made.recording.takeCalls()).toEqual(['turn']);
    const { settled } = call!.args[0] as { settled: { effects: unknown[] }[] };
    expect(settled.map((settlement) => settlement.effects.length)).toEqual([effects]);
  });

  it('tells of what entered the queue, in order, and not of what only follows', async () => {
    const { huey, add, list, signals } = setup();
    await huey.enqueue(group([add.s(1, 2).pipe(add, 3), add.s(4, 5)]));
    await huey.enqueue(chord([add.s(6, 7)], list));
    expect(signals).toEqual(['enqueued add task-1', 'enqueued add task-3', 'enqueued add task-4']);
  });

  it('makes no call for nothing', async () => {
    const { huey, add, recording } = setup();
    await huey.enqueue(group([]));
    await add.map([]);
    expect(recording.takeCalls()).toEqual([]);
  });

  it('enqueues the callback of a chord without members at once', async () => {
    const { huey, list, run } = setup();
    const result = await huey.enqueue(chord([], list));
    await run(1);
    expect(await result.get()).toEqual([[]]);
  });
});

describe('a description', () => {
  it('enqueued twice accumulates nothing', async () => {
    const { huey, add, list, run } = setup();
    const pipeline = add.s(1, 2).pipe(add, 10).pipe(list, 'sum');
    for (let time = 0; time < 2; time += 1) {
      const results = await huey.enqueue(pipeline);
      await run(3);
      expect(await results.get()).toEqual([3, 13, ['sum', 13]]);
    }
    expect(pipeline.stages.map(({ args }) => args)).toEqual([[1, 2], [10], ['sum']]);
  });

  it('of a chord enqueued twice is two chords', async () => {
    const { huey, add, list, run } = setup();
    const both = chord([add.s(1, 2), add.s(3, 4)], list, 'of');
    const [first, second] = [await huey.enqueue(both), await huey.enqueue(both)];
    await run(6);
    expect(await first.get()).toEqual(['of', [3, 7]]);
    second.callback.reset();
    expect(both.callback.stages.map(({ args }) => args)).toEqual([['of']]);
    expect(both.members.map((member) => 'stages' in member && member.stages[0]?.chord)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is copied when it is enqueued: later changes are of no effect', async () => {
    const { huey, list, run } = setup();
    const box = { n: 1 };
    const signature = list.s(box);
    const result = await huey.enqueue(signature);
    box.n = 2;
    signature.pipe(list);
    await run(1);
    expect(await result.get()).toEqual([{ n: 1 }]);
    expect(await huey.pendingCount()).toBe(0);
  });

  it('may take options of its own', async () => {
    const { huey, add } = setup();
    await huey.enqueue(add.with({ priority: 5, id: 'mine', delay: '1m' }).s(1, 2));
    expect((await huey.pending())[0]).toMatchObject({
      id: 'mine',
      priority: 5,
      eta: START + 60_000,
      args: [1, 2],
    });
  });

  it('that asks for a delay counts it from when it is described', async () => {
    const { add, clock } = setup();
    const later = add.with({ delay: '10s' });
    const [first] = later.s(1, 2).stages;
    clock.set(START + 60_000);
    const [second] = later.s(1, 2).stages;
    expect([first?.eta, second?.eta]).toEqual([START + 10_000, START + 70_000]);
  });
});

describe('map', () => {
  it('enqueues one call for each list of arguments, in one step', async () => {
    const { add, recording, run } = setup();
    const results = await add.map(
      new Set<[number, number]>([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(recording.takeCalls()).toEqual(['turn']);
    await run(2);
    expect(await results.get()).toEqual([3, 7]);
  });
});

describe('order', () => {
  it('is by priority, then first in, first out', async () => {
    const { huey, add } = setup();
    for (const [id, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', -1],
      ['d', 5],
      ['e', undefined],
    ] as const)
      await add.with({ id, ...(priority !== undefined && { priority }) })(1, 2);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['b', 'd', 'a', 'e', 'c']);
    expect((await huey.pending(2)).map(({ id }) => id)).toEqual(['b', 'd']);
  });
});
