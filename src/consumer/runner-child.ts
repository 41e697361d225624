// The child's side of a remote runner: loads the app, and calls the same `execute` as any other worker for each delivery
// it is sent. It settles nothing: the parent does, and says what came of it, which is then announced here, where the
// app's handlers and hooks are. States: new -> started -> stopped.
import { announce } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { engineOf } from '../engine/engine-of.js';
import { execute, type Execution } from '../engine/execute.js';
import { runLifecycle } from '../engine/hooks.js';
import { StorageError, TaskInterrupted } from '../errors.js';
import type { LogFields, Logger } from '../runtime.js';
import type { Delivery, SettlementResult } from '../storage/storage.js';
import type { ParentPort } from './channel.js';
import { errorText, fieldsText, reportOf, taskText, type ToChild } from './runner-messages.js';

/** Loads an app; returns its Huey. @throws an error whose message says what to do. */
export type LoadApp = (app: string) => Promise<object>;

export class RunnerChild {
  readonly #port: ParentPort;
  readonly #load: LoadApp;
  #engine!: Engine;
  #lease = '';
  #stop = new AbortController();
  #last: Execution | undefined;
  #holds = 0;
  #kept: Promise<void> | undefined;
  #whenKept: ((error: string | undefined) => void) | undefined;

  constructor(port: ParentPort, load: LoadApp) {
    this.#port = port;
    this.#load = load;
  }

  /** Takes a message of the parent's. */
  receive(message: ToChild): void {
    switch (message.kind) {
      case 'start':
        return void this.#start(message);
      case 'run':
        return void this.#run(message.delivery);
      case 'interrupt':
        return this.#interrupt();
      case 'tell':
        return void this.#tell(message.result);
      case 'kept':
        return this.#whenKept?.(message.error);
      case 'ping':
        return this.#port.post({ kind: 'pong' });
      case 'stop':
        return void this.#leave();
    }
  }

  async #start({ app, lease, ownLease, isObserved }: Extract<ToChild, { kind: 'start' }>): Promise<void> {
    try {
      this.#engine = engineOf(await this.#load(app));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#port.post({ kind: 'refused', reason });
    }
    const { home, signals, hooks, leases } = this.#engine;
    this.#lease = lease;
    home.runtime = { ...home.runtime, logger: this.#logger() };
    leases.add({ name: ownLease, hold: () => this.#hold() });
    if (isObserved)
      signals.connect((signal, task, error) => {
        const cause = error === undefined ? {} : { error: errorText(error) };
        this.#port.post({ kind: 'signal', signal, task: taskText(task), ...cause });
      }, []);
    await runLifecycle(hooks.startup, 'onStartup', home.runtime.logger);
    this.#port.post({ kind: 'started' });
  }

  async #run(delivery: Delivery): Promise<void> {
    this.#stop = new AbortController();
    const execution = await execute(this.#engine, delivery, {
      lease: this.#lease,
      stop: this.#stop.signal,
      onBody: (timeoutMs, isAcknowledged) => {
        if (timeoutMs > 0 || isAcknowledged) this.#port.post({ kind: 'began', timeoutMs, isAcknowledged });
      },
    });
    this.#last = execution;
    const { signals, hooks } = this.#engine;
    const isHeard = signals.hearsAny || hooks.postExecute.size > 0;
    this.#port.post({ kind: 'ended', report: reportOf(execution, isHeard) });
  }

  #interrupt(): void {
    this.#stop.abort(new TaskInterrupted());
    this.#engine.executing.interrupt(this.#stop.signal);
  }

  async #tell(result: SettlementResult): Promise<void> {
    const { announcements } = this.#last!;
    this.#last = undefined;
    await announce(this.#engine, { announcements, result });
    this.#port.post({ kind: 'told' });
  }

  async #leave(): Promise<void> {
    const { hooks, runtime, storage } = this.#engine;
    await runLifecycle(hooks.shutdown, 'onShutdown', runtime.logger);
    try {
      await storage.close();
    } catch (error) {
      runtime.logger.error('stop failed', { what: 'storage', error });
    }
    this.#port.exit();
  }

  /** Bodies take locks under the child's own lease, which the parent keeps. */
  async #hold(): Promise<() => void> {
    this.#holds += 1;
    if (this.#holds === 1) this.#kept = this.#askToKeep();
    let isHeld = true;
    const letGo = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#port.post({ kind: 'let-go' });
    };
    try {
      await this.#kept;
    } catch (error) {
      letGo();
      throw error;
    }
    return letGo;
  }

  #askToKeep(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#whenKept = (error) =>
        error === undefined
          ? resolve()
          : reject(new StorageError(`the lease of the worker could not be kept: ${error}`));
      this.#port.post({ kind: 'hold' });
    });
  }

  /** What is logged here is logged by the parent. */
  #logger(): Logger {
    const log =
      (level: keyof Logger) =>
      (message: string, fields?: LogFields): void =>
        this.#port.post({
          kind: 'log',
          level,
          message,
          ...(fields !== undefined && { fields: fieldsText(fields) }),
        });
    return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  }
}
