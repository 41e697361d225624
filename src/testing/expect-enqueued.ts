// Asserting what one block of code enqueues, and nothing before or after it; whatever the mode, real consumers included.
import { callable, checkOptionNames } from '../check.js';
import { Result } from '../engine/result.js';
import { originOf, type TaskFunction } from '../engine/task-function.js';
import type { Awaitable } from '../storage/storage.js';
import {
  type AssertEnqueuedOptions,
  ASSERT_OPTIONS,
  countOf,
  type Question,
  settle,
  waitForAnswer,
} from './enqueued.js';
import { Journal } from './journal.js';
import { listAll } from './listing.js';
import { resolveMatch } from './matching/enqueued-match.js';
import type { EnqueuedTask } from './matching/enqueued-task.js';

/** What `expectEnqueued` asks for: a task, and what `assertEnqueued` takes. */
export interface ExpectedEnqueued<A extends readonly unknown[], R> extends AssertEnqueuedOptions<A> {
  readonly task: TaskFunction<A, R>;
}

/** What the block returned, and what it enqueued that matches. */
export interface EnqueuedInBlock<T, R> {
  readonly value: T;
  /** In the order of the queue, then of the schedule, then those that have ended. */
  readonly tasks: readonly EnqueuedTask[];
  /** Their handles, in the same order. */
  readonly handles: readonly Result<R>[];
}

/**
 * Runs the block and asserts what it enqueued: a task, as asked and as often as asked. What was enqueued before does
 * not count. `timeout` counts from the end of the block.
 * @throws what the block throws, or an AssertionError that shows what came nearest.
 */
export async function expectEnqueued<A extends readonly unknown[], R, T>(
  match: TaskFunction<A, R> | ExpectedEnqueued<A, R>,
  block: () => Awaitable<T>,
): Promise<EnqueuedInBlock<T, R>> {
  callable('block', block);
  const options: ExpectedEnqueued<A, R> = typeof match === 'function' ? { task: match } : match;
  checkOptionNames(options, [...ASSERT_OPTIONS, 'task'], 'expectEnqueued');
  const { engine } = originOf(options.task);
  const resolved = resolveMatch(options, 'expectEnqueued');
  const count = countOf(options, 'expectEnqueued');
  const before = new Set((await listAll(engine)).tasks.map(({ id }) => id));
  const journal = new Journal(engine);
  const list: Question['list'] = async () => {
    const { tasks, unreadable } = await listAll(engine, journal);
    return { tasks: tasks.filter(({ id }) => !before.has(id)), unreadable };
  };
  try {
    const value = await block();
    const question: Question = { engines: [engine], match: resolved, count, list };
    const tasks = settle(question, await waitForAnswer(question, options.timeout), expectEnqueued);
    return {
      value,
      tasks,
      handles: tasks.map(({ task, stages }) => new Result<R>(engine, [task, ...stages])),
    };
  } finally {
    journal.close();
  }
}
