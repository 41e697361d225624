// Runs deliveries in a child, a thread or a process, one at a time. The child executes, this side holds the reins: it
// ends a child that goes on beyond a timeout or an interruption, or does not answer, and then says how the delivery
// ended. States: new -> starting -> idle <-> busy -> stopping -> dead; it may die at any time, and stays dead.
import { announce } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { endAs, type Execution } from '../engine/execute.js';
import type { SignalBus } from '../engine/signal-bus.js';
import { ConfigurationError, HueyError, TaskTimeout } from '../errors.js';
import type { Outcome } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import type { Delivery, SettlementResult } from '../storage/storage.js';
import type { Channel, Death, OpenChannel } from './channel.js';
import type { ChildLease } from './child-lease.js';
import type { Runner } from './runner.js';
import {
  type FromChild,
  plainDelivery,
  plainResult,
  readError,
  readFields,
  readOutcome,
  readTaskText,
  type Report,
  type ToChild,
} from './runner-messages.js';

export interface RemoteRunnerOptions {
  readonly open: OpenChannel;
  /** What the child loads: a file and what it exports. */
  readonly app: string;
  /** The lease of the consumer. */
  readonly lease: string;
  /** That of this child. */
  readonly ownLease: ChildLease;
  /** How often an idle child is asked whether it lives; undefined: never. */
  readonly healthCheckMs: number | undefined;
  /** Called when it has died while it ran nothing. */
  readonly onDied: () => void;
  /** Who hears of the signals that the child sends; asked when it starts. */
  readonly observers: SignalBus;
}

/** How much longer than its timeout a body may block its child before the child is ended. */
export const TIMEOUT_GRACE_MS = 500;
/** How long a child that is told to interrupt its body may take. */
export const INTERRUPT_GRACE_MS = 1000;
/** How long a child may take to load its app and run the startup hooks. */
export const START_LIMIT_MS = 60_000;
/** How long it may take to run the shutdown hooks and exit. */
export const STOP_LIMIT_MS = 30_000;

/** What is waited for. */
interface Wait {
  readonly kind: FromChild['kind'];
  resolve(message: FromChild): void;
  reject(error: unknown): void;
}

export class RemoteRunner implements Runner {
  readonly #engine: Engine;
  readonly #options: RemoteRunnerOptions;
  #channel: Channel | undefined;
  #isAlive = true;
  #isStopping = false;
  #wait: Wait | undefined;
  /** The delivery that runs, and whether it is off the books already. */
  #delivery: Delivery | undefined;
  #isAcknowledged = false;
  #isInterrupted = false;
  /** How the delivery ends if the child was ended on purpose, and why it was. */
  #verdict: Outcome | undefined;
  #reason: string | undefined;
  #dyingOf: unknown;
  #isPinged = false;
  #cancelLimit: (() => void) | undefined;
  #cancelCheck: (() => void) | undefined;
  #whenExited = (): void => {};
  readonly #exited = new Promise<void>((resolve) => (this.#whenExited = resolve));

  constructor(engine: Engine, options: RemoteRunnerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async start(): Promise<void> {
    const { open, app, lease, ownLease, observers } = this.#options;
    this.#channel = await open({
      onMessage: (message) => this.#receive(message),
      onExit: (death) => this.#end(death),
    });
    this.#limit(START_LIMIT_MS, `did not come up within ${START_LIMIT_MS / 1000}s`);
    const isObserved = observers.hearsAny;
    const start: ToChild = { kind: 'start', app, lease, ownLease: ownLease.name, isObserved };
    const answer = await this.#ask(start, 'started');
    this.#cancelLimit?.();
    if (answer.kind === 'refused') {
      this.#isAlive = false;
      this.#isStopping = true;
      this.#channel.kill();
      await this.#exited;
      throw new ConfigurationError(answer.reason);
    }
    this.#check();
  }

  async run(delivery: Delivery, stop: AbortSignal): Promise<Execution> {
    this.#delivery = delivery;
    this.#isAcknowledged = false;
    const interrupt = (): void => this.#interrupt();
    try {
      const ending = this.#ask({ kind: 'run', delivery: plainDelivery(delivery) }, 'ended');
      if (stop.aborted) interrupt();
      else stop.addEventListener('abort', interrupt, { once: true });
      const { report } = (await ending) as Extract<FromChild, { kind: 'ended' }>;
      return new RemoteExecution(this.#engine, delivery, report);
    } catch (error) {
      return this.#afterDeath(delivery, error);
    } finally {
      stop.removeEventListener('abort', interrupt);
      this.#cancelLimit?.();
      this.#delivery = undefined;
    }
  }

  tell(execution: Execution, result: SettlementResult): Promise<void> | undefined {
    if (!(execution instanceof RemoteExecution)) {
      const { announcements } = execution;
      return announce(this.#engine, { announcements, result });
    }
    // Nobody there wants to know; but a refusal is logged.
    if (!execution.isHeard) return announce(this.#engine, { announcements: [], result });
    return this.#tellChild(execution, result);
  }

  async stop(): Promise<void> {
    if (this.#channel === undefined) return;
    this.#isStopping = true;
    this.#cancelCheck?.();
    if (this.#isAlive) {
      this.#limit(STOP_LIMIT_MS, `did not stop within ${STOP_LIMIT_MS / 1000}s`);
      this.#channel.post({ kind: 'stop' });
    }
    await this.#exited;
  }

  async #tellChild({ delivery }: RemoteExecution, result: SettlementResult): Promise<void> {
    try {
      await this.#ask({ kind: 'tell', result: plainResult(result) }, 'told');
    } catch (error) {
      const { id, task } = delivery.item;
      this.#engine.runtime.logger.error('worker died before it could announce what is stored', {
        id,
        task,
        error,
      });
    }
  }

  #ask(message: ToChild, kind: FromChild['kind']): Promise<FromChild> {
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) return reject(this.#deathOf({ how: 'is gone' }));
      this.#wait = { kind, resolve, reject };
      this.#channel!.post(message);
    });
  }

  #receive(message: FromChild): void {
    const { logger } = this.#engine.runtime;
    switch (message.kind) {
      case 'began':
        return this.#watch(message.timeoutMs, message.isAcknowledged);
      case 'log':
        return logger[message.level](
          message.message,
          message.fields === undefined ? undefined : readFields(message.fields),
        );
      case 'signal': {
        const { signal, task, error } = message;
        const cause = error === undefined ? undefined : readError(error);
        return void this.#options.observers.emit(signal, readTaskText(task), cause, logger);
      }
      case 'hold':
        return void this.#hold();
      case 'let-go':
        return this.#options.ownLease.letGo();
      case 'pong':
        this.#isPinged = false;
        return;
      case 'dying':
        this.#dyingOf = readError(message.error);
        return;
      default:
        this.#answer(message);
    }
  }

  #answer(message: FromChild): void {
    const wait = this.#wait;
    if (wait === undefined || (wait.kind !== message.kind && message.kind !== 'refused')) return;
    this.#wait = undefined;
    wait.resolve(message);
  }

  async #hold(): Promise<void> {
    try {
      await this.#options.ownLease.keep();
      this.#channel!.post({ kind: 'kept' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#channel!.post({ kind: 'kept', error: reason });
    }
  }

  /** The body has begun: its time runs, and the child is given a little more. */
  #watch(timeoutMs: number, isAcknowledged: boolean): void {
    this.#isAcknowledged = isAcknowledged;
    if (timeoutMs === 0 || this.#isInterrupted) return;
    this.#limit(timeoutMs + TIMEOUT_GRACE_MS, 'a body did not give way at its timeout', {
      kind: 'timed-out',
      error: new TaskTimeout(timeoutMs),
    });
  }

  #interrupt(): void {
    this.#isInterrupted = true;
    this.#channel!.post({ kind: 'interrupt' });
    this.#limit(INTERRUPT_GRACE_MS, 'a body did not give way when it was interrupted', {
      kind: 'interrupted',
    });
  }

  /** Ends the child unless what is awaited comes in time. */
  #limit(delayMs: number, reason: string, verdict?: Outcome): void {
    this.#cancelLimit?.();
    this.#cancelLimit = this.#engine.runtime.clock.timer(delayMs, () => this.#kill(reason, verdict));
  }

  #kill(reason: string, verdict?: Outcome): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#reason = reason;
    this.#verdict = verdict;
    const { id, task } = this.#delivery?.item ?? {};
    this.#engine.runtime.logger.warn('worker killed', { reason, ...(id !== undefined && { id, task }) });
    this.#channel!.kill();
  }

  /** Asks an idle child again and again whether it lives: it may be stopped, or block, where nobody waits for it. */
  #check(): void {
    const { healthCheckMs } = this.#options;
    if (healthCheckMs === undefined || !this.#isAlive || this.#isStopping) return;
    this.#cancelCheck = this.#engine.runtime.clock.timer(healthCheckMs, () => {
      // Messages keep their order: one that has not answered yet has begun nothing since.
      if (this.#isPinged) return this.#kill(`did not answer within ${healthCheckMs / 1000}s`);
      if (this.#delivery === undefined) {
        this.#isPinged = true;
        this.#channel!.post({ kind: 'ping' });
      }
      this.#check();
    });
  }

  #end(death: Death): void {
    const error = this.#deathOf(death);
    const wait = this.#wait;
    this.#isAlive = false;
    this.#wait = undefined;
    this.#cancelLimit?.();
    this.#cancelCheck?.();
    this.#options.ownLease.end();
    wait?.reject(error);
    this.#whenExited();
    if (this.#isStopping || this.#delivery !== undefined) return;
    if (wait === undefined && this.#reason === undefined)
      this.#engine.runtime.logger.error('worker died', { error });
    this.#options.onDied();
  }

  #deathOf({ how, error = this.#dyingOf }: Death): HueyError {
    const text = this.#reason ?? (error instanceof Error ? `${how}: ${error.name}: ${error.message}` : how);
    return new HueyError(`the worker ${text}`, { cause: error });
  }

  /** @throws the error, if nothing is known but that the child died. */
  #afterDeath(delivery: Delivery, error: unknown): Execution {
    const engine = this.#engine;
    const isAcknowledged = this.#isAcknowledged;
    if (this.#verdict !== undefined) return endAs(engine, delivery, this.#verdict, { isAcknowledged });
    // Off the books, it cannot go back: the least that can be done is to say so.
    if (isAcknowledged) return endAs(engine, delivery, { kind: 'raised', error }, { isAcknowledged });
    throw error;
  }
}

/** An execution that ended in a child, which keeps what is to be announced. */
class RemoteExecution implements Execution {
  readonly delivery: Delivery;
  readonly settlement: Execution['settlement'];
  readonly outcome: Execution['outcome'];
  readonly announcements = [];
  readonly isHeard: boolean;
  readonly #engine: Engine;

  constructor(engine: Engine, delivery: Delivery, { outcome, settlement, isHeard }: Report) {
    this.#engine = engine;
    this.delivery = delivery;
    this.settlement = settlement;
    this.outcome = readOutcome(outcome);
    this.isHeard = isHeard;
  }

  /** Read when it is asked for: the child has read the message already, and mostly that is enough. */
  get task(): Task | undefined {
    if (this.outcome.kind === 'unreadable') return undefined;
    return this.#engine.codec.decode(this.delivery.item).task;
  }
}
