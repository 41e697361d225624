// A consumer that runs the user's tasks under virtual time: the same Consumer, engine and tasks as in production, on
// a clock, a source of chance and a storage of the simulation's own. The Huey gets its own back when it is disposed.
import { checkOptionNames, describe, expected, integer } from '../src/check.js';
import { Consumer, type ConsumerOptions } from '../src/consumer/consumer.js';
import { DEFAULT_LEASE_TTL } from '../src/consumer/lease-keeper.js';
import type { Engine } from '../src/engine/engine.js';
import { Environment } from '../src/engine/environment.js';
import { engineOf, type Huey } from '../src/huey.js';
import type { Signal } from '../src/model/signals.js';
import type { Task } from '../src/model/task.js';
import { host, type Runtime } from '../src/runtime.js';
import { MemoryStorage } from '../src/storage/memory.js';
import { type Duration, durationMs, type Instant, instantMs } from '../src/time.js';
import { randomChooser } from './choosers/random.js';
import { Kernel } from './kernel.js';
import { seededRandom } from './random.js';
import { SimulationError } from './simulation-error.js';

/** What `Simulation.start` takes beside the Huey. */
export interface SimulationOptions {
  /** The instant at which the simulation starts. Default 2026-01-01T00:00:00Z. */
  readonly start?: Instant;
  /** Decides every interleaving and every random number. Default 1. */
  readonly seed?: number;
  /** How many consumers work. Default 1; 0 for none. */
  readonly consumers?: number;
  /** How many tasks each consumer runs at once. Default 1. */
  readonly workers?: number;
  /** How long a consumer that says nothing is believed to live. Default 30s. */
  readonly leaseTtl?: Duration;
  /** How long virtual time waits for a body that waits for real I/O, in real time. Default 5s. */
  readonly patience?: Duration;
  /** Steps at one instant after which the run counts as a livelock. Default 1,000,000. */
  readonly maxStepsPerInstant?: number;
}

/** Something that happened to a task. */
export interface SimulationEvent {
  /** Virtual time, in epoch milliseconds. */
  readonly at: number;
  readonly signal: Signal;
  readonly task: Task;
  /** What the task failed with, for the signal `error`. */
  readonly error?: unknown;
}

const KNOWN = ['start', 'seed', 'consumers', 'workers', 'leaseTtl', 'patience', 'maxStepsPerInstant'];
const DEFAULT_START = Date.UTC(2026, 0, 1);
/** A body that never ends must not keep the test from ending: it is interrupted after so much virtual time. */
const LONGEST_STOP = '1h';
/** untilIdle gives up after so much virtual time. */
const LONGEST_RUN = '365 days';

/** What `sim.untilIdle` takes. */
export interface UntilIdleOptions {
  /** Give up after so much virtual time. Default a year. */
  readonly limit?: Duration;
}

/** States: running -> disposed. Simulations of different Hueys share nothing and may run side by side. */
export class Simulation implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #kernel: Kernel;
  readonly #events: SimulationEvent[] = [];
  /** Gives the Huey back its own environment. */
  readonly #leave: () => void;
  #consumers: Consumer[] = [];
  #disposed = false;

  private constructor(engine: Engine, kernel: Kernel, leave: () => void) {
    this.#engine = engine;
    this.#kernel = kernel;
    this.#leave = leave;
  }

  /** Puts the Huey under virtual time, on an empty memory storage, and starts its consumers. */
  static async start(huey: Huey, options: SimulationOptions = {}): Promise<Simulation> {
    checkOptionNames(options, KNOWN, 'Simulation');
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
    const consumers = integer('consumers', options.consumers, 1, 0);
    const workers = integer('workers', options.workers, 1, 1);
    const seed = options.seed ?? 1;
    if (!Number.isSafeInteger(seed)) throw expected('seed', 'a safe integer', seed);
    const kernel = newKernel(engine, options, seed);
    const environment = simulated(engine, kernel, seed);
    const simulation = new Simulation(
      engine,
      kernel,
      engine.addRoute(() => environment),
    );
    engine.signals.connect(simulation.#record, []);
    try {
      await simulation.#employ(consumers, { workers, leaseTtl: options.leaseTtl ?? DEFAULT_LEASE_TTL });
      return simulation;
    } catch (error) {
      await simulation.stop();
      throw error;
    }
  }

  async #employ(consumers: number, options: ConsumerOptions): Promise<void> {
    for (let index = 0; index < consumers; index += 1)
      this.#consumers.push(new Consumer(this.#engine, options));
    for (const consumer of this.#consumers) await consumer.start();
  }

  /** Virtual time. */
  get now(): Date {
    return new Date(this.#kernel.now());
  }

  /** How many steps the simulation has made. */
  get steps(): number {
    return this.#kernel.steps;
  }

  /** Lets that much time pass, and everything happen that is due in it. */
  async advance(duration: Duration): Promise<void> {
    await this.#kernel.runFor(durationMs('duration', duration));
  }

  /** Lets time pass up to an instant, that instant included. */
  async until(instant: Instant): Promise<void> {
    const at = instantMs('instant', instant);
    if (at < this.#kernel.now())
      throw expected('instant', `not before the virtual time ${this.now.toISOString()}`, instant);
    await this.#kernel.runUntil(at);
  }

  /**
   * Lets time pass until nothing is queued, scheduled or running; periodic tasks that are due on the way run.
   * Moves from retry to retry and from eta to eta without a limit of recursion.
   */
  async untilIdle(options: UntilIdleOptions = {}): Promise<void> {
    checkOptionNames(options, ['limit'], 'untilIdle');
    const limit = options.limit ?? LONGEST_RUN;
    await this.#kernel.runWhile(() => this.#isWorking(), this.#kernel.now() + durationMs('limit', limit));
    if (this.#isWorking()) throw this.#unfinished(limit);
  }

  #isWorking(): boolean {
    const storage = this.#engine.storage as MemoryStorage;
    return storage.pendingCount() > 0 || storage.scheduledCount() > 0 || this.#engine.executing.size > 0;
  }

  #unfinished(limit: Duration): SimulationError {
    const storage = this.#engine.storage as MemoryStorage;
    const running = this.#engine.executing.places().map(({ task }) => `${task.name} (${task.id})`);
    return new SimulationError(
      `expected everything to end within ${describe(limit)} of virtual time, got ${storage.pendingCount()} queued, ` +
        `${storage.scheduledCount()} scheduled and ${running.length} running (${running.join(', ') || 'none'}); ` +
        'release what the bodies wait for, start a consumer, or give a longer limit',
    );
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

  /** Ends the simulation: `await using` does the same at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Stops the consumers and gives the Huey its own clock and storage back. Stopping twice does nothing more. */
  async stop(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    let stopping = true;
    const stopped = Promise.all(
      this.#consumers.map((consumer) => consumer.stop({ deadline: LONGEST_STOP })),
    ).finally(() => {
      stopping = false;
    });
    try {
      await this.#kernel.end(() => stopping, Infinity);
      if (!stopping) await stopped;
    } finally {
      this.#engine.signals.disconnect(this.#record, []);
      this.#leave();
    }
  }

  readonly #record = (signal: Signal, task: Task, error?: unknown): void => {
    this.#events.push({ at: this.#kernel.now(), signal, task, ...(error !== undefined && { error }) });
  };
}

function newKernel(engine: Engine, options: SimulationOptions, seed: number): Kernel {
  return new Kernel({
    start: options.start === undefined ? DEFAULT_START : instantMs('start', options.start),
    chooser: randomChooser(seededRandom(seed)),
    maxStepsPerInstant: integer('maxStepsPerInstant', options.maxStepsPerInstant, 1_000_000, 1),
    isBusy: () => engine.executing.size > 0,
    patienceMs: durationMs('patience', options.patience ?? '5s'),
  });
}

/** Where the Huey lives while it is simulated: clock, chance, ids and storage of its own; the logger stays. */
function simulated(engine: Engine, kernel: Kernel, seed: number): Environment {
  const counters = new Map<string, number>();
  const runtime: Runtime = {
    clock: kernel,
    // Apart from the interleavings', so that a task that draws numbers does not change them.
    random: seededRandom(seed + 2 ** 32),
    ids: {
      next(kind) {
        const count = (counters.get(kind) ?? 0) + 1;
        counters.set(kind, count);
        return `${kind}-${count}`;
      },
    },
    logger: engine.runtime.logger,
  };
  return new Environment(runtime, new MemoryStorage());
}
