// A pump with one place that a test drives by hand: a tick takes one task and returns when its body has ended, which
// the next tick settles. It decides nothing; what it adds to the pump is the waiting.
import { LocalRunner } from '../src/consumer/local-runner.js';
import { Pump } from '../src/consumer/pump.js';
import type { PumpOptions } from '../src/consumer/pump-options.js';
import type { Runner } from '../src/consumer/runner.js';
import type { Engine } from '../src/engine/engine.js';
import { execute, type ExecuteOptions, type Execution } from '../src/engine/execute.js';
import type { Delivery } from '../src/storage/storage.js';

export interface HandWorkerOptions extends Omit<PumpOptions, 'hire' | 'workers'> {
  /** Who has the turn while a delivery is run. Default: whoever ticks. */
  readonly act?: (run: () => Promise<Execution>) => Promise<Execution>;
}

export class HandWorker {
  readonly #engine: Engine;
  readonly #pump: Pump;
  readonly #act: NonNullable<HandWorkerOptions['act']>;
  #begun: Promise<void> | undefined;
  #hasHooks = false;
  #options: ExecuteOptions = {};
  #last: Execution | undefined;

  constructor(engine: Engine, options: HandWorkerOptions) {
    this.#engine = engine;
    const { act = (run) => run(), ...others } = options;
    this.#act = act;
    this.#pump = new Pump(engine, { ...others, hire: () => this.#runner(options.lease) });
  }

  get isSpent(): boolean {
    return this.#pump.isSpent;
  }

  /** Whether the last tick found nothing. */
  get isIdle(): boolean {
    return this.#pump.isIdle;
  }

  /** Runs the startup hooks. */
  async start(): Promise<void> {
    this.#hasHooks = true;
    await this.#begin();
  }

  /** Settles what has ended, then runs the shutdown hooks. */
  async stop(): Promise<void> {
    this.#hasHooks = true;
    await this.#pump.stop();
  }

  /** Settles the execution before, takes one delivery and runs it. Returns when the pump wants to be called next. */
  async tick(now: number, options: ExecuteOptions = {}): Promise<number> {
    await this.#begin();
    this.#options = options;
    this.#last = undefined;
    const next = await this.#pump.tick(now);
    await this.#pump.rest();
    if (!this.#pump.hasEnded) return next;
    const kind = (this.#last as Execution | undefined)?.outcome.kind;
    return kind === 'unreadable' || kind === 'undone'
      ? this.#pump.tick(this.#engine.now())
      : this.#engine.now();
  }

  /** Settles the last execution without taking another. */
  async flush(): Promise<void> {
    await this.#pump.flush();
  }

  #begin(): Promise<void> {
    this.#begun ??= this.#pump.start();
    return this.#begun;
  }

  #runner(lease: string): Runner {
    const local = new LocalRunner(this.#engine, lease);
    return {
      isAlive: true,
      start: async () => (this.#hasHooks ? local.start() : undefined),
      run: async (delivery: Delivery) => {
        this.#last = await this.#act(async () =>
          execute(this.#engine, delivery, { lease, ...this.#options }),
        );
        return this.#last;
      },
      tell: (execution, result) => local.tell(execution, result),
      stop: async () => (this.#hasHooks ? local.stop() : undefined),
    };
  }
}
