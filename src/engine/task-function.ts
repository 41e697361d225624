// What declaring a task returns: a function that enqueues a call of it, with everything else that can be done to a task.
import { expected } from '../check.js';
import { ConfigurationError } from '../errors.js';
import { Kwargs } from '../model/pass-on.js';
import type { Task } from '../model/task.js';
import {
  type CallOptions,
  checkCallOptions,
  etaOf,
  resolveValues,
  type ScheduleOptions,
  type TaskValues,
} from '../model/task-options.js';
import { revokedTaskKey } from '../storage/storage.js';
import { TaskContext } from './context.js';
import { enqueue } from './enqueue.js';
import type { Engine } from './engine.js';
import { Group } from './canvas.js';
import type { Definition } from './registry.js';
import { resolveRevocation, type Result, type RevokeOptions } from './result.js';
import type { ResultGroup } from './result-group.js';
import { putRevocation, revocationHolds } from './revoke.js';
import { Signature, type Stage } from './signature.js';

/** A task with options of one call: it can be called, described and scheduled like the task itself. */
export interface BoundTask<A extends readonly unknown[], R> extends Stage<A, R> {
  /** Enqueues a call; resolves once the message is stored. */
  (...args: A): Promise<Result<R>>;
}

/** A declared task: call it to enqueue it. */
export interface TaskFunction<A extends readonly unknown[] = readonly never[], R = unknown> extends BoundTask<
  A,
  R
> {
  /** The name that travels in messages. */
  readonly taskName: string;
  /** The same task with options for one call. */
  with(options: CallOptions): BoundTask<A, R>;
  /** Enqueues a call for later: after a delay, or at an instant. */
  schedule(args: A, options: ScheduleOptions): Promise<Result<R>>;
  /** Enqueues one call for each list of arguments, in one step. */
  map(items: Iterable<A>): Promise<ResultGroup<R[]>>;
  /** Runs the body here and now, as the plain function it is. */
  callLocal(...args: A): Promise<R>;
  /** Keeps every instance of the task from running: for good by default, once, or until an instant. */
  revoke(options?: RevokeOptions): Promise<void>;
  /** Takes that back; false if the task was not revoked. */
  restore(): Promise<boolean>;
  /** Whether the task is revoked. Asking changes nothing. */
  isRevoked(): Promise<boolean>;
  /** Forgets the declaration; false if it was forgotten before. Calling the task is refused from then on. */
  unregister(): boolean;
}

/** Where a task function comes from. */
export interface Origin {
  readonly engine: Engine;
  readonly definition: Definition;
}

const origins = new WeakMap<object, Origin>();

/** The declaration behind a task, with call options or without. @throws ConfigurationError for anything else. */
export function originOf(task: object): Origin {
  const origin = typeof task === 'function' ? origins.get(task) : undefined;
  if (origin === undefined)
    throw expected('task', 'a declared task', task, "declare it with huey.task('name', …)");
  return origin;
}

/** Makes the function for a declaration. */
export function taskFunction<A extends readonly unknown[], R>(
  engine: Engine,
  definition: Definition,
): TaskFunction<A, R> {
  const { name } = definition;
  const bound = bind<A, R>(engine, definition, {});
  const key = revokedTaskKey(name);
  return named(name, {
    call: bound,
    taskName: name,
    with: (options: CallOptions) => {
      checkCallOptions(options, `${name}.with`);
      return bind<A, R>(engine, definition, options);
    },
    schedule: async (args: A, options: ScheduleOptions) => {
      checkCallOptions(options, `${name}.schedule`);
      if (options.delay === undefined && options.eta === undefined) throw untimed(name);
      return bind<A, R>(engine, definition, options)(...argumentList(name, args));
    },
    map: async (items: Iterable<A>) => {
      if (typeof items !== 'object' || items === null || !(Symbol.iterator in items))
        throw expected('items', 'an array of lists of arguments', items, `write ${name}.map([[…], […]])`);
      const members = [...items].map((args) => bound.s(...argumentList(name, args)));
      return (await enqueue(engine, new Group(members))) as ResultGroup<R[]>;
    },
    callLocal: async (...args: A) => (await callLocal(engine, definition, args)) as R,
    revoke: async (options: RevokeOptions = {}) =>
      putRevocation(engine, key, resolveRevocation(options, false, engine.now())),
    restore: async () => engine.storage.delete(key, engine.now()),
    isRevoked: async () => revocationHolds(engine, key, engine.now()),
    unregister: () => engine.registry.unregister(name),
  }) as unknown as TaskFunction<A, R>;
}

function bind<A extends readonly unknown[], R>(
  engine: Engine,
  definition: Definition,
  options: CallOptions,
): BoundTask<A, R> {
  const values = resolveValues(options, definition.options.values);
  const etaAt = etaOf(options);
  const describe = (args: A): Signature<[R]> =>
    new Signature<[R]>([newTask(engine, definition.name, args, values, options.id, etaAt?.(engine.now()))]);
  const call = (...args: A): Promise<Result<R>> => enqueue(engine, describe(args)) as Promise<Result<R>>;
  origins.set(call, { engine, definition });
  return Object.assign(call, { s: (...args: A) => describe(args) });
}

/** Function.name is read-only to assignment, and what stack traces and logs show. */
function named(
  name: string,
  { call, ...members }: { readonly call: object } & Record<string, unknown>,
): object {
  Object.defineProperty(call, 'name', { value: name, configurable: true });
  return Object.assign(call, members);
}

function untimed(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name}.schedule: expected \`delay\` or \`eta\`, got neither; to run it as soon as possible, call ${name}(…)`,
  );
}

function argumentList<A>(name: string, args: A): A {
  if (Array.isArray(args)) return args;
  throw expected(
    'arguments',
    'an array',
    args,
    `write ${name}.schedule([…], { delay: '10s' }), or ${name}.map([[…], […]])`,
  );
}

/** A fresh instance of a task. Its arguments are checked when it is enqueued. */
function newTask(
  engine: Engine,
  name: string,
  args: readonly unknown[],
  values: TaskValues,
  id: string | undefined,
  eta: number | undefined,
): Task {
  const last = args[args.length - 1];
  const named = last instanceof Kwargs;
  // Built by hand, in the order in which messages are read: every task of the process then has the same shape.
  const task: { -readonly [K in keyof Task]: Task[K] } = {
    id: id ?? engine.runtime.ids.next('task'),
    name,
    args: named ? args.slice(0, -1) : args,
    retries: values.retries,
    retryDelayMs: values.retryDelayMs,
    retryBackoff: values.retryBackoff,
    attempt: 0,
  };
  if (named && Object.keys(last.values).length > 0) task.kwargs = last.values;
  if (values.priority !== undefined) task.priority = values.priority;
  if (eta !== undefined) task.eta = eta;
  if (values.expires !== undefined) task.expires = values.expires;
  if (values.timeoutMs !== undefined) task.timeoutMs = values.timeoutMs;
  return task;
}

async function callLocal(engine: Engine, definition: Definition, args: readonly unknown[]): Promise<unknown> {
  const run = definition.body as (...args: unknown[]) => unknown;
  if (!definition.options.context) return run(...args);
  const context = new TaskContext(
    newTask(engine, definition.name, args, definition.options.values, undefined, undefined),
    engine.runtime.clock,
    undefined,
  );
  try {
    return await run(context, ...args);
  } finally {
    context.dispose();
  }
}
