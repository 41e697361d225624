// The parent of a consumer that is restarted: it starts the program anew as a child, passes signals on, and starts it
// again when the child asks for that, or when a source file has changed. It loads no app, so nothing in it grows old.
import { EXIT } from './failure.js';
import type { Child, Host, HostSignal } from './host.js';

/** What a supervised child exits with to be started again. Nobody else sees it. */
export const RESTART = 75;

/** By this variable a child knows that it is supervised. */
export const SUPERVISED = 'HUEY_SUPERVISED';

/** A child that has not ended so long after it was told to is killed, in development only. */
const PATIENCE_MS = 10_000;

/** Calls back at every change; returns how to stop that. */
export type Watch = (onChange: () => void) => () => void;

/** What a supervisor waits for when its child has ended: a change, or to be told to stop. */
type Wake = (again: boolean) => void;

/** States: running -> told to stop -> ended. */
export class Supervisor {
  readonly #host: Host;
  readonly #watch: Watch | undefined;
  #child: Child | undefined;
  #isTold = false;
  #isStale = false;
  #wake: Wake = () => {};

  /** @param watch In development: restarts at every change, and waits for one after a failure. */
  constructor(host: Host, watch?: Watch) {
    this.#host = host;
    this.#watch = watch;
  }

  /** Runs children until one ends for good; resolves to its exit code. */
  async run(): Promise<number> {
    const quit = [
      ...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) =>
        this.#host.onSignal(signal, () => this.#pass(signal)),
      ),
      this.#watch?.(() => this.#refresh()) ?? (() => {}),
    ];
    try {
      return await this.#cycle();
    } finally {
      for (const stop of quit) stop();
    }
  }

  async #cycle(): Promise<number> {
    for (;;) {
      this.#isStale = false;
      this.#child = this.#host.start({ [SUPERVISED]: '1' });
      const code = await this.#child.ended;
      this.#child = undefined;
      if (this.#isTold) return code;
      if (code === RESTART || this.#isStale) continue;
      if (this.#watch === undefined || code === EXIT.ok) return code;
      this.#say(`the consumer has ended with exit code ${code}; waiting for a change`);
      if (!(await new Promise<boolean>((resolve) => (this.#wake = resolve)))) return code;
    }
  }

  #pass(signal: HostSignal): void {
    if (signal !== 'SIGHUP') this.#isTold = true;
    if (this.#child === undefined) this.#wake(signal === 'SIGHUP');
    else this.#child.tell(signal);
  }

  #refresh(): void {
    const child = this.#child;
    if (child === undefined) return this.#wake(true);
    if (this.#isStale || this.#isTold) return;
    this.#isStale = true;
    this.#say('a file has changed; restarting');
    child.tell('SIGTERM');
    const disarm = this.#host.runtime.clock.timer(PATIENCE_MS, () => child.tell('SIGKILL'));
    void child.ended.then(disarm);
  }

  #say(text: string): void {
    this.#host.stderr.write(`huey: ${text}\n`);
  }
}
