// A runtime that a test holds in its hands: time stands still until it is moved, ids count up, logs are kept.
import { type Clock, host, type IdKind, type LogFields, type Runtime, sleepBy } from '../src/runtime.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when told to. What it sets in motion comes to rest before it goes on. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal);
  }

  timer(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  soon(callback: () => void): void {
    void Promise.resolve().then(callback);
  }

  /** How many timers are waiting: 0 when nothing was left behind. */
  get timers(): number {
    return this.#timers.size;
  }

  /** The next instant that somebody waits for. */
  get nextAt(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at));
  }

  /** Moves time, from timer to timer; those that are due at the same instant are called in the order they were set. */
  async advance(byMs: number): Promise<void> {
    const target = this.#now + byMs;
    await host.turn();
    while (this.nextAt <= target) {
      const at = this.nextAt;
      this.#now = Math.max(this.#now, at);
      const [due] = [...this.#timers].filter((timer) => timer.at === at);
      this.#timers.delete(due!);
      due!.callback();
      await host.turn();
    }
    this.#now = target;
  }

  /** Moves the hands only: nobody is called. */
  set(now: number): void {
    this.#now = now;
  }
}

/** One line of the log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export interface ManualRuntime extends Runtime {
  readonly clock: ManualClock;
  readonly logs: LogLine[];
}

/** Thursday, the first minute of 2026. */
export const START = Date.UTC(2026, 0, 1);

/** @param prefix Keeps its ids apart from those of another runtime, as of another process. */
export function manualRuntime(start = START, prefix = ''): ManualRuntime {
  const logs: LogLine[] = [];
  const counters = new Map<IdKind, number>();
  const log =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void =>
      void logs.push({ level, message, fields });
  return {
    clock: new ManualClock(start),
    random: { next: () => 0.5 },
    ids: {
      next(kind) {
        const count = (counters.get(kind) ?? 0) + 1;
        counters.set(kind, count);
        return `${prefix}${kind}-${count}`;
      },
    },
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    logs,
  };
}
