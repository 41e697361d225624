// One simulated machine with a consumer on it, through its lives: a crash ends one, a restart begins another. The name,
// the clock and the way ids are counted stay; everything in its memory goes with the life.
import { Consumer, type ConsumerOptions, type StopOptions } from '../../src/consumer/consumer.js';
import { Actor, SimProcess } from './actor.js';
import { SimulationError } from '../simulation-error.js';
import type { NodeClock } from './node-clock.js';
import { WorkerRunner } from './worker-runner.js';
import type { World } from './world.js';

/** The parts of a consumer whose actors have another name: the workers are those who run bodies. */
const ACTORS: Readonly<Record<string, string>> = { worker: 'pump' };

/** A node was killed before it had started. */
export class StartInterrupted extends SimulationError {}

/** States: down -> up -> down. */
export class Node {
  readonly name: string;
  readonly clock: NodeClock;
  readonly #world: World;
  readonly #options: ConsumerOptions;
  #process: SimProcess | undefined;
  #consumer: Consumer | undefined;
  #workers: (WorkerRunner | undefined)[] = [];
  #environmentSize: () => number = () => 0;
  /** Ends when a start or a stop that is under way has. */
  #way: Promise<unknown> | undefined;

  constructor(world: World, name: string, clock: NodeClock, options: ConsumerOptions) {
    this.#world = world;
    this.name = name;
    this.clock = clock;
    this.#options = options;
  }

  /** The life that is lived now; undefined while it is down. */
  get process(): SimProcess | undefined {
    return this.#process;
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  /** Whether it is on its way up or down, and not held still on it. */
  get isOnItsWay(): boolean {
    return this.#way !== undefined && this.#process?.state === 'running';
  }

  /** When it has come up or down, if it is on its way. */
  async arrived(): Promise<void> {
    await this.#way?.catch(() => {});
  }

  /** How many places have nothing to do; none while it is down or paused. */
  get idlePlaces(): number {
    if (this.#process?.state !== 'running') return 0;
    return (this.#options.workers ?? 1) - this.running;
  }

  /** How many bodies run. */
  get running(): number {
    return this.#environmentSize();
  }

  /** Whether it has taken anything whose end is not stored, and told of, yet. */
  get isHolding(): boolean {
    return this.#consumer?.isHolding === true;
  }

  /**
   * Begins a life. @throws ConfigurationError for options that make no sense; what the storage refuses with;
   * StartInterrupted if it is killed meanwhile.
   */
  async start(): Promise<void> {
    if (this.#process !== undefined)
      throw new SimulationError(`expected ${this.name} to be down, but it is up; crash it, or stop it first`);
    const process = new SimProcess(this.name, this.clock);
    this.#process = process;
    const world = this.#world;
    try {
      const main = new Actor(world.kernel, this.name, process, true);
      const engine = world.settle(main);
      const home = engine.environment;
      this.#environmentSize = () => home.executing.size;
      this.#workers = [];
      this.#consumer = new Consumer(engine, this.#options, {
        engineOf: (part) =>
          world.settle(new Actor(world.kernel, `${this.name}/${ACTORS[part] ?? part}`, process, true), home),
        hire: (lease) => this.#hire(process, lease),
      });
      await this.#arrive(process, this.#consumer.start());
      if (this.#process !== process)
        throw new StartInterrupted(`expected ${this.name} to start, but it was killed meanwhile; restart it`);
    } catch (error) {
      if (this.#process === process) this.#end();
      throw error;
    }
  }

  /** Waits for a start or a stop, which may be cut short by the death of the process. */
  async #arrive(process: SimProcess, change: Promise<void>): Promise<void> {
    const way = Promise.race([change, process.over]).finally(() => {
      if (this.#way === way) this.#way = undefined;
    });
    this.#way = way;
    await way;
  }

  #hire(process: SimProcess, lease: string): WorkerRunner {
    const world = this.#world;
    const free = this.#workers.indexOf(undefined);
    const index = free === -1 ? this.#workers.length : free;
    const actor = new Actor(world.kernel, `${this.name}/worker-${index + 1}`, process);
    const engine = world.settle(actor, world.homeOf(process));
    const { recorder } = world;
    const runner = new WorkerRunner({
      actor,
      engine,
      lease,
      recorder,
      onEnd: () => {
        if (this.#workers[index] === runner) this.#workers[index] = undefined;
      },
    });
    this.#workers[index] = runner;
    return runner;
  }

  /** Ends the life at once: nothing of it is ever heard of again. */
  crash(): void {
    if (this.#process === undefined) throw this.#down();
    this.#end();
    this.#world.kernel.bury();
  }

  /** Kills one worker; its place gets another. */
  crashWorker(name: string): void {
    const worker = this.#workers.find((one) => one?.name === name);
    if (worker === undefined)
      throw new SimulationError(
        `expected one of ${this.#workers.flatMap((one) => (one === undefined ? [] : [one.name])).join(', ')}, got ${name}`,
      );
    worker.kill();
    this.#world.kernel.bury();
  }

  /** Ends the life in an orderly way, unless it is killed meanwhile. */
  async stop(options: StopOptions): Promise<void> {
    const consumer = this.#consumer;
    const process = this.#process;
    if (consumer === undefined || process === undefined) return;
    await this.#arrive(process, consumer.stop(options));
    if (this.#process === process) this.#end();
  }

  pause(): void {
    if (this.#process === undefined) throw this.#down();
    this.#world.kernel.pause(this.#process);
  }

  resume(): void {
    if (this.#process === undefined) throw this.#down();
    if (this.#process.state === 'paused') this.#world.kernel.resume(this.#process);
  }

  cutOff(): void {
    if (this.#process === undefined) throw this.#down();
    this.#process.isCutOff = true;
    this.#process.cuts += 1;
  }

  heal(): void {
    if (this.#process !== undefined) this.#process.isCutOff = false;
  }

  #end(): void {
    if (this.#process !== undefined) {
      this.#process.end();
      this.#world.leave(this.#process);
    }
    this.#process = undefined;
    this.#consumer = undefined;
    this.#environmentSize = () => 0;
  }

  #down(): SimulationError {
    return new SimulationError(`expected ${this.name} to be up, but it is down; restart it first`);
  }
}
