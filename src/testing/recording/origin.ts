// Which task the running code belongs to: its body, and the handlers and hooks that are called about it. What code of
// tasks enqueues, a replay enqueues again by running it; what all other code enqueues must be enqueued by hand.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine } from '../../engine/engine.js';
import type { HookList } from '../../engine/hooks.js';
import type { Definition } from '../../engine/registry.js';
import type { Task } from '../../model/task.js';
import { coverBody } from '../body-cover.js';
import type { RecordedAttempt } from './recording-event.js';

const running = new AsyncLocalStorage<RecordedAttempt>();

/** The task whose code runs now; undefined for any other code. */
export function originHere(): RecordedAttempt | undefined {
  return running.getStore();
}

/** How many follow the origins of each engine's work. */
const followers = new WeakMap<object, number>();

/** Notes from now on whose code runs; returns how to stop that. Bodies are followed once they have been `covered`. */
export class Origins {
  readonly #engine: Engine;
  readonly #covered = new Map<Definition, () => void>();

  constructor(engine: Engine) {
    this.#engine = engine;
    const { signals, hooks } = engine;
    if (follow(signals)) {
      const emit = signals.emit.bind(signals);
      signals.emit = (signal, task, error, logger) =>
        running.run(attemptOf(task), () => emit(signal, task, error, logger));
    }
    for (const list of [hooks.preExecute, hooks.postExecute]) if (follow(list)) followHooks(list);
  }

  /** Follows what a body does, from its next run on. */
  cover(name: string): void {
    const { registry } = this.#engine;
    if (!registry.has(name)) return;
    const definition = registry.get(name);
    if (this.#covered.has(definition)) return;
    const uncover = coverBody(definition, (run) => {
      // The task whose body begins has just joined those that run.
      const task = this.#engine.executing.places()[0]?.task;
      return task === undefined ? run() : running.run(attemptOf(task), run);
    });
    this.#covered.set(definition, uncover);
  }

  close(): void {
    const { signals, hooks } = this.#engine;
    for (const uncover of this.#covered.values()) uncover();
    if (unfollow(signals)) delete (signals as { emit?: unknown }).emit;
    for (const list of [hooks.preExecute, hooks.postExecute])
      if (unfollow(list)) delete (list as { entries?: unknown }).entries;
  }
}

function attemptOf({ id, attempt }: Task): RecordedAttempt {
  return { id, attempt };
}

function followHooks<F extends (task: Task, ...rest: never[]) => unknown>(list: HookList<F>): void {
  const entries = list.entries.bind(list);
  list.entries = () =>
    entries().map(([name, hook]) => {
      const followed = (task: Task, ...rest: never[]): unknown =>
        running.run(attemptOf(task), () => hook(task, ...rest));
      return [name, followed as F];
    });
}

/** Whether this is the first who follows. */
function follow(what: object): boolean {
  const count = followers.get(what) ?? 0;
  followers.set(what, count + 1);
  return count === 0;
}

/** Whether that was the last who followed. */
function unfollow(what: object): boolean {
  const count = followers.get(what)! - 1;
  followers.set(what, count);
  return count === 0;
}
