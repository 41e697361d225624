// The facade: wires the engine to its storage and gives names to what users do. It decides nothing.
import { callable, expected, nonEmptyString } from './check.js';
import { Consumer, type ConsumerOptions } from './consumer/consumer.js';
import { DeadLetters } from './engine/dead-letters.js';
import { type Engine, newEngine } from './engine/engine.js';
import { ENGINE } from './engine/engine-of.js';
import type { Work } from './engine/canvas.js';
import type { TaskContext } from './engine/context.js';
import { enqueue, type HandleOf } from './engine/enqueue.js';
import type { LifecycleHook, PostExecuteHook, PreExecuteHook } from './engine/hooks.js';
import { readRunning, readTask, resultOf } from './engine/inspection.js';
import { KeyValues } from './engine/key-values.js';
import {
  lockTask,
  type LockOptions,
  semaphore,
  type SemaphoreOptions,
  type TaskLock,
} from './engine/lock.js';
import { duePeriodic } from './engine/periodic.js';
import { RateLimit } from './engine/rate-limit.js';
import type { TaskBody } from './engine/registry.js';
import { resolveRevocation, type GetOptions, type RevokeOptions } from './engine/result.js';
import { putRevocation, revocationHolds } from './engine/revoke.js';
import type { SignalHandler } from './engine/signal-bus.js';
import { taskFunction, type TaskFunction } from './engine/task-function.js';
import { type HueyOptions, resolveHueyOptions } from './model/huey-options.js';
import type { Schedule } from './model/schedule.js';
import type { Signal } from './model/signals.js';
import type { Task } from './model/task.js';
import { type RateLimitOption, resolveTaskOptions, type TaskOptions } from './model/task-options.js';
import { MemoryStorage } from './storage/memory.js';
import { type FlushTarget, revokedKey, type Storage } from './storage/storage.js';

type WithContext = TaskOptions & { readonly context: true };
type WithoutContext = TaskOptions & { readonly context?: false };

/** A periodic task's options: of everything a task can be told, all but a context flag that is not a literal. */
type Body<A extends readonly unknown[], R> = (...args: A) => R;
type ContextBody<A extends readonly unknown[], R> = (context: TaskContext, ...args: A) => R;

/** Options of a Huey on a storage of one's own. */
export interface CustomHueyOptions extends HueyOptions {
  /** The storage, or how to make it. */
  readonly storage: Storage | (() => Storage);
}

const FLUSH_TARGETS: readonly FlushTarget[] = ['queue', 'schedule', 'results', 'counters', 'dead'];

export { engineOf } from './engine/engine-of.js';

/** A queue: its tasks, its settings and its storage. */
export class Huey {
  readonly #engine: Engine;
  readonly #createStorage: () => Storage;

  constructor(options: CustomHueyOptions) {
    const storage: CustomHueyOptions['storage'] | undefined = options?.storage;
    this.#createStorage = typeof storage === 'function' ? () => usable(storage()) : () => storage;
    if (typeof storage !== 'function') usable(storage);
    const resolved = resolveHueyOptions(options, ['storage']);
    const inMemory = resolved.immediate && resolved.immediateUseMemory;
    this.#engine = newEngine(resolved, inMemory ? new MemoryStorage() : this.#createStorage());
  }

  /** @internal */
  get [ENGINE](): Engine {
    return this.#engine;
  }

  get name(): string {
    return this.#engine.options.name;
  }

  /** The storage in use: while immediate, a memory storage of its own. */
  get storage(): Storage {
    return this.#engine.storage;
  }

  /** Whether tasks run at once, inside the call that enqueues them. */
  get immediate(): boolean {
    return this.#engine.immediate;
  }

  /** Switching swaps the storage for a fresh one in memory, and back for the real one. */
  set immediate(immediate: boolean) {
    const { environment, options } = this.#engine;
    if (flag('immediate', immediate) === environment.immediate) return;
    environment.immediate = immediate;
    if (options.immediateUseMemory)
      environment.storage = immediate ? new MemoryStorage() : this.#createStorage();
  }

  /** Whether what tasks return is kept. */
  get results(): boolean {
    return this.#engine.settings.results;
  }

  set results(results: boolean) {
    this.#engine.settings.results = flag('results', results);
  }

  /** Whether null and undefined are kept as results. */
  get storeNone(): boolean {
    return this.#engine.settings.storeNone;
  }

  set storeNone(storeNone: boolean) {
    this.#engine.settings.storeNone = flag('storeNone', storeNone);
  }

  /** Whether errors of attempts that will be retried are kept, and their handlers run. */
  get storeIntermediateErrors(): boolean {
    return this.#engine.settings.storeIntermediateErrors;
  }

  set storeIntermediateErrors(store: boolean) {
    this.#engine.settings.storeIntermediateErrors = flag('storeIntermediateErrors', store);
  }

  /**
   * Declares a task. The name travels in messages: keep it when you rename or move the function.
   * @throws ConfigurationError for a name that is taken, or a bad option.
   */
  task<A extends unknown[], R>(name: string, body: Body<A, R>): TaskFunction<A, Awaited<R>>;
  task<A extends unknown[], R>(
    name: string,
    options: WithContext,
    body: ContextBody<A, R>,
  ): TaskFunction<A, Awaited<R>>;
  task<A extends unknown[], R>(
    name: string,
    options: WithoutContext,
    body: Body<A, R>,
  ): TaskFunction<A, Awaited<R>>;
  task(name: string, ...rest: readonly unknown[]): TaskFunction {
    return this.#declare(name, undefined, rest);
  }

  /** Declares a task that a scheduler enqueues at every minute that matches its schedule. Its results are not kept. */
  periodicTask<A extends unknown[], R>(
    name: string,
    schedule: Schedule,
    body: Body<A, R>,
  ): TaskFunction<A, Awaited<R>>;
  periodicTask<A extends unknown[], R>(
    name: string,
    schedule: Schedule,
    options: WithContext,
    body: ContextBody<A, R>,
  ): TaskFunction<A, Awaited<R>>;
  periodicTask<A extends unknown[], R>(
    name: string,
    schedule: Schedule,
    options: WithoutContext,
    body: Body<A, R>,
  ): TaskFunction<A, Awaited<R>>;
  periodicTask(name: string, schedule: Schedule, ...rest: readonly unknown[]): TaskFunction {
    if (typeof schedule?.matches !== 'function' || typeof schedule.next !== 'function')
      throw expected(
        'schedule',
        'a schedule',
        schedule,
        "write crontab({ minute: '0' }) or cron('0 * * * *')",
      );
    return this.#declare(name, schedule, rest);
  }

  /** Enqueues a signature, pipeline, group or chord; resolves once it is stored. */
  async enqueue<W extends Work>(work: W): Promise<HandleOf<W>> {
    return (await enqueue(this.#engine, work)) as HandleOf<W>;
  }

  /** A consumer of this queue in this process: `await consumer.start()`, and later `await consumer.stop()`. */
  createConsumer(options: ConsumerOptions = {}): Consumer {
    return new Consumer(this.#engine, options);
  }

  /** The periodic tasks that are due at an instant (default: now), in the order of their declaration. */
  readPeriodic(now: number = this.#engine.now()): string[] {
    return duePeriodic(this.#engine, now).map(({ name }) => name);
  }

  /** Reads the result of a task by its id. @see Result.get */
  async result(id: string, options: GetOptions = {}): Promise<unknown> {
    return resultOf(this.#engine, nonEmptyString('id', id)).get(options);
  }

  /** Keeps the task of that id from running: for good by default. The id need not exist yet. */
  async revokeById(id: string, options: RevokeOptions = {}): Promise<void> {
    const revocation = resolveRevocation(options, false, this.#engine.now());
    await putRevocation(this.#engine, revokedKey(nonEmptyString('id', id)), revocation);
  }

  /** Takes that back; false if the id was not revoked. */
  async restoreById(id: string): Promise<boolean> {
    return this.#engine.storage.delete(revokedKey(nonEmptyString('id', id)), this.#engine.now());
  }

  /** Whether the id is revoked. Asking changes nothing. */
  async isRevokedById(id: string): Promise<boolean> {
    return revocationHolds(this.#engine, revokedKey(nonEmptyString('id', id)), this.#engine.now());
  }

  /** Connects a handler to the named signals, or to every signal: `signal('error', 'locked', handler)`. Returns how to disconnect it. */
  signal(...signalsAndHandler: readonly [...Signal[], SignalHandler]): () => void {
    const handler = signalsAndHandler.at(-1) as SignalHandler;
    const signals = signalsAndHandler.slice(0, -1) as Signal[];
    this.#engine.signals.connect(handler, signals);
    return () => this.disconnect(handler, ...signals);
  }

  /** Disconnects a handler from the named signals, or from all. */
  disconnect(handler: SignalHandler, ...signals: readonly Signal[]): void {
    this.#engine.signals.disconnect(handler, signals);
  }

  /** Runs before every body; CancelExecution keeps the body from running. Returns how to remove it. */
  preExecute(hook: PreExecuteHook, name?: string): () => void {
    return this.#engine.hooks.preExecute.add(hook, name);
  }

  /** Runs after every body, with what it returned or threw. Returns how to remove it. */
  postExecute(hook: PostExecuteHook, name?: string): () => void {
    return this.#engine.hooks.postExecute.add(hook, name);
  }

  /** Runs when a worker starts. Returns how to remove it. */
  onStartup(hook: LifecycleHook, name?: string): () => void {
    return this.#engine.hooks.startup.add(hook, name);
  }

  /** Runs when a worker stops. Returns how to remove it. */
  onShutdown(hook: LifecycleHook, name?: string): () => void {
    return this.#engine.hooks.shutdown.add(hook, name);
  }

  /** Removes a hook by its name; false if there is none. */
  removeHook(kind: 'preExecute' | 'postExecute' | 'startup' | 'shutdown', name: string): boolean {
    const { hooks } = this.#engine;
    if (!Object.hasOwn(hooks, kind)) throw expected('kind', `one of ${Object.keys(hooks).join(', ')}`, kind);
    return hooks[kind].remove(name);
  }

  /** A lock of that name, shared by all processes on the same storage. */
  lockTask(name: string, options: LockOptions = {}): TaskLock {
    return lockTask(this.#engine, name, options);
  }

  /** Like a lock, for up to `limit` holders at once. */
  semaphore(name: string, options: SemaphoreOptions): TaskLock {
    return semaphore(this.#engine, name, options);
  }

  /** Frees all locks that this instance ever named, and those named here, whoever holds them; returns those that were held. */
  async flushLocks(...names: readonly string[]): Promise<readonly string[]> {
    const chosen = new Set([...this.#engine.lockNames, ...names]);
    return this.#engine.storage.flushLocks([...chosen], this.#engine.now());
  }

  /** A rate limit of that name, shared by all processes on the same storage. */
  rateLimit(options: RateLimitOption): RateLimit {
    return new RateLimit(this.#engine, options);
  }

  /** Data of your own beside the results, under keys of your choice. */
  get data(): KeyValues {
    return new KeyValues(this.#engine);
  }

  /** The queued tasks in the order in which they would run. @throws if a message cannot be read, or names no declared task. */
  async pending(limit?: number): Promise<Task[]> {
    return (await this.#engine.storage.pending(limit)).map((item) => readTask(this.#engine, item));
  }

  async pendingCount(): Promise<number> {
    return this.#engine.storage.pendingCount();
  }

  /** The scheduled tasks in the order in which they are due. @throws if a message cannot be read, or names no declared task. */
  async scheduled(limit?: number): Promise<Task[]> {
    return (await this.#engine.storage.scheduled(limit)).map(({ item }) => readTask(this.#engine, item));
  }

  async scheduledCount(): Promise<number> {
    return this.#engine.storage.scheduledCount();
  }

  /** The tasks that consumers have taken and not ended. @throws if a message cannot be read, or names no declared task. */
  async running(): Promise<Task[]> {
    return readRunning(this.#engine);
  }

  /** The tasks that could not be brought to an end. */
  get deadLetters(): DeadLetters {
    return new DeadLetters(this.#engine);
  }

  /** Empties a part of the storage, or all of it. */
  async flush(target?: FlushTarget): Promise<void> {
    if (target !== undefined && !FLUSH_TARGETS.includes(target))
      throw expected('target', `one of ${FLUSH_TARGETS.join(', ')}, or nothing for all`, target);
    await this.#engine.storage.flush(target);
  }

  /** Lets go of the storage's connections and files. */
  async close(): Promise<void> {
    await this.#engine.storage.close();
  }

  #declare(name: string, schedule: Schedule | undefined, rest: readonly unknown[]): TaskFunction {
    nonEmptyString('name', name);
    const [options, body] = rest.length > 1 ? [rest[0] as TaskOptions, rest[1]] : [{}, rest[0]];
    callable(`body of ${name}`, body);
    if (typeof options !== 'object' || options === null) throw expected('options', 'an object', options);
    const definition = {
      name,
      body: body as TaskBody,
      options: resolveTaskOptions(options, `task ${name}`),
      ...(schedule !== undefined && { schedule }),
    };
    if (definition.options.lock !== undefined) this.#engine.lockNames.add(definition.options.lock);
    this.#engine.registry.register(definition);
    return taskFunction(this.#engine, definition);
  }
}

/** The value if it is a boolean; unlike an option, a setting has no default to fall back on. */
function flag(what: string, value: boolean): boolean {
  if (typeof value !== 'boolean') throw expected(what, 'true or false', value);
  return value;
}

/** The storage, if it looks like one: a client of some server in its place would fail far from here. */
function usable(storage: Storage | undefined): Storage {
  if (typeof storage?.turn === 'function') return storage;
  throw expected('storage', 'a storage or a function that makes one', storage, 'or use MemoryHuey');
}
