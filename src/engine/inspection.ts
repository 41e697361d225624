// Looking at what a storage holds, as tasks; looking changes nothing.
import type { Task } from '../model/task.js';
import type { QueueItem } from '../storage/storage.js';
import type { Engine } from './engine.js';
import { Result } from './result.js';

/** The task of a message, as a worker would take it. @throws if it cannot be read, or names no declared task. */
export function readTask(engine: Engine, item: QueueItem): Task {
  const { task } = engine.codec.decode(item);
  engine.registry.get(task.name);
  return task;
}

/** The task of a message, declared here or not; undefined if it cannot be read. */
export function readIfPossible(engine: Engine, item: QueueItem): Task | undefined {
  try {
    return engine.codec.decode(item).task;
  } catch {
    return undefined;
  }
}

/** The tasks that consumers have taken and not ended, in the order of the queue; what a scheduler moves is not among them. */
export async function readRunning(engine: Engine): Promise<Task[]> {
  const deliveries = await engine.storage.held(engine.now());
  return deliveries.filter(({ count }) => count > 0).map(({ item }) => readTask(engine, item));
}

/** A handle for an id whose task is not known here: good for reading only. */
export function resultOf(engine: Engine, id: string): Result {
  const values = { retries: 0, retryDelayMs: 0, retryBackoff: 1, attempt: 0 };
  return new Result(engine, [{ id, name: '', args: [], ...values }]);
}
