// What every rule of the engine works on: the declarations, who listens, the settings, and the environment that tests
// and the simulator replace.
import type { ResolvedHueyOptions } from '../model/huey-options.js';
import { type Runtime, systemRuntime } from '../runtime.js';
import type { Storage } from '../storage/storage.js';
import { Codec } from './codec.js';
import { Environment, type ProcessLease } from './environment.js';
import type { Executing } from './executing.js';
import { Hooks } from './hooks.js';
import { Registry } from './registry.js';
import { SignalBus } from './signal-bus.js';

/** Settings that may change while the engine works. */
export interface EngineSettings {
  results: boolean;
  storeNone: boolean;
  storeIntermediateErrors: boolean;
}

/** What is the same in every environment. */
interface Declarations {
  readonly options: ResolvedHueyOptions;
  readonly settings: EngineSettings;
  readonly codec: Codec;
  readonly registry: Registry;
  readonly signals: SignalBus;
  readonly hooks: Hooks;
  readonly lockNames: Set<string>;
}

export class Engine {
  readonly options: ResolvedHueyOptions;
  readonly settings: EngineSettings;
  readonly codec: Codec;
  readonly registry: Registry;
  readonly signals: SignalBus;
  readonly hooks: Hooks;
  /** Names of locks that were ever asked for here: what `flushLocks` frees. */
  readonly lockNames: Set<string>;
  /** Where it lives, unless a route says otherwise. */
  readonly home: Environment;
  readonly #routes: (() => Environment | undefined)[] = [];

  constructor(declarations: Declarations, home: Environment) {
    this.options = declarations.options;
    this.settings = declarations.settings;
    this.codec = declarations.codec;
    this.registry = declarations.registry;
    this.signals = declarations.signals;
    this.hooks = declarations.hooks;
    this.lockNames = declarations.lockNames;
    this.home = home;
  }

  /** An engine with the same declarations and listeners that lives elsewhere for good. */
  fork(environment: Environment): Engine {
    return new Engine(this, environment);
  }

  /**
   * Adds who chooses the environment call by call, as that of the running test, or of the simulated process whose turn
   * it is; undefined leaves it to those that were added before, and in the end to home. Returns how to take it away.
   */
  addRoute(route: () => Environment | undefined): () => void {
    this.#routes.push(route);
    return () => {
      const index = this.#routes.indexOf(route);
      if (index !== -1) this.#routes.splice(index, 1);
    };
  }

  get environment(): Environment {
    for (let index = this.#routes.length - 1; index >= 0; index -= 1) {
      const environment = this.#routes[index]!();
      if (environment !== undefined) return environment;
    }
    return this.home;
  }

  get runtime(): Runtime {
    return this.environment.runtime;
  }

  get storage(): Storage {
    return this.environment.storage;
  }

  get immediate(): boolean {
    return this.environment.immediate;
  }

  get executing(): Executing {
    return this.environment.executing;
  }

  get leases(): Set<ProcessLease> {
    return this.environment.leases;
  }

  now(): number {
    return this.environment.runtime.clock.now();
  }
}

/** The engine of a new Huey. */
export function newEngine(options: ResolvedHueyOptions, storage: Storage): Engine {
  const { results, storeNone, storeIntermediateErrors } = options;
  const runtime = options.runtime ?? systemRuntime(options.logger);
  return new Engine(
    {
      options,
      settings: { results, storeNone, storeIntermediateErrors },
      codec: new Codec(options.serializer, options.maxMessageBytes),
      registry: new Registry(),
      signals: new SignalBus(),
      hooks: new Hooks(),
      lockNames: new Set(),
    },
    new Environment(runtime, storage, options.immediate),
  );
}
