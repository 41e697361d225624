// The one way into the queue: every task of a chain is known and can travel, or nothing is enqueued.
import type { Task } from '../model/task.js';
import type { Effect } from '../storage/storage.js';
import type { Engine } from './engine.js';
import type { Announcement } from './settle.js';

/** The change that enqueues a chain, and its announcement; `index` is the change's place among the effects. */
export function enqueueChain(
  engine: Engine,
  stages: readonly Task[],
  now: number,
  index: number,
): { readonly effect: Effect; readonly announcement: Announcement } {
  const head = stages[0]!;
  checkRegistered(engine, stages);
  return {
    effect: { kind: 'enqueue', item: engine.codec.encode({ head, next: nextOf(stages) }, now) },
    announcement: { kind: 'signal', signal: 'enqueued', task: head, effect: index },
  };
}

const NOTHING: readonly Task[] = [];

function nextOf(stages: readonly Task[]): readonly Task[] {
  return stages.length === 1 ? NOTHING : stages.slice(1);
}

/** @throws UnknownTaskError naming the first task, stage or handler that no declaration answers to. */
export function checkRegistered(engine: Engine, tasks: readonly Task[]): void {
  for (const { name, onError } of tasks) {
    if (!engine.registry.has(name)) engine.registry.get(name);
    if (onError !== undefined) checkRegistered(engine, [onError.head, ...onError.next]);
  }
}
