// Work that is described but not yet enqueued: one task, or a pipeline of several. Like huey's, a signature is a
// builder: `pipe` and `error` change it and return it. Enqueuing copies it, so it can be enqueued again.
import { expected } from '../check.js';
import type { Args, Kwargs } from '../model/pass-on.js';
import type { Task } from '../model/task.js';

/** What a stage's value becomes among the arguments of the next: nothing for no value, several for Args. */
export type Passed<R> = [R] extends [void | null | undefined]
  ? []
  : R extends Args<infer T>
    ? [...T]
    : R extends Kwargs<infer T>
      ? [T]
      : [R];

/** The last element of a tuple. */
export type Last<T extends readonly unknown[]> = T extends readonly [...unknown[], infer L] ? L : T[number];

/** Anything that can take a place in a pipeline: a declared task. */
export interface Stage<A extends readonly unknown[], R> {
  /** Describes one call of the task. */
  readonly s: (...args: A) => Signature<[R]>;
}

/** A stage whose leading arguments are given and whose last are passed on; its declaration says whether they fit. */
type StageAfter<G extends readonly unknown[], P extends readonly unknown[], R> = Stage<[...G, ...P], R>;

/** One described call, or a pipeline of several; make one with `task.s(…)`. */
export class Signature<Stages extends readonly unknown[] = readonly unknown[]> {
  readonly #stages: Task[];
  /** Lets the compiler tell signatures of different stages apart; never present. */
  declare readonly stagesType: Stages;

  /** @param stages Belongs to the signature from then on. */
  constructor(stages: Task[]) {
    this.#stages = stages;
  }

  /** The tasks, head first. */
  get stages(): readonly Task[] {
    return this.#stages;
  }

  /** The id of the head. */
  get id(): string {
    return this.#stages[0]!.id;
  }

  /** Appends the stages of another signature, whose arguments must already be complete but for what is passed on. */
  pipe<Next extends readonly unknown[]>(signature: Signature<Next>): Signature<[...Stages, ...Next]>;
  /** Appends a stage: it gets the given arguments, then what the stage before returned. */
  pipe<G extends readonly unknown[], R>(
    stage: StageAfter<G, Passed<Last<Stages>>, R>,
    ...given: G
  ): Signature<[...Stages, R]>;
  pipe(next: Signature | Stage<never, unknown>, ...given: unknown[]): Signature {
    this.#stages.push(...signatureOf(next, given).stages);
    return this;
  }

  /**
   * Adds an error handler to the head: each time an attempt of it fails, the handler is enqueued with the given
   * arguments, then the error. A second handler guards the first.
   */
  error<G extends readonly unknown[]>(handler: StageAfter<G, [Error], unknown>, ...given: G): this;
  error(handler: Signature): this;
  error(handler: Signature | Stage<never, unknown>, ...given: unknown[]): this {
    const [head, ...next] = signatureOf(handler, given).stages;
    this.#stages[0] = guarded(this.#stages[0]!, { head: head!, next });
    return this;
  }
}

/** Finds the innermost handler that has none of its own, and gives it this one. */
function guarded(task: Task, handler: NonNullable<Task['onError']>): Task {
  const { onError } = task;
  if (onError === undefined) return { ...task, onError: handler };
  return { ...task, onError: { head: guarded(onError.head, handler), next: onError.next } };
}

/** The signature given, or that of the task given with these arguments. */
export function signatureOf(source: Signature | Stage<never, unknown>, given: readonly unknown[]): Signature {
  if (source instanceof Signature) return source;
  const stage = source as unknown as Stage<unknown[], unknown> | null | undefined;
  if (typeof stage?.s !== 'function') throw expected('stage', 'a declared task or a signature', source);
  return stage.s(...given);
}
