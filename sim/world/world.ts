// What a simulated world is made of: the kernel, the storage with the way to it, the nodes, and who takes down what
// happens. It gives every actor an engine that lives where the actor does; the rules stay the engine's.
import type { Engine } from '../../src/engine/engine.js';
import { Environment } from '../../src/engine/environment.js';
import type { IdKind, Ids, Random, Runtime } from '../../src/runtime.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Actor, SimProcess } from './actor.js';
import { actorStorage } from './actor-storage.js';
import type { Chooser } from '../choosers/chooser.js';
import { Faults, type NetworkOptions } from './faults.js';
import type { Kernel } from '../kernel/kernel.js';
import { keyedRandom } from '../kernel/keyed-random.js';
import { Network } from './network.js';
import { seededRandom } from '../kernel/random.js';
import type { Recorder } from './recorder.js';

/** Has the Huey ask that function where it lives; returns how to end that. */
export type AddRoute = (route: () => Environment) => () => void;

export interface WorldParts {
  readonly engine: Engine;
  readonly kernel: Kernel;
  readonly storage: Storage;
  readonly recorder: Recorder;
  readonly seed: number;
  readonly chooser: Chooser;
  readonly network: NetworkOptions | undefined;
  readonly onCrash: (actor: Actor, mishap: string) => void;
}

export class World {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly network: Network;
  readonly storage: Storage;
  /** Where code of the test lives. */
  readonly outside: Environment;
  readonly #parts: WorldParts;
  /** The processes that live, with where they do. */
  readonly #homes = new Map<SimProcess, Environment>();
  readonly #ids = new Map<string, Ids>();
  readonly #randoms = new Map<string, Random>();

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.kernel = parts.kernel;
    this.recorder = parts.recorder;
    this.storage = parts.storage;
    const { kernel, storage, recorder, onCrash, network, seed, chooser } = parts;
    const faults = network === undefined ? undefined : new Faults(network, seed, chooser);
    this.network = new Network({ kernel, storage, recorder, onCrash }, faults);
    this.outside = new Environment(
      {
        clock: kernel,
        // Apart from the interleavings', so that a task that draws numbers does not change them.
        random: seededRandom(seed + 2 ** 32),
        ids: this.#idsOf(''),
        logger: parts.engine.runtime.logger,
      },
      actorStorage(this.network, storage.capabilities, undefined),
    );
    this.outside.world = this;
  }

  /** Where the Huey lives now: with the actor whose step it is. */
  readonly route = (): Environment => (this.kernel.current as Actor | undefined)?.environment ?? this.outside;

  /** Whether the running code belongs to this world, and not to another simulation, or to a test beside this one. */
  readonly isHere = (): boolean => this.#parts.engine.environment.world === this;

  /** What may go wrong with calls from now on; it begins with nothing. */
  get faults(): Faults {
    const { seed, chooser } = this.#parts;
    return (this.network.faults ??= new Faults({}, seed, chooser));
  }

  /** Gives an actor a place to live, in a process of its own or in that of others; returns its engine. */
  settle(actor: Actor, home?: Environment): Engine {
    const { engine, storage } = this.#parts;
    const environment = new Environment(
      this.#runtimeOf(actor),
      actorStorage(this.network, storage.capabilities, actor),
      false,
      home,
    );
    environment.world = this;
    actor.environment = environment;
    if (home === undefined) this.#homes.set(actor.process, environment);
    return engine.fork(environment);
  }

  /** Where a process lives. */
  homeOf(process: SimProcess): Environment {
    return this.#homes.get(process)!;
  }

  /** A process has died. */
  leave(process: SimProcess): void {
    this.#homes.delete(process);
  }

  /** How many bodies run, wherever. */
  get running(): number {
    let count = this.outside.executing.size;
    for (const { executing } of this.#homes.values()) count += executing.size;
    return count;
  }

  /** The tasks whose bodies run, with the node. */
  places(): { readonly node: string; readonly task: string; readonly name: string }[] {
    return [...this.#homes].flatMap(([{ name: node }, { executing }]) =>
      executing.places().map(({ task }) => ({ node, task: task.id, name: task.name })),
    );
  }

  #runtimeOf(actor: Actor): Runtime {
    const { name } = actor.process;
    let random = this.#randoms.get(name);
    if (random === undefined) this.#randoms.set(name, (random = this.#randomOf(name)));
    return { clock: actor, random, ids: this.#idsOf(`${name}/`), logger: this.#loggerOf(actor) };
  }

  #randomOf(process: string): Random {
    const { seed, chooser } = this.#parts;
    const random = keyedRandom(seed, `${process} random`);
    if (chooser.watch === undefined) return random;
    return {
      next() {
        chooser.watch?.drew(process);
        return random.next();
      },
    };
  }

  #loggerOf(actor: Actor): Runtime['logger'] {
    const { logger } = this.#parts.engine.runtime;
    const { recorder } = this;
    if (!recorder.isOn) return logger;
    const noted =
      (level: 'debug' | 'info' | 'warn' | 'error'): Runtime['logger']['info'] =>
      (message, fields) => {
        recorder.record(actor, 'note', message);
        logger[level](message, fields);
      };
    return { debug: noted('debug'), info: noted('info'), warn: noted('warn'), error: noted('error') };
  }

  /** Counted on through all lives of a node. */
  #idsOf(prefix: string): Ids {
    let ids = this.#ids.get(prefix);
    if (ids === undefined) {
      const { watch } = this.#parts.chooser;
      const counts = new Map<IdKind, number>();
      ids = {
        next(kind) {
          watch?.drew(prefix);
          const count = (counts.get(kind) ?? 0) + 1;
          counts.set(kind, count);
          return `${prefix}${kind}-${count}`;
        },
      };
      this.#ids.set(prefix, ids);
    }
    return ids;
  }
}
