// A consumer that runs the user's tasks under virtual time: the same Consumer, engine and tasks as in production, on
// a clock, a source of chance and a storage of the simulation's own. The Huey gets its own back when it is disposed.
import { checkOptionNames, describe, expected, nonEmptyString } from '../src/check.js';
import type { StopOptions } from '../src/consumer/consumer.js';
import type { Engine } from '../src/engine/engine.js';
import { engineOf, type Huey } from '../src/huey.js';
import type { Signal } from '../src/model/signals.js';
import { host } from '../src/runtime.js';
import { MemoryStorage } from '../src/storage/memory.js';
import { type Duration, durationMs, type Instant, instantMs } from '../src/time.js';
import { type AtOptions, Crew, type FailOptions, type SkewOptions } from './world/crew.js';
import { Kernel } from './kernel/kernel.js';
import { Recorder } from './world/recorder.js';
import type { RunListener } from './run-event.js';
import { type SimulationEvent, SignalLog } from './signal-log.js';
import { type DrawingOptions, drawTimeline } from './timeline/drawing.js';
import { SimulationError } from './simulation-error.js';
import {
  type ResolvedSimulationOptions,
  resolveSimulationOptions,
  type SimulationOptions,
} from './simulation-options.js';
import { forbidAmbient } from './strict/strict.js';
import type { Trace } from './trace/trace.js';
import { traceFor } from './trace-for.js';
import { Unfinished } from './kernel/unfinished.js';
import { type AddRoute, World } from './world/world.js';

/** A body that never ends must not keep the test from ending: it is interrupted after so much virtual time. */
const LONGEST_STOP = '1h';
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
  readonly #log: SignalLog;
  /** Gives back what was taken: the Huey's environment, the globals, the storage. */
  readonly #cleanups: (() => void | PromiseLike<void>)[] = [];
  #disposed = false;

  private constructor(engine: Engine, options: ResolvedSimulationOptions, addRoute: AddRoute) {
    const { startMs, seed, chooser, network } = options;
    const trace = traceFor(options);
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
    const { storage = new MemoryStorage() } = options;
    this.#world = new World({
      engine,
      kernel: this.#kernel,
      storage: typeof storage === 'function' ? storage() : storage,
      recorder,
      seed,
      chooser,
      network,
      onCrash: (actor, mishap) => this.#crew.dieOf(actor, mishap),
    });
    if (typeof storage === 'function') this.#cleanups.push(() => this.#world.storage.close());
    this.#crew = new Crew(this.#world);
    this.#unfinished = new Unfinished(engine, this.#world, this.#crew);
    this.#cleanups.push(addRoute(this.#world.route));
    this.#log = new SignalLog(this.#kernel, recorder, this.#world.isHere);
    this.#cleanups.push(this.#log.listen(engine, chooser.watch));
    if (options.strict) this.#cleanups.push(forbidAmbient(() => this.#kernel.isStepping));
  }

  /**
   * Puts the Huey under virtual time, on an empty memory storage unless given another, and starts its consumers.
   * @param addRoute Decides for which code the Huey lives there. Default: for all code of this process.
   */
  static async start(huey: Huey, options: SimulationOptions = {}, addRoute?: AddRoute): Promise<Simulation> {
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
    const simulation = new Simulation(engine, resolved, addRoute ?? ((route) => engine.addRoute(route)));
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

  /** Whether a consumer is up: neither crashed nor stopped. */
  isUp(name: string): boolean {
    return this.#crew.isUp(name);
  }

  /** Lets that much time pass, and everything happen that is due in it. */
  async advance(duration: Duration): Promise<void> {
    await this.#kernel.runFor(durationMs('duration', duration));
  }

  /** Like `advance`; returns what happened meanwhile: of a year of periodic tasks, every firing. */
  async runFor(duration: Duration): Promise<readonly SimulationEvent[]> {
    const before = this.#log.events.length;
    await this.advance(duration);
    return this.#log.events.slice(before);
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
    const find = this.#log.finder(signal);
    const latest = this.#kernel.now() + durationMs('limit', limit);
    await this.#kernel.runUntilStep(() => find() !== undefined, latest);
    const found = find();
    if (found !== undefined) return found;
    const wanted = signal === undefined ? 'something' : `\`${signal}\``;
    throw new SimulationError(`expected ${wanted} to happen within ${describe(limit)} of virtual time`);
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

  /** Starts a consumer that is down again. @throws StorageError if the storage cannot be reached; then it is still down. */
  async restart(name: string): Promise<void> {
    await this.#drive(() => this.#crew.restart(name));
  }

  /** Stops a consumer in an orderly way, and lets time pass until it has stopped. */
  async shutdown(name: string, options: StopOptions = {}): Promise<void> {
    await this.#drive(() => this.#crew.shutdown(name, options));
  }

  /** Has a consumer up and running, whatever state it is in: restarted, resumed, reconnected. */
  async revive(name: string): Promise<void> {
    await this.#drive(() => this.#crew.revive(name));
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

  /**
   * Has the action run after that much virtual time, as a step of a node of that name, by default `client`: its calls go over
   * the network. Resolves, or rejects, as the action does; await it where time passes.
   */
  at<R>(delay: Duration, action: () => R | PromiseLike<R>, options: AtOptions = {}): Promise<R> {
    checkOptionNames(options, ['by', 'what'], 'at');
    const { by = 'client', what = 'action' } = options;
    return this.#crew.act(durationMs('delay', delay), nonEmptyString('by', by), what, action);
  }

  /** Everything that happened so far, in order; of one task if named. */
  events(task?: string | { readonly taskName: string }): readonly SimulationEvent[] {
    return this.#log.about(task);
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

  /**
   * The run so far as a picture: nodes and their actors down the side, virtual time across; text, unless asked for another
   * form. @throws SimulationError unless it was started with `trace: true`.
   */
  timeline(options: DrawingOptions = {}): string {
    if (!this.recorded.recording) throw notWrittenDown();
    const elapsedMs = this.#kernel.now() - this.recorded.header.start;
    return drawTimeline(this.recorded, { ...(elapsedMs > 0 && { to: elapsedMs / 1000 }), ...options });
  }

  /** The trace itself. @throws SimulationError unless it was started with `trace`. */
  get recorded(): Trace {
    const { trace } = this.#recorder;
    if (trace !== undefined) return trace;
    throw notWrittenDown();
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

  /** Ends the simulation as a power cut does: nobody is stopped in order, whatever runs is left where it is. */
  async abandon(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#crew.abandon();
    this.#kernel.close();
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
  }

  /** Begins that as a step, and lets time pass until it has ended. */
  async #drive(begin: () => Promise<void>): Promise<void> {
    // In the middle of a run, as a command of a scenario, it ends as the run goes on.
    if (this.#kernel.isRunning) return begin();
    let isOver = false;
    const over = new Promise<void>((resolve, reject) => {
      this.#kernel.soon(() => void begin().then(resolve, reject));
    }).finally(() => (isOver = true));
    over.catch(() => {});
    await this.#kernel.runUntilStep(() => isOver, Infinity);
    await over;
  }
}

function notWrittenDown(): SimulationError {
  return new SimulationError('expected a run that is written down; start it with `trace: true`');
}
