// Runs deliveries in this process's own loop, side by side with others: for bodies that mostly wait.
import { announce } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { execute, type Execution } from '../engine/execute.js';
import { runLifecycle } from '../engine/hooks.js';
import type { Awaitable, Delivery, SettlementResult } from '../storage/storage.js';
import type { Runner } from './runner.js';

export class LocalRunner implements Runner {
  readonly isAlive = true;
  readonly #engine: Engine;
  readonly #lease: string;

  /** @param lease Locks that its tasks take end with it. */
  constructor(engine: Engine, lease: string) {
    this.#engine = engine;
    this.#lease = lease;
  }

  async start(): Promise<void> {
    await runLifecycle(this.#engine.hooks.startup, 'onStartup', this.#engine.runtime.logger);
  }

  run(delivery: Delivery, stop: AbortSignal): Awaitable<Execution> {
    return execute(this.#engine, delivery, { lease: this.#lease, stop });
  }

  tell({ announcements }: Execution, result: SettlementResult): Promise<void> | undefined {
    return announce(this.#engine, { announcements, result });
  }

  async stop(): Promise<void> {
    await runLifecycle(this.#engine.hooks.shutdown, 'onShutdown', this.#engine.runtime.logger);
  }
}
