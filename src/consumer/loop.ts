// Drives one tick(now) from a clock: calls it, waits until it wants to be called again or is woken, calls it again.
// States: idle -> running -> stopped. When stop resolves, no tick runs and no timer is left. A tick that throws is
// logged and tried again after a pause that grows, so a storage that is away for a while stops nobody for good.
import type { Clock, Logger } from '../runtime.js';
import type { Awaitable } from '../storage/storage.js';
import { AFTER_FAILURE, GrowingPause } from './growing-pause.js';

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Does one step; returns when to be called again, in epoch milliseconds: at once, if it has nothing to wait for. */
  readonly tick: (now: number) => Awaitable<number>;
}

export class Loop {
  readonly #options: LoopOptions;
  #stopping = false;
  #woken = false;
  /** Whether it waits for something that being woken must not cut short. */
  #deaf = false;
  #resume: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Starts ticking, from now on. Starting twice does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Has the next tick come at once, if it is being waited for; not after one that failed. */
  wake(): void {
    this.#woken = true;
    if (!this.#deaf) this.#resume?.();
  }

  /** Lets the tick that runs end, and stops. Stopping twice, or before the start, does nothing more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#resume?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    await new Promise<void>((resolve) => clock.soon(resolve));
    const pause = new GrowingPause(AFTER_FAILURE);
    while (!this.#stopping) {
      this.#woken = false;
      try {
        const answer = this.#options.tick(clock.now());
        const next = typeof answer === 'number' ? answer : await answer;
        pause.reset();
        await this.#sleep(next - clock.now());
      } catch (error) {
        const retryInMs = pause.next();
        this.#options.logger.error('tick failed', { loop: this.#options.name, error, retryInMs });
        // A wake must not bring the next failure on.
        await this.#pause(retryInMs, true);
      }
    }
  }

  /** Waits for the time or for being woken; a wake that came during the tick counts. */
  #sleep(delayMs: number): Promise<void> {
    const { clock } = this.#options;
    if (delayMs > 0 && !this.#woken) return this.#pause(delayMs, false);
    return new Promise((resolve) => clock.soon(resolve));
  }

  #pause(delayMs: number, deaf: boolean): Promise<void> {
    const { clock } = this.#options;
    this.#deaf = deaf;
    return new Promise((resolve) => {
      const end = (): void => {
        // Woken twice, it goes on once.
        if (this.#resume !== resume) return;
        this.#resume = undefined;
        this.#deaf = false;
        resolve();
      };
      // Whoever wants nothing by itself waits to be woken, without a timer.
      const cancel = delayMs === Infinity ? undefined : clock.timer(delayMs, end);
      const resume = (): void => {
        cancel?.();
        clock.soon(end);
      };
      this.#resume = resume;
      if (this.#stopping) resume();
    });
  }
}
