// The consumers of a simulated world, by their names, and all that can be done to them from outside: what a test says to the
// simulation, and a scenario in its commands. Each deed is taken down.
import { checkOptionNames, expected, integer } from '../../src/check.js';
import type { StopOptions } from '../../src/consumer/consumer.js';
import { isHueyError, StorageError } from '../../src/errors.js';
import { type Duration, durationMs } from '../../src/time.js';
import { Actor, SimProcess } from './actor.js';
import { type Mishap, MISHAPS } from './faults.js';
import { Node, StartInterrupted } from './node.js';
import { NodeClock } from './node-clock.js';
import type { ResolvedConsumer } from '../simulation-options.js';
import type { World } from './world.js';

/** What `sim.skew` takes. */
export interface SkewOptions {
  /** How far the clock is ahead of true time from now on; negative: behind. Default: as far as it is. */
  readonly ahead?: Duration;
  /** How much faster it runs from now on: 0.01 gains a second in a hundred. Default 0. */
  readonly drift?: number;
}

/** What `sim.fail` takes. */
export interface FailOptions {
  /** A consumer, or one of its actors, as `consumer-1/scheduler`. Default: anybody. */
  readonly who?: string;
  /** Default `refused`. */
  readonly how?: Mishap;
  /** How many calls it hits. Default 1. */
  readonly times?: number;
  /** How many calls it spares first. Default 0. */
  readonly skip?: number;
}

/** What `sim.at` takes. */
export interface AtOptions {
  /** The node that acts. Default `client`. */
  readonly by?: string;
  /** What the trace calls it. Default `action`. */
  readonly what?: string;
}

export class Crew {
  readonly nodes = new Map<string, Node>();
  readonly #producers = new WeakSet<Actor>();
  readonly #world: World;
  #isDisbanded = false;
  #acting = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Starts the consumers, one after the other. */
  async employ(consumers: readonly ResolvedConsumer[]): Promise<void> {
    const now = this.#world.kernel.now();
    for (const { name, aheadMs, drift, options } of consumers) {
      const clock = new NodeClock(now);
      clock.set(now, aheadMs, 1 + drift);
      this.nodes.set(name, new Node(this.#world, name, clock, options));
    }
    for (const node of this.nodes.values()) await node.start();
  }

  /** How many actions of producers have not come to their end. */
  get acting(): number {
    return this.#acting;
  }

  get names(): readonly string[] {
    return [...this.nodes.keys()];
  }

  isUp(name: string): boolean {
    return this.#node(name).isUp;
  }

  crash(name: string): void {
    const [nodeName = '', worker] = name.split('/');
    const node = this.#node(nodeName);
    if (worker === undefined) node.crash();
    else node.crashWorker(name);
    this.#world.recorder.recordAs(nodeName, name, 'fault', 'crash');
  }

  /** @throws what the storage refuses with; then the node is down, as a program that could not start. */
  async restart(name: string): Promise<void> {
    const node = this.#node(name);
    this.#world.recorder.recordAs(name, name, 'command', 'restart');
    try {
      await node.start();
    } catch (error) {
      if (isHueyError(error, 'StorageError'))
        this.#world.recorder.recordAs(name, name, 'fault', 'start failed', { detail: error.message });
      throw error;
    }
  }

  async shutdown(name: string, options: StopOptions): Promise<void> {
    const node = this.#node(name);
    this.#world.recorder.recordAs(name, name, 'command', 'shutdown');
    await node.stop(options);
  }

  pause(name: string): void {
    const node = this.#node(name);
    if (node.process?.state === 'paused') return;
    node.pause();
    this.#world.recorder.recordAs(name, name, 'begin', 'pause');
  }

  resume(name: string): void {
    const node = this.#node(name);
    if (node.process?.state === 'running') return;
    node.resume();
    this.#world.recorder.recordAs(name, name, 'end', 'pause');
  }

  partition(name: string): void {
    const node = this.#node(name);
    if (node.process?.isCutOff === true) return;
    node.cutOff();
    this.#world.recorder.recordAs(name, name, 'begin', 'partition');
  }

  heal(name?: string): void {
    const nodes = name === undefined ? [...this.nodes.values()] : [this.#node(name)];
    const cutOff = nodes.filter(({ process }) => process?.isCutOff === true);
    for (const node of cutOff) {
      this.#world.recorder.recordAs(node.name, node.name, 'end', 'partition');
      node.heal();
    }
    if (cutOff.length > 0) this.#world.network.reconnect();
  }

  skew(name: string, options: SkewOptions): void {
    checkOptionNames(options, ['ahead', 'drift'], 'skew');
    const { clock } = this.#node(name);
    const now = this.#world.kernel.now();
    const { ahead, drift = 0 } = options;
    if (!(Number.isFinite(drift) && drift > -1)) throw expected('drift', 'a number above -1', drift);
    const aheadMs =
      ahead === undefined ? clock.aheadAt(now) : durationMs('ahead', ahead, { least: -Infinity });
    clock.set(now, aheadMs, 1 + drift);
    const detail = `${aheadMs}ms ahead, drift ${drift}`;
    this.#world.recorder.recordAs(name, name, 'fault', 'skew', { detail });
  }

  fail(op: string, options: FailOptions): void {
    checkOptionNames(options, ['who', 'how', 'times', 'skip'], 'fail');
    const { who, how = 'refused' } = options;
    const { storage } = this.#world;
    if (op !== '*' && typeof (storage as unknown as Record<string, unknown>)[op] !== 'function')
      throw expected('op', 'a method of the storage, or `*`', op);
    if (!MISHAPS.includes(how)) throw expected('how', `one of ${MISHAPS.join(', ')}`, how);
    if (who !== undefined) this.#node(who.split('/')[0]!);
    this.#world.faults.plan({
      op: op === '*' ? undefined : op,
      who,
      how,
      times: integer('times', options.times, 1, 1),
      skip: integer('skip', options.skip, 0, 0),
    });
  }

  /** Ends what goes wrong by chance or was planned, and every partition. */
  calm(): void {
    this.#world.network.faults?.calm();
    this.heal();
  }

  /** Up and running, whatever state it is in. */
  async revive(name: string): Promise<void> {
    const node = this.#node(name);
    if (node.isUp) this.resume(name);
    this.heal(name);
    await node.arrived();
    if (!node.isUp) await this.restart(name);
  }

  /** Has a producer do something later. Each deed is a process of its own: what one dies of leaves the others alone. */
  act<R>(delayMs: number, by: string, what: string, action: () => R | PromiseLike<R>): Promise<R> {
    const { kernel, recorder } = this.#world;
    if (this.nodes.has(by)) throw expected('by', 'a name that no consumer has', by);
    const actor = new Actor(kernel, by, new SimProcess(by, new NodeClock(kernel.now())));
    this.#world.settle(actor);
    this.#producers.add(actor);
    this.#acting += 1;
    return new Promise<R>((resolve, reject) => {
      const begin = async (): Promise<R> => {
        recorder.record(actor, 'command', what);
        return action();
      };
      kernel.timer(delayMs, () => void begin().then(resolve, reject), actor, 'command');
      void actor.process.over.then(() =>
        reject(new StorageError(`${by} died of a call of the storage`, { mayHaveApplied: true })),
      );
    }).finally(() => (this.#acting -= 1));
  }

  /** Leaves everybody where they are. */
  abandon(): void {
    this.#isDisbanded = true;
    for (const node of this.nodes.values()) if (node.isUp) node.crash();
  }

  /** A call was the last of its node; it comes back after a while. */
  dieOf(actor: Actor, mishap: string): void {
    const { recorder } = this.#world;
    const { name } = actor.process;
    recorder.record(actor, 'fault', 'crash', { detail: mishap });
    if (this.#producers.has(actor)) return this.#loseProducer(actor);
    const node = this.#node(name);
    if (node.process !== actor.process) return;
    node.crash();
    this.#comeBack(node);
  }

  /** As a service manager does it: a start that the storage refuses is tried again after the same while. */
  #comeBack(node: Node): void {
    const { kernel, faults } = this.#world;
    kernel.timer(faults.restartAfterMs, () => {
      if (node.isUp || this.#isDisbanded) return;
      this.restart(node.name).catch((error: unknown) => {
        if (isHueyError(error, 'StorageError')) return this.#comeBack(node);
        // Whoever has killed it while it started sees to its return.
        if (error instanceof StartInterrupted) return;
        kernel.soon(() => {
          throw error;
        });
      });
    });
  }

  /** Stops everybody who is up, whatever state they are in. */
  async disband(options: StopOptions): Promise<void> {
    this.#isDisbanded = true;
    this.calm();
    const up = [...this.nodes.values()].filter(({ isUp }) => isUp);
    for (const node of up) node.resume();
    await Promise.all(up.map((node) => node.stop(options)));
  }

  /** Others act in its name at once. */
  #loseProducer({ name, process }: Actor): void {
    process.end();
    this.#world.leave(process);
    this.#world.kernel.bury();
    this.#world.recorder.recordAs(name, name, 'command', 'restart');
  }

  #node(name: string): Node {
    const node = this.nodes.get(name);
    if (node !== undefined) return node;
    throw expected('consumer', `one of ${this.names.join(', ') || 'none'}`, name);
  }
}
