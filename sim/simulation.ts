// A consumer that runs the user's tasks under virtual time: the same Consumer, engine and tasks as in production, on
// a clock, a source of chance and a storage of the simulation's own. The Huey gets its own back when it is disposed.
import { checkOptionNames, describe, expected } from '../src/check.js';
import type { StopOptions } from '../src/consumer/consumer.js';
import type { Engine } from '../src/engine/engine.js';
import { engineOf, type Huey } from '../src/huey.js';
import type { Signal } from '../src/model/signals.js';
import type { Task } from '../src/model/task.js';
import { host } from '../src/runtime.js';
import { MemoryStorage } from '../src/storage/memory.js';
import { type Duration, durationMs, type Instant, instantMs } from '../src/time.js';
import type { Actor } from './actor.js';
import { Crew, type FailOptions, type SkewOptions } from './crew.js';
import { Kernel } from './kernel.js';
import { Recorder, TEST } from './recorder.js';
import type { RunListener } from './run-event.js';
import { SimulationError } from './simulation-error.js';
import {
  type ResolvedSimulationOptions,
  resolveSimulationOptions,
  type SimulationOptions,
} from './simulation-options.js';
import { forbidAmbient } from './strict.js';
import { Trace } from './trace/trace.js';
import { Unfinished } from './unfinished.js';
import { World } from './world.js';

/** Something that happened to a task. */
export interface SimulationEvent {
  /** Virtual time, in epoch milliseconds. */
  readonly at: number;
  readonly signal: Signal;
  readonly task: Task;
  /** The node that told of it; `test` for code of the test. */
  readonly node: string;
  /** What the task failed with, for the signal `error`. */
  readonly error?: unknown;
}

/** A body that never ends must not keep the test from ending: it is interrupted after so much virtual time. */
const LONGEST_STOP = '1h';
/** untilIdle gives up after so much virtual time. */
const LONGEST_RUN = '365 days';

/** What `sim.untilIdle` and `sim.next` take. */
export interface UntilIdleOptions {
  /** Give up after so much virtual time. Default a year. */
  readonly limit?: Duration;
}

/** States: running -> disposed. Simulations of different Hueys share nothing and may run side by side. */
export class Simulation implements AsyncDisposable {
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #world: World;
  readonly #crew: Crew;
  readonly #unfinished: Unfinished;
  readonly #events: SimulationEvent[] = [];
  /** Gives back what was taken: the Huey's environment, the globals, the storage. */
  readonly #cleanups: (() => void | PromiseLike<void>)[] = [];
  #disposed = false;

  private constructor(engine: Engine, options: ResolvedSimulationOptions) {
    const { startMs, seed, chooser, network } = options;
    const trace = traceOf(options);
    this.#recorder = new Recorder(
      () => this.#kernel.now(),
      trace,
      options.observe === undefined ? [] : [options.observe],
    );
    const recorder = this.#recorder;
    this.#kernel = new Kernel({
      start: startMs,
      chooser,
      maxStepsPerInstant: options.maxStepsPerInstant,
      isBusy: () => this.#world.running > 0,
      patienceMs: options.patienceMs,
      ...(trace !== undefined && { onStep: (waiter) => recorder.step(waiter) }),
    });
    const storage = typeof options.storage === 'function' ? options.storage() : options.storage;
    this.#world = new World({
      engine,
      kernel: this.#kernel,
      storage: storage ?? new MemoryStorage(),
      recorder,
      seed,
      chooser,
      network,
      onCrash: (actor, mishap) => this.#crew.dieOf(actor, mishap),
    });
    if (typeof options.storage === 'function') this.#cleanups.push(() => this.#world.storage.close());
    this.#crew = new Crew(this.#world);
    this.#unfinished = new Unfinished(engine, this.#world, this.#crew.nodes);
    this.#cleanups.push(engine.addRoute(this.#world.route));
    engine.signals.connect(this.#record, []);
    this.#cleanups.push(() => engine.signals.disconnect(this.#record, []));
    if (options.strict) this.#cleanups.push(forbidAmbient(() => this.#kernel.isStepping));
  }

  /** Puts the Huey under virtual time, on an empty memory storage unless given another, and starts its consumers. */
  static async start(huey: Huey, options: SimulationOptions = {}): Promise<Simulation> {
    const resolved = resolveSimulationOptions(options);
    // A request that has just ended may not have let go of its socket yet: the kernel must not take that for rest.
    await host.turn();
    const engine = engineOf(huey);
    if (engine.runtime.clock instanceof Kernel)
      throw expected(
        'huey',
        'a Huey that is not simulated already',
        huey,
        'dispose of the other simulation first',
      );
    const simulation = new Simulation(engine, resolved);
    try {
      await simulation.#crew.employ(resolved.consumers);
      return simulation;
    } catch (error) {
      await simulation.stop();
      throw error;
    }
  }

  /** Virtual time. */
  get now(): Date {
    return new Date(this.#kernel.now());
  }

  /** How many steps the simulation has made. */
  get steps(): number {
    return this.#kernel.steps;
  }

  /** The names of the consumers. */
  get consumers(): readonly string[] {
    return this.#crew.names;
  }

  /** Lets that much time pass, and everything happen that is due in it. */
  async advance(duration: Duration): Promise<void> {
    await this.#kernel.runFor(durationMs('duration', duration));
  }

  /** Like `advance`; returns what happened meanwhile: of a year of periodic tasks, every firing. */
  async runFor(duration: Duration): Promise<readonly SimulationEvent[]> {
    const before = this.#events.length;
    await this.advance(duration);
    return this.#events.slice(before);
  }

  /** Lets time pass up to an instant, that instant included. */
  async until(instant: Instant): Promise<void> {
    const at = instantMs('instant', instant);
    if (at < this.#kernel.now())
      throw expected('instant', `not before the virtual time ${this.now.toISOString()}`, instant);
    await this.#kernel.runUntil(at);
  }

  /**
   * Lets time pass until the next event, or the next with that signal, and returns it; what else is ready at that instant
   * has not run yet. @throws SimulationError if none comes within the limit.
   */
  async next(signal?: Signal, options: UntilIdleOptions = {}): Promise<SimulationEvent> {
    checkOptionNames(options, ['limit'], 'next');
    const limit = options.limit ?? LONGEST_RUN;
    const before = this.#events.length;
    const isWanted = (event: SimulationEvent): boolean => signal === undefined || event.signal === signal;
    let looked = before;
    let found: SimulationEvent | undefined;
    await this.#kernel.runUntilStep(
      () => {
        for (; found === undefined && looked < this.#events.length; looked += 1)
          if (isWanted(this.#events[looked]!)) found = this.#events[looked];
        return found !== undefined;
      },
      this.#kernel.now() + durationMs('limit', limit),
    );
    if (found !== undefined) return found;
    throw new SimulationError(
      `expected ${signal === undefined ? 'something' : `\`${signal}\``} to happen within ${describe(limit)} of virtual time, got ` +
        `${this.#events.length - before} other events`,
    );
  }

  /**
   * Lets time pass until nothing is queued, scheduled or running; periodic tasks that are due on the way run.
   * Moves from retry to retry and from eta to eta without a limit of recursion.
   * @throws SimulationError if nothing can go on, or the limit is reached.
   */
  async untilIdle(options: UntilIdleOptions = {}): Promise<void> {
    checkOptionNames(options, ['limit'], 'untilIdle');
    const limit = options.limit ?? LONGEST_RUN;
    const unfinished = this.#unfinished;
    await this.#kernel.runWhile(
      () => unfinished.isAnyLeft(),
      this.#kernel.now() + durationMs('limit', limit),
    );
    if (await unfinished.isAnyLeft())
      throw await unfinished.error(`within ${describe(limit)} of virtual time`);
  }

  /**
   * Kills a consumer as a power cut does, or one of its workers by its name, as `consumer-1/worker-2`: what it waits for
   * never comes, no `finally` of it has any effect. Another takes over what it held, when its lease has run out.
   */
  crash(name: string): void {
    this.#crew.crash(name);
  }

  /** Starts a consumer that is down again, with nothing in its memory. */
  async restart(name: string): Promise<void> {
    await this.#drive(this.#crew.restart(name));
  }

  /** Stops a consumer in an orderly way, and lets time pass until it has stopped. */
  async shutdown(name: string, options: StopOptions = {}): Promise<void> {
    await this.#drive(this.#crew.shutdown(name, options));
  }

  /** Holds a consumer still, as a suspended machine is: its clock runs on. Longer than its lease, and others take over. */
  pause(name: string): void {
    this.#crew.pause(name);
  }

  /** Lets a consumer that is paused go on. */
  resume(name: string): void {
    this.#crew.resume(name);
  }

  /** Cuts a consumer off from the storage: calls fail, answers that are under way are lost. */
  partition(name: string): void {
    this.#crew.partition(name);
  }

  /** Reconnects a consumer; all that are cut off, if none is named. */
  heal(name?: string): void {
    this.#crew.heal(name);
  }

  /** Sets the clock of a consumer, and how fast it runs. */
  skew(name: string, options: SkewOptions): void {
    this.#crew.skew(name, options);
  }

  /** Has the next calls of that method of the storage go wrong; `*` for any. From then on calls are park points. */
  fail(op: string, options: FailOptions = {}): void {
    this.#crew.fail(op, options);
  }

  /** Ends what goes wrong by chance, what `fail` has planned, and every partition. */
  calm(): void {
    this.#crew.calm();
  }

  /** Everything that happened so far, in order; of one task if named. */
  events(task?: string | { readonly taskName: string }): readonly SimulationEvent[] {
    const name = typeof task === 'object' || typeof task === 'function' ? task.taskName : task;
    return name === undefined ? this.#events : this.#events.filter((event) => event.task.name === name);
  }

  /** The names of the signals so far, in order; of one task if named. */
  signals(task?: string | { readonly taskName: string }): Signal[] {
    return this.events(task).map(({ signal }) => signal);
  }

  /** Calls the listener with everything that happens from now on; returns how to end that. */
  observe(listener: RunListener): () => void {
    return this.#recorder.observe(listener);
  }

  /** The run as it was written down: JSONL. @throws SimulationError unless it was started with `trace: true`. */
  get trace(): string {
    return this.recorded.toString();
  }

  /** The fingerprint of the run so far. @throws SimulationError unless it was started with `trace`. */
  get hash(): string {
    return this.recorded.hash;
  }

  /** The recorder of the run. @throws SimulationError unless it was started with `trace`. */
  get recorded(): Trace {
    const { trace } = this.#recorder;
    if (trace !== undefined) return trace;
    throw new SimulationError('expected a run that is written down; start it with `trace: true`');
  }

  /** Ends the simulation: `await using` does the same at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Stops the consumers and gives the Huey its own clock and storage back. Stopping twice does nothing more. */
  async stop(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    let stopping = true;
    const stopped = this.#crew.disband({ deadline: LONGEST_STOP }).finally(() => {
      stopping = false;
    });
    try {
      await this.#kernel.end(() => stopping, Infinity);
      if (!stopping) await stopped;
    } finally {
      for (const cleanup of this.#cleanups.reverse()) await cleanup();
    }
  }

  /** Lets time pass until that has ended. */
  async #drive(work: Promise<void>): Promise<void> {
    let isOver = false;
    const over = work.finally(() => (isOver = true));
    over.catch(() => {});
    await this.#kernel.runUntilStep(() => isOver, Infinity);
    await over;
  }

  readonly #record = (signal: Signal, task: Task, error?: unknown): void => {
    const actor = this.#kernel.current as Actor | undefined;
    const node = actor?.process.name ?? TEST;
    this.#events.push({
      at: this.#kernel.now(),
      signal,
      task,
      node,
      ...(error !== undefined && { error }),
    });
    if (this.#recorder.isOn)
      this.#recorder.record(actor, 'signal', signal, {
        task: task.id,
        name: task.name,
        signalled: { task, error },
      });
  };
}

function traceOf({ trace, seed, startMs, consumers, network }: ResolvedSimulationOptions): Trace | undefined {
  if (trace === false) return undefined;
  return new Trace({
    seed,
    start: startMs,
    recording: trace === true,
    configuration: {
      consumers: consumers.map(({ name, options: { workers = 1 } }) => ({ name, workers })),
    },
    faults: network === undefined ? [] : [JSON.parse(JSON.stringify(network)) as Record<string, never>],
  });
}
