// Virtual time. Whatever waits, waits here: for an instant, or for its turn. One step resumes one waiter and lets it
// run until everything that it set in motion has come to rest; so code interleaves only where it waits, never by how
// many promises it is made of. When nothing is ready, time jumps to the next instant that somebody waits for.
import { Heap } from '../src/heap.js';
import { type Clock, host } from '../src/runtime.js';
import type { CandidateKey, Chooser } from './choosers/chooser.js';
import { Outside } from './outside.js';
import { SimulationError } from './simulation-error.js';

/** What is ready has no name of its own: it is known by its place among those that are ready. */
const placeOf: CandidateKey = (index) => String(index);

export interface KernelOptions {
  /** Epoch milliseconds at the start. */
  readonly start: number;
  readonly chooser: Chooser;
  /** Steps at one instant after which the run counts as a livelock. */
  readonly maxStepsPerInstant: number;
  /** Whether tasks are running whose bodies may wait for something outside of virtual time. */
  readonly isBusy: () => boolean;
  /** How long, in real milliseconds, virtual time waits for such a body before it moves on. */
  readonly patienceMs: number;
}

interface Timer {
  readonly at: number;
  readonly sequence: number;
  callback: (() => void) | undefined;
}

export class Kernel implements Clock {
  readonly #options: KernelOptions;
  readonly #timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence));
  #ready: (() => void)[] = [];
  #now: number;
  #sequence = 0;
  #running = false;
  #ended = false;
  /** Calls that drive take turns. */
  #drives: Promise<unknown> = Promise.resolve();
  /** How to refuse those who wait inside without a body's signal. */
  readonly #waiting = new Set<(reason: SimulationError) => void>();
  #steps = 0;
  readonly #outside = new Outside();

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#now = options.start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  timer(delayMs: number, callback: () => void): () => void {
    this.#sequence += 1;
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), sequence: this.#sequence, callback };
    this.#timers.push(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  soon(callback: () => void): void {
    this.#ready.push(callback);
  }

  /** Inside the simulation, waits for virtual time; outside, where a test waits for a result, moves it. */
  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    this.#checkOpen();
    if (!this.#running) return this.runUntil(this.#now + delayMs);
    return this.#wait(delayMs, signal);
  }

  /** Runs everything up to an instant, that instant included, and leaves the clock there. */
  async runUntil(instant: number): Promise<void> {
    await this.#takeTurn(() => this.#driveTo(instant));
  }

  /** Lets that much time pass from when its turn comes. */
  async runFor(durationMs: number): Promise<void> {
    await this.#takeTurn(() => this.#driveTo(this.#now + durationMs));
  }

  /** Runs until the condition holds when everything has come to rest at an instant, or nothing is left to wait for, or the limit is reached. */
  async runWhile(condition: () => boolean, limit: number): Promise<void> {
    await this.#takeTurn(() => this.#driveWhile(condition, limit));
  }

  /** The last turn, which runs like runWhile: who still waits afterwards, or for a turn, is refused. */
  async end(condition: () => boolean, limit: number): Promise<void> {
    await this.#takeTurn(async () => {
      try {
        await this.#driveWhile(condition, limit);
      } finally {
        this.#ended = true;
        for (const refuse of this.#waiting) refuse(ended());
      }
    });
  }

  async #takeTurn(drive: () => Promise<void>): Promise<void> {
    const turn = this.#driveAfter(this.#drives, drive);
    this.#drives = turn.catch(() => {});
    await turn;
  }

  async #driveAfter(others: Promise<unknown>, drive: () => Promise<void>): Promise<void> {
    await others;
    // Whoever had the turn before goes on first: a wait that it begins outside must not be taken for one inside.
    await rest();
    this.#checkOpen();
    await drive();
  }

  #checkOpen(): void {
    if (this.#ended) throw ended();
  }

  #wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return this.soon(resolve);
      const cancel = this.timer(delayMs, () => {
        signal?.removeEventListener('abort', wake);
        this.#waiting.delete(reject);
        resolve();
      });
      const wake = (): void => {
        cancel();
        this.soon(resolve);
      };
      signal?.addEventListener('abort', wake, { once: true });
      // Bodies wait with a signal, and are left where they are in the end.
      if (signal === undefined) this.#waiting.add(reject);
    });
  }

  #driveWhile(condition: () => boolean, limit: number): Promise<void> {
    return this.#drive(() => !condition() || this.#nextAt() > limit);
  }

  async #driveTo(instant: number): Promise<void> {
    await this.#drive(() => this.#nextAt() > instant);
    this.#now = Math.max(this.#now, instant);
  }

  async #drive(isDone: () => boolean): Promise<void> {
    this.#running = true;
    try {
      for (;;) {
        await this.#drain();
        if (isDone()) return;
        this.#now = Math.max(this.#now, this.#nextAt());
      }
    } finally {
      this.#running = false;
    }
  }

  /** Makes steps until nothing is ready at this instant and no body is waiting for the outside world. */
  async #drain(): Promise<void> {
    for (let steps = 0; ; steps += 1) {
      this.#collectDue();
      if (this.#ready.length === 0) {
        // Every step ends at rest, and so does what came before the first.
        if (!this.#options.isBusy() || !(await this.#heard())) return;
        continue;
      }
      if (steps >= this.#options.maxStepsPerInstant) throw this.#livelock(steps);
      await this.#step();
    }
  }

  async #step(): Promise<void> {
    const count = this.#ready.length;
    const callback =
      count === 1
        ? this.#ready.pop()
        : this.#ready.splice(this.#options.chooser.choose('turn', count, placeOf), 1)[0];
    this.#steps += 1;
    callback!();
    await rest();
  }

  #collectDue(): void {
    while (this.#nextAt() <= this.#now) {
      const { callback } = this.#timers.pop()!;
      if (callback !== undefined) this.#ready.push(callback);
    }
  }

  /** When the next timer is due; cancelled ones are forgotten on the way. */
  #nextAt(): number {
    for (;;) {
      const top = this.#timers.peek();
      if (top === undefined) return Infinity;
      if (top.callback !== undefined) return top.at;
      this.#timers.pop();
    }
  }

  /**
   * Gives bodies that wait for real I/O the real time they need before virtual time moves on; true if something came
   * of it. A body that waits for the test itself keeps nothing busy, and is not waited for.
   */
  async #heard(): Promise<boolean> {
    const { isBusy, patienceMs } = this.#options;
    const deadline = host.realNow() + patienceMs;
    do {
      await host.turn();
      await rest();
      if (this.#ready.length > 0 || this.#nextAt() <= this.#now) return true;
      if (!isBusy()) return true;
    } while (this.#outside.hasOpened() && host.realNow() < deadline);
    this.#outside.settle();
    return false;
  }

  #livelock(steps: number): SimulationError {
    return new SimulationError(
      `expected time to move on, got ${steps} steps at ${new Date(this.#now).toISOString()}; ` +
        'a task may retry, or enqueue itself, without any delay for ever (raise maxStepsPerInstant if that many are meant)',
    );
  }
}

function ended(): SimulationError {
  return new SimulationError(
    'expected to wait while the simulation runs, but it has ended; await what waits before disposing of it',
  );
}

/** Resolves when all promise jobs have run. */
function rest(): Promise<void> {
  return new Promise((resolve) => host.afterMicrotasks(resolve));
}
