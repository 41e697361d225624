// Pipelines: the stage that follows is enqueued in the step that stores the success, and in no other.
import type { ObservationOf } from '../observation/observation.js';
import type { Invariant, WatchedRun } from './invariant.js';
import { Tally } from './tally.js';

/** Reads the next stage from the message, and looks for it among the effects of the end. */
export const pipelineSuccessor: Invariant = {
  number: 16,
  name: 'pipeline-successor',
  describe:
    'The next stage of a pipeline is enqueued exactly once if its predecessor succeeds, and not at all if it does not.',
  watch(run) {
    const enqueued = new Tally();
    return {
      on: {
        settled: (fact) => checkEnd(run, enqueued, fact),
        resolved: ({ id }) => enqueued.set(id, 0),
      },
    };
  },
};

function checkEnd(
  { engine, complain, cover }: WatchedRun,
  enqueued: Tally,
  { execution, settlement }: ObservationOf<'settled'>,
): void {
  if (execution === undefined || execution.task === undefined) return;
  const { item } = execution.delivery;
  const { rest } = engine.codec.decode(item);
  if (rest === undefined) return;
  const { id } = engine.codec.nextStage(rest).task;
  const count = settlement.effects.filter(
    (effect) => effect.kind === 'enqueue' && effect.item.id === id,
  ).length;
  const wanted = execution.outcome.kind === 'returned' ? 1 : 0;
  if (wanted === 1) cover('next stage');
  if (count !== wanted)
    return complain(
      `${item.id} ends as ${execution.outcome.kind}, and enqueues its next stage ${count} times`,
    );
  if (wanted === 1 && enqueued.add(`${item.id} ${id}`) > 1)
    complain(`${id}, the stage after ${item.id}, is enqueued a second time`);
}
