// What every rule of the engine works on: the declarations, who listens, the settings, and the two things that tests
// and the simulator replace, the runtime and the storage.
import type { ResolvedHueyOptions } from '../model/huey-options.js';
import { type Runtime, systemRuntime } from '../runtime.js';
import type { Storage } from '../storage/storage.js';
import { Codec } from './codec.js';
import { Executing } from './executing.js';
import { Hooks } from './hooks.js';
import { Registry } from './registry.js';
import { SignalBus } from './signal-bus.js';

/** Settings that may change while the engine works. */
export interface EngineSettings {
  results: boolean;
  storeNone: boolean;
  storeIntermediateErrors: boolean;
  immediate: boolean;
}

/** What a consumer that works in this process offers to those who take a lock: the lock ends with its process. */
export interface ProcessLease {
  readonly name: string;
  /** Keeps the lease alive from now on; returns how to say that nothing is held under it any more. */
  hold(): Promise<() => void>;
}

export class Engine {
  readonly options: ResolvedHueyOptions;
  readonly settings: EngineSettings;
  readonly codec: Codec;
  readonly registry = new Registry();
  readonly signals = new SignalBus();
  readonly hooks = new Hooks();
  /** Names of locks that were ever asked for here: what `flushLocks` frees. */
  readonly lockNames = new Set<string>();
  /** The tasks whose bodies run in this process now. */
  readonly executing = new Executing();
  runtime: Runtime;
  storage: Storage;
  /** Those of the consumers that work in this process. */
  readonly leases = new Set<ProcessLease>();
  #immediateLease: string | undefined;

  constructor(options: ResolvedHueyOptions, storage: Storage) {
    this.options = options;
    this.settings = {
      results: options.results,
      storeNone: options.storeNone,
      storeIntermediateErrors: options.storeIntermediateErrors,
      immediate: options.immediate,
    };
    this.runtime = options.runtime ?? systemRuntime(options.logger);
    this.codec = new Codec(options.serializer, options.maxMessageBytes);
    this.storage = storage;
  }

  now(): number {
    return this.runtime.clock.now();
  }

  /** The lease under which this process holds what it runs in immediate mode. */
  get immediateLease(): string {
    this.#immediateLease ??= this.runtime.ids.next('lease');
    return this.#immediateLease;
  }
}
