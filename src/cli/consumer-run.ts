// One run of a consumer in this process, from its start until it has stopped as it was told. The first signal asks it to
// stop, the second insists, the third does not wait any longer.
import type { Consumer } from '../consumer/consumer.js';
import type { App } from './app.js';
import { EXIT, type ExitCode, reasonOf } from './failure.js';
import type { Host } from './host.js';
import { counted } from './listing.js';
import type { Log } from './log.js';
import type { TaskLog } from './task-log.js';

/** How long running tasks may go on; undefined: until they end. In milliseconds. */
export interface Deadlines {
  /** After SIGINT and SIGHUP. */
  readonly stopMs: number | undefined;
  /** After SIGTERM. */
  readonly termMs: number;
}

/** What is left to do when a run has ended. */
export type Ending =
  { readonly kind: 'restart' } | { readonly kind: 'exit'; readonly code: ExitCode; readonly reason?: string };

/** Why it stops: told to finish, to interrupt, to restart; or something went wrong that nobody has caught. */
type Request = 'finish' | 'interrupt' | 'restart' | 'crash';

/** What a run works with. */
export interface RunParts {
  readonly app: App;
  readonly consumer: Consumer;
  readonly log: Log;
  readonly tasks: TaskLog;
  readonly host: Host;
  readonly deadlines: Deadlines;
}

/** States: new -> running -> asked to stop -> forced -> ended. */
export class ConsumerRun {
  readonly #parts: RunParts;
  #request: Request | undefined;
  #isForced = false;
  #fault: unknown;
  #isReady = false;
  #ask!: () => void;
  readonly #asked = new Promise<void>((resolve) => (this.#ask = resolve));

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Whether it takes work. */
  get isWorking(): boolean {
    return this.#isReady && this.#request === undefined;
  }

  /** Runs until it is told to stop. @throws if it cannot start. */
  async run(): Promise<Ending> {
    const { consumer, host } = this.#parts;
    const quit = [
      host.onSignal('SIGINT', () => this.#hear('SIGINT', 'finish')),
      host.onSignal('SIGTERM', () => this.#hear('SIGTERM', 'interrupt')),
      host.onSignal('SIGHUP', () => this.#hear('SIGHUP', 'restart')),
      host.onOrphaned(() => this.#hear('the end of its parent', 'interrupt')),
      host.onStray((error, kind) => this.#hearStray(error, kind)),
    ];
    try {
      await consumer.start();
      this.#isReady = true;
      this.#say('INFO', 'Consumer is ready.');
      await this.#asked;
      return await this.#stop();
    } finally {
      for (const stop of quit) stop();
    }
  }

  #hear(cause: string, request: Request): void {
    if (this.#request === undefined) {
      this.#request = request;
      this.#say('INFO', `Received ${cause}, ${INTENTIONS[request]}`);
      this.#ask();
    } else if (request === 'restart') return;
    else if (this.#isForced) this.#leave();
    else this.#force(cause);
  }

  /** It was told before: what runs is interrupted now, and nothing is restarted. */
  #force(cause: string): void {
    this.#isForced = true;
    if (this.#request === 'restart') this.#request = 'finish';
    this.#say(
      'WARNING',
      `Received ${cause} again, interrupting ${this.#runningText()}. Once more ends the process.`,
    );
    void this.#parts.consumer.stop({ deadline: 0 });
  }

  #leave(): void {
    this.#parts.log.flush();
    this.#parts.host.exit(EXIT.forced);
  }

  #hearStray(error: unknown, kind: 'exception' | 'rejection'): void {
    if (kind === 'rejection')
      return this.#say('ERROR', 'Unhandled rejection: nobody awaits a promise that failed.', error);
    this.#say('ERROR', 'Uncaught exception, shutting down.', error);
    this.#fault ??= error;
    if (this.#request === undefined) this.#hear('an exception', 'crash');
  }

  async #stop(): Promise<Ending> {
    const { consumer, tasks, deadlines } = this.#parts;
    const before = tasks.counts.interrupted;
    const request = this.#request!;
    const deadlineMs =
      request === 'crash' ? 0 : request === 'interrupt' ? deadlines.termMs : deadlines.stopMs;
    if (this.#isWaitingFor(deadlineMs)) this.#say('INFO', `Waiting for ${this.#runningText()} to end.`);
    await consumer.stop(deadlineMs === undefined ? {} : { deadline: deadlineMs / 1000 });
    this.#say('INFO', 'All workers have stopped.');
    return this.#endingAfter(tasks.counts.interrupted - before);
  }

  #isWaitingFor(deadlineMs: number | undefined): boolean {
    return deadlineMs !== 0 && this.#parts.tasks.counts.running > 0;
  }

  #endingAfter(interrupted: number): Ending {
    if (this.#parts.consumer.isHolding && this.#request !== 'crash')
      return this.#exit(
        EXIT.forced,
        'stopped without having stored how every task ended; those run again when the lease of this consumer has passed',
      );
    switch (this.#request) {
      case 'restart':
        this.#say('INFO', 'Consumer will restart.');
        return { kind: 'restart' };
      case 'crash':
        return this.#exit(
          EXIT.failed,
          `an uncaught exception has ended the consumer: ${reasonOf(this.#fault)}`,
        );
      case 'finish':
        return interrupted === 0
          ? this.#exit(EXIT.ok)
          : this.#exit(
              EXIT.forced,
              `stopped before ${counted(interrupted, 'running task')} had ended; they are back in the queue`,
            );
      default:
        return this.#exit(EXIT.ok);
    }
  }

  #exit(code: ExitCode, reason?: string): Ending {
    this.#say('INFO', 'Consumer exiting.');
    return { kind: 'exit', code, ...(reason !== undefined && { reason }) };
  }

  #runningText(): string {
    return counted(this.#parts.tasks.counts.running, 'running task');
  }

  #say(level: 'INFO' | 'WARNING' | 'ERROR', message: string, error?: unknown): void {
    this.#parts.log.line(level, 'huey.consumer', message, error === undefined ? {} : { error });
  }
}

const INTENTIONS: Readonly<Record<Request, string>> = {
  finish: 'shutting down gracefully.',
  interrupt: 'shutting down.',
  restart: 'restarting gracefully.',
  crash: 'shutting down.',
};
