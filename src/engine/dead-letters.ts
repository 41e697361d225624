// The tasks that could not be brought to an end, as people see them: why, since when, and what may be done about it.
import { nonEmptyString } from '../check.js';
import type { Task } from '../model/task.js';
import type { DeadItem } from '../storage/storage.js';
import type { Engine } from './engine.js';
import { readIfPossible } from './inspection.js';

/** A task that was given up. */
export interface DeadLetter {
  readonly id: string;
  /** The name of its task. */
  readonly name: string;
  /** Why it was given up. */
  readonly reason: string;
  readonly diedAt: Date;
  /** The task itself; undefined if its message cannot be read. */
  readonly task: Task | undefined;
}

/** The dead letters of a queue; get them as `huey.deadLetters`. */
export class DeadLetters {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Those that were given up, the first first; at most `limit`. Default all. */
  async list(limit?: number): Promise<DeadLetter[]> {
    const items = await this.#engine.storage.dead(limit);
    return items.map((dead) => this.#letter(dead));
  }

  /**
   * Puts a task back into the queue, as one that was never delivered, and sends `enqueued`; false if there is no dead
   * letter of that id.
   */
  async retry(id: string): Promise<boolean> {
    const { storage, signals } = this.#engine;
    const letters = signals.hears('enqueued') ? await storage.dead() : [];
    const task = letters.map((dead) => this.#letter(dead)).find((letter) => letter.id === id)?.task;
    const isRetried = await storage.resolveDead(nonEmptyString('id', id), 'retry', this.#engine.now());
    if (isRetried && task !== undefined)
      await signals.emit('enqueued', task, undefined, this.#engine.runtime.logger);
    return isRetried;
  }

  /** Drops a dead letter for good; false if there is none of that id. */
  async discard(id: string): Promise<boolean> {
    return this.#engine.storage.resolveDead(nonEmptyString('id', id), 'discard', this.#engine.now());
  }

  #letter({ item, reason, diedAt }: DeadItem): DeadLetter {
    const task = readIfPossible(this.#engine, item);
    return { id: item.id, name: item.task, reason, diedAt: new Date(diedAt), task };
  }
}
