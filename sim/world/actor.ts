// Who acts in a simulation. A process is what crashes, stops and is cut off as a whole; it has a clock of its own. An
// actor is what waits and goes on within it: a scheduler, a worker. Whatever an actor waits for dies with its process.
import type { Environment } from '../../src/engine/environment.js';
import type { Clock } from '../../src/runtime.js';
import type { Kernel } from '../kernel/kernel.js';
import type { NodeClock } from './node-clock.js';
import type { Household, Owner, PendingCall, Waiter } from '../kernel/waiter.js';

/** States: running <-> paused -> dead. A dead process is never woken again; a restart makes another of the same name. */
export class SimProcess implements Household {
  readonly name: string;
  readonly clock: NodeClock;
  state: 'running' | 'paused' | 'dead' = 'running';
  /** Whether the storage cannot be reached. */
  isCutOff = false;
  /** How often it was cut off: who had a call under way then has lost the answer. */
  cuts = 0;
  /** What became ready while it was paused. */
  held: Waiter[] = [];
  /** Resolves at its death, for those outside who wait for something that the dead never do. */
  readonly over: Promise<void>;
  #end!: () => void;

  constructor(name: string, clock: NodeClock) {
    this.name = name;
    this.clock = clock;
    this.over = new Promise((resolve) => (this.#end = resolve));
  }

  /** It dies, and whatever it waits for with it. */
  end(): void {
    this.state = 'dead';
    this.held = [];
    this.#end();
  }
}

/** Everything an actor waits for passes through here, so that the kernel knows whose turn it is. */
export class Actor implements Clock, Owner {
  readonly name: string;
  readonly process: SimProcess;
  /** Looks after the queue and needs no reason to be woken: such waits keep no run from being stuck. */
  readonly isKeeper: boolean;
  readonly #kernel: Kernel;
  /** Whether it ended by itself, before its process. */
  #isKilled = false;
  /** Where its code lives: what the Huey answers while it has its turn. */
  environment: Environment | undefined;

  constructor(kernel: Kernel, name: string, process: SimProcess, isKeeper = false) {
    this.#kernel = kernel;
    this.name = name;
    this.process = process;
    this.isKeeper = isKeeper;
  }

  get isDead(): boolean {
    return this.#isKilled || this.process.state === 'dead';
  }

  /** Ends it alone; use `kernel.forget` to drop what it waits for at once. */
  kill(): void {
    this.#isKilled = true;
  }

  now(): number {
    return this.process.clock.at(this.#kernel.now());
  }

  monotonic(): number {
    return this.process.clock.elapsedAt(this.#kernel.now());
  }

  timer(delayMs: number, callback: () => void): () => void {
    return this.#kernel.timer(this.process.clock.realDelay(delayMs), callback, this);
  }

  soon(callback: () => void): void {
    this.#kernel.soon(callback, this);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return this.#kernel.wait(this.process.clock.realDelay(delayMs), signal, this);
  }

  /** Like `soon`; says for what it waits. */
  soonAs(what: string, callback: () => void): void {
    this.#kernel.soon(callback, this, what);
  }

  /** Waits for its turn, after a delay of true time, with a call under way. */
  park(delayMs: number, call: PendingCall): Promise<void> {
    return new Promise((resolve) => {
      if (delayMs > 0) this.#kernel.timer(delayMs, resolve, this, call);
      else this.#kernel.soon(resolve, this, call);
    });
  }
}
