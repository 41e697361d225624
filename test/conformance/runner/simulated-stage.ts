// A simulated process to play a scenario in: every step is a step of its kernel, the clock is the node's, workers are actors
// of their own, and each call of the storage is two park points, whose order a seed decides.
import { Actor, SimProcess } from '../../../sim/world/actor.js';
import { actorStorage } from '../../../sim/world/actor-storage.js';
import { randomChooser } from '../../../sim/choosers/random.js';
import { Faults } from '../../../sim/world/faults.js';
import { Kernel } from '../../../sim/kernel/kernel.js';
import { Network } from '../../../sim/world/network.js';
import { NodeClock } from '../../../sim/world/node-clock.js';
import { seededRandom } from '../../../sim/kernel/random.js';
import { Recorder } from '../../../sim/world/recorder.js';
import type { Execution } from '../../../src/engine/execute.js';
import { MemoryStorage } from '../../../src/storage/memory.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { PlayClock } from './play-clock.js';
import type { Stage } from './stage.js';

/** More waits at one instant than any step can mean to make. */
const MOST_STEPS = 1_000_000;

export class SimulatedStage implements Stage {
  readonly kernel: Kernel;
  readonly clock: PlayClock;
  /** How many bodies workers have run. */
  bodies = 0;
  readonly #seed: number;
  readonly #nodeClock: NodeClock;
  readonly #process: SimProcess;
  readonly #node: Actor;
  readonly #worker: Actor;
  /** A body that has blocked its process goes on as this one, before anything else there does. */
  readonly #blocker: Actor;

  constructor(start: number, seed: number) {
    this.#seed = seed;
    this.kernel = new Kernel({
      start,
      chooser: randomChooser(seededRandom(seed)),
      maxStepsPerInstant: MOST_STEPS,
      isBusy: () => false,
      patienceMs: 0,
    });
    this.#nodeClock = new NodeClock(start);
    this.#process = new SimProcess('node', this.#nodeClock);
    this.#node = new Actor(this.kernel, 'node', this.#process);
    this.#worker = new Actor(this.kernel, 'node/worker-1', this.#process);
    this.#blocker = new Actor(this.kernel, 'node/worker-1', new SimProcess('node', this.#nodeClock));
    this.clock = this.#clockFrom(start);
  }

  readonly storage = (): Storage => {
    const storage = new MemoryStorage();
    const recorder = new Recorder(() => this.kernel.now(), undefined, []);
    const faults = new Faults({}, this.#seed, randomChooser(seededRandom(this.#seed)));
    const network = new Network({ kernel: this.kernel, storage, recorder, onCrash: () => {} }, faults);
    const views = new Map(
      [this.#node, this.#worker].map((actor) => [actor, actorStorage(network, storage.capabilities, actor)]),
    );
    return new Proxy(views.get(this.#node)!, {
      get: (_, name) => views.get(this.#current)![name as keyof Storage],
    });
  };

  readonly act = <R>(step: () => Promise<R>): Promise<R> => this.#as(this.#node, step);

  readonly work = (run: () => Promise<Execution>): Promise<Execution> => {
    this.bodies += 1;
    return this.#as(this.#worker, run);
  };

  /** Whose step it is; what is looked at between steps is looked at by the node. */
  get #current(): Actor {
    const current = this.kernel.current as Actor | undefined;
    return current === this.#blocker ? this.#worker : (current ?? this.#node);
  }

  /** Has it begin as a step of the actor; from outside, drives the kernel until it has ended. */
  async #as<R>(actor: Actor, begin: () => Promise<R>): Promise<R> {
    let isOver = false;
    const end = (): void => void (isOver = true);
    const answer = new Promise<R>((resolve, reject) => {
      actor.soon(() => void begin().then(resolve, reject));
    });
    answer.then(end, end);
    if (!this.kernel.isRunning) await this.kernel.runUntilStep(() => isOver, Infinity);
    return answer;
  }

  #block(milliseconds: number): Promise<void> {
    this.kernel.pause(this.#process);
    return new Promise((resolve) => {
      this.#blocker.timer(milliseconds, () => {
        resolve();
        this.kernel.resume(this.#process);
      });
    });
  }

  #clockFrom(start: number): PlayClock {
    const secondsAt = (instant: number): number => (instant - start) / 1000;
    const now = (): number => this.#node.now();
    return {
      start,
      get seconds() {
        return secondsAt(now());
      },
      secondsAt,
      instantAt: (seconds) => start + Math.round(seconds * 1000),
      pass: (milliseconds) => this.#current.sleep(milliseconds),
      block: (milliseconds) => this.#block(milliseconds),
      now,
      monotonic: () => this.#node.monotonic(),
      timer: (delayMs, callback) => this.#current.timer(delayMs, callback),
      soon: (callback) => this.#current.soon(callback),
      sleep: (delayMs, signal) => this.#sleepPrivately(delayMs, signal),
    };
  }

  /** A blocking read waits in private time: the clock of the node is set back afterwards. */
  async #sleepPrivately(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const before = this.#node.now();
    await this.#current.sleep(delayMs, signal);
    const now = this.kernel.now();
    this.#nodeClock.set(now, before - now, 1);
  }
}
