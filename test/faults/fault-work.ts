// The work of one round: something of every shape that a queue carries, and what must come of it.
import { chord, type Signature } from '../../src/index.js';
import type { App } from './fault-app.js';

export interface Work {
  /** What each task must return, by id, in the order in which they are described. */
  readonly expected: ReadonlyMap<string, unknown>;
  /** The one that waits in the schedule first. */
  readonly scheduled: string;
  /** Hands everything to the queue. */
  enqueue(): Promise<void>;
}

/** Describes the work of a round: a pipeline, a chord with a stage after it, a retry, two kinds of lock, a due task. */
export function workOf(app: App, round: number): Work {
  const { huey, add, sum, flaky, locked, holding } = app;
  const pipeline = add.s(round, 1).pipe(add, 2).pipe(add, 3);
  const members = [1, 2, 3].map((value) => add.s(round, value));
  const total = 3 * round + 6;
  const collected = chord(members, sum).pipe(add, 100);
  const lone = [flaky.s(), locked.s(), holding.s()] as const;
  const scheduled = add.with({ delay: '500ms' }).s(round, 50);
  const values: readonly (readonly [Signature, readonly unknown[]])[] = [
    [pipeline, [round + 1, round + 3, round + 6]],
    ...members.map((member, index) => [member, [round + index + 1]] as const),
    [collected.callback, [total, total + 100]],
    [lone[0], ['at last']],
    [lone[1], ['was alone']],
    [lone[2], ['held it']],
    [scheduled, [round + 50]],
  ];
  const expected = values.flatMap(([signature, results]) =>
    signature.stages.map(({ id }, index) => [id, results[index]] as const),
  );
  return {
    expected: new Map(expected),
    scheduled: scheduled.id,
    async enqueue() {
      for (const work of [scheduled, pipeline, ...lone, collected]) await huey.enqueue(work);
    },
  };
}
