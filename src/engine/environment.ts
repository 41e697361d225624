// Where an engine lives: its clock and chance, its storage, and what goes on in its process. Tests and the simulator
// give it another one for a while; the declarations stay the same.
import type { Runtime } from '../runtime.js';
import type { Storage } from '../storage/storage.js';
import { Executing } from './executing.js';

/** What a consumer that works in this process offers to those who take a lock: the lock ends with its process. */
export interface ProcessLease {
  readonly name: string;
  /** Keeps the lease alive from now on; returns how to say that nothing is held under it any more. */
  hold(): Promise<() => void>;
}

/** One process, real or simulated, as the engine sees it. */
export class Environment {
  runtime: Runtime;
  storage: Storage;
  /** Whether tasks run at once, inside the call that enqueues them. */
  immediate: boolean;
  /** The tasks whose bodies run in this process now. */
  readonly executing: Executing;
  /** Those of the consumers that work in this process. */
  readonly leases: Set<ProcessLease>;
  /** What it shares with the other environments of one simulated world; undefined for one that stands alone. */
  world: object | undefined;
  #immediateLease: string | undefined;

  /** @param process Another environment in the same process: what goes on there is shared. Default: a process of its own. */
  constructor(runtime: Runtime, storage: Storage, immediate = false, process?: Environment) {
    this.executing = process?.executing ?? new Executing();
    this.leases = process?.leases ?? new Set();
    this.runtime = runtime;
    this.storage = storage;
    this.immediate = immediate;
  }

  /** The lease under which this process holds what it runs in immediate mode. */
  get immediateLease(): string {
    this.#immediateLease ??= this.runtime.ids.next('lease');
    return this.#immediateLease;
  }
}
