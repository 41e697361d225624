// One task that was enqueued, as assertions see it: what it is, since when, when it is due, and where it is now.
import type { Task } from '../../model/task.js';

/** Where a task is: in the queue, in the schedule, in flight, or brought to an end. */
export type EnqueuedState = 'queued' | 'scheduled' | 'running' | 'ended';

/** A task that was enqueued. */
export interface EnqueuedTask {
  /** The name of the Huey. */
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  readonly args: readonly unknown[];
  /** The named arguments; empty if there are none. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly priority: number;
  /** Attempts that have ended before. */
  readonly attempt: number;
  /** Retries left. */
  readonly retries: number;
  /** When it was put into the queue, or into the schedule, in epoch milliseconds. */
  readonly enqueuedAt: number;
  /** Not to be run before this instant, in epoch milliseconds; undefined: as soon as possible. */
  readonly dueAt: number | undefined;
  readonly state: EnqueuedState;
  /** The stages of its pipeline that follow. */
  readonly stages: readonly Task[];
  /** The whole of it, as a body's context would show it. */
  readonly task: Task;
}

/** Puts a task and its whereabouts into one record. */
export function enqueuedTask(
  task: Task,
  where: Pick<EnqueuedTask, 'queue' | 'enqueuedAt' | 'state'> &
    Partial<Pick<EnqueuedTask, 'dueAt' | 'stages'>>,
): EnqueuedTask {
  return {
    queue: where.queue,
    id: task.id,
    name: task.name,
    args: task.args,
    kwargs: task.kwargs ?? {},
    priority: task.priority ?? 0,
    attempt: task.attempt,
    retries: task.retries,
    enqueuedAt: where.enqueuedAt,
    dueAt: where.dueAt ?? task.eta,
    state: where.state,
    stages: where.stages ?? [],
    task,
  };
}
