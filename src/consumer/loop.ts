// Drives one tick(now) from a clock: calls it, waits until it wants to be called again or is woken, calls it again.
// States: idle -> running -> stopped. When stop resolves, no tick runs and no timer is left. A tick that throws is
// logged and tried again after a pause that grows, so a storage that is away for a while stops nobody for good.
import type { Clock, Logger } from '../runtime.js';

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Does one step; returns when to be called again, in epoch milliseconds. */
  readonly tick: (now: number) => Promise<number>;
}

/** The pause after a first failure, and the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** How long ticks may follow each other without a pause. */
const BREATHE_EVERY_MS = 20;

export class Loop {
  readonly #options: LoopOptions;
  #stopping = false;
  #woken = false;
  /** Whether it waits for something that being woken must not cut short. */
  #deaf = false;
  /** When the host was last given a turn, by the monotonic clock. */
  #breathedAt = 0;
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
    this.#breathedAt = clock.monotonic();
    await new Promise<void>((resolve) => clock.soon(resolve));
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stopping) {
      this.#woken = false;
      try {
        const next = await this.#options.tick(clock.now());
        pauseMs = FIRST_PAUSE_MS;
        await this.#sleep(next - clock.now());
      } catch (error) {
        this.#options.logger.error('tick failed', { loop: this.#options.name, error, retryInMs: pauseMs });
        // A wake must not bring the next failure on.
        await this.#pause(pauseMs, true);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  /** Waits for the time or for being woken; a wake that came during the tick counts. */
  #sleep(delayMs: number): Promise<void> {
    const { clock } = this.#options;
    if (delayMs > 0 && !this.#woken) return this.#pause(delayMs, false);
    if (clock.monotonic() - this.#breathedAt < BREATHE_EVERY_MS)
      return new Promise((resolve) => clock.soon(resolve));
    // Ticks that follow each other at once are all promise jobs: nothing else in the process would get a turn.
    return this.#pause(0, true);
  }

  async #pause(delayMs: number, deaf: boolean): Promise<void> {
    const { clock } = this.#options;
    this.#deaf = deaf;
    await new Promise<void>((resolve) => {
      const cancel = clock.timer(delayMs, resolve);
      this.#resume = () => {
        cancel();
        clock.soon(resolve);
      };
      if (this.#stopping) this.#resume();
    });
    this.#resume = undefined;
    this.#deaf = false;
    this.#breathedAt = clock.monotonic();
  }
}
