// Functions of the user's that run around every execution and every worker. A hook that fails is logged and changes
// nothing, but for CancelExecution before the body.
import { callable, nonEmptyString } from '../check.js';
import { isCancelExecution } from '../errors.js';
import type { Task } from '../model/task.js';
import type { Logger } from '../runtime.js';

/** Called before a body; throwing CancelExecution keeps the body from running. */
export type PreExecuteHook = (task: Task) => unknown;
/** Called after a body, with what it returned or threw. */
export type PostExecuteHook = (task: Task, value: unknown, error: unknown) => unknown;
/** Called when a worker starts or stops. */
export type LifecycleHook = () => unknown;

/** An ordered list of named hooks; naming one again replaces it in its place. */
export class HookList<F extends (...args: never[]) => unknown> {
  readonly #kind: string;
  readonly #hooks = new Map<string, F>();
  #anonymous = 0;

  constructor(kind: string) {
    this.#kind = kind;
  }

  get size(): number {
    return this.#hooks.size;
  }

  /** Adds a hook under a name (default: its function's); returns how to remove it. */
  add(hook: F, name: string | undefined): () => void {
    callable(`the ${this.#kind} hook`, hook);
    if (name !== undefined) nonEmptyString('name', name);
    const key = name ?? this.#freshName(hook.name);
    this.#hooks.set(key, hook);
    return () => {
      if (this.#hooks.get(key) === hook) this.#hooks.delete(key);
    };
  }

  /** Removes the hook of that name; false if there is none. */
  remove(name: string): boolean {
    return this.#hooks.delete(name);
  }

  entries(): [string, F][] {
    return [...this.#hooks];
  }

  /** Two hooks without names of their own must not replace each other. */
  #freshName(name: string): string {
    if (name !== '' && !this.#hooks.has(name)) return name;
    this.#anonymous += 1;
    return `${name || 'hook'}#${this.#anonymous}`;
  }
}

export class Hooks {
  readonly preExecute = new HookList<PreExecuteHook>('preExecute');
  readonly postExecute = new HookList<PostExecuteHook>('postExecute');
  readonly startup = new HookList<LifecycleHook>('onStartup');
  readonly shutdown = new HookList<LifecycleHook>('onShutdown');
}

/** Runs the hooks before a body; false if one of them cancelled the execution (the rest is not asked). */
export async function runPreExecute(hooks: Hooks, task: Task, logger: Logger): Promise<boolean> {
  for (const [name, hook] of hooks.preExecute.entries()) {
    try {
      await hook(task);
    } catch (error) {
      if (isCancelExecution(error)) return false;
      logger.error('hook failed', { hook: name, kind: 'preExecute', task: task.name, id: task.id, error });
    }
  }
  return true;
}

/** Runs the hooks after a body. */
export async function runPostExecute(
  hooks: Hooks,
  task: Task,
  value: unknown,
  error: unknown,
  logger: Logger,
): Promise<void> {
  for (const [name, hook] of hooks.postExecute.entries()) {
    try {
      await hook(task, value, error);
    } catch (failure) {
      logger.error('hook failed', {
        hook: name,
        kind: 'postExecute',
        task: task.name,
        id: task.id,
        error: failure,
      });
    }
  }
}

/** Runs the hooks of a worker's start or stop. */
export async function runLifecycle(
  hooks: HookList<LifecycleHook>,
  kind: string,
  logger: Logger,
): Promise<void> {
  for (const [name, hook] of hooks.entries()) {
    try {
      await hook();
    } catch (error) {
      logger.error('hook failed', { hook: name, kind, error });
    }
  }
}
