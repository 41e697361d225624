// Runs bodies as an actor of their own: each begins as a step of its own, and can be killed without its node.
import { LocalRunner } from '../../src/consumer/local-runner.js';
import type { Runner } from '../../src/consumer/runner.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Execution } from '../../src/engine/execute.js';
import { SimulationError } from '../simulation-error.js';
import type { Awaitable, Delivery, SettlementResult } from '../../src/storage/storage.js';
import type { Actor } from './actor.js';
import type { Particulars, Recorder } from './recorder.js';

export interface WorkerParts {
  readonly actor: Actor;
  /** The engine that lives where the actor does. */
  readonly engine: Engine;
  readonly lease: string;
  readonly recorder: Recorder;
  /** Called when the runner is of no more use. */
  readonly onEnd: () => void;
}

/** States: alive -> dead. */
export class WorkerRunner implements Runner {
  readonly #parts: WorkerParts;
  readonly #local: LocalRunner;
  #delivery: Delivery | undefined;
  #die: ((reason: unknown) => void) | undefined;
  #isAlive = true;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#local = new LocalRunner(parts.engine, parts.lease);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get name(): string {
    return this.#parts.actor.name;
  }

  async start(): Promise<void> {
    await this.#local.start();
  }

  run(delivery: Delivery, stop: AbortSignal): Promise<Execution> {
    return new Promise((resolve, reject) => {
      this.#delivery = delivery;
      this.#die = reject;
      const { actor } = this.#parts;
      actor.soonAs('start', () => {
        const answer = this.#run(delivery, stop);
        if ('then' in answer) answer.then((execution) => resolve(this.#ended(delivery, execution)), reject);
        else resolve(this.#ended(delivery, answer));
      });
    });
  }

  tell(execution: Execution, result: SettlementResult): Promise<void> | undefined {
    return this.#local.tell(execution, result);
  }

  async stop(): Promise<void> {
    if (!this.#isAlive) return;
    await this.#local.stop();
    this.#parts.onEnd();
  }

  /** Ends it as a crash would: what it runs goes no further, and its pump is told. */
  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    const { actor, engine, recorder } = this.#parts;
    actor.kill();
    const { executing } = engine;
    const delivery = this.#delivery;
    for (const place of executing.places()) if (place.task.id === delivery?.item.id) executing.leave(place);
    if (delivery !== undefined)
      recorder.record(actor, 'end', 'execution', { ...subject(delivery), detail: 'killed' });
    this.#parts.onEnd();
    this.#die?.(new SimulationError(`${actor.name} was killed`));
  }

  #run(delivery: Delivery, stop: AbortSignal): Awaitable<Execution> {
    const { actor, recorder } = this.#parts;
    if (recorder.isOn) recorder.record(actor, 'begin', 'execution', subject(delivery));
    return this.#local.run(delivery, stop);
  }

  #ended(delivery: Delivery, execution: Execution): Execution {
    const { actor, recorder } = this.#parts;
    this.#delivery = this.#die = undefined;
    if (recorder.isOn)
      recorder.record(actor, 'end', 'execution', {
        task: delivery.item.id,
        name: delivery.item.task,
        delivery,
        execution,
        detail: execution.outcome.kind,
      });
    return execution;
  }
}

function subject(delivery: Delivery): Particulars {
  const { id, task } = delivery.item;
  return { task: id, name: task, delivery };
}
