// The one door for everything ambient: time, timers, chance, identity, the host's event loop. Nothing else in src
// or sim reads them, which is what lets a virtual clock drive the very same code.
import { randomUUID } from 'node:crypto';

/** Time as the engine sees it. Instants are epoch milliseconds. */
export interface Clock {
  /** The wall clock, in epoch milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary origin that never jump back; for durations. */
  monotonic(): number;
  /** Resolves after `delayMs`, or as soon as `signal` aborts (it never rejects). */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `delayMs`; the returned function cancels it. */
  timer(delayMs: number, callback: () => void): () => void;
  /** Calls back once, as soon as what runs now has come to rest. */
  soon(callback: () => void): void;
}

/** Where chance comes from. */
export interface Random {
  /** A number of at least 0 and below 1. */
  next(): number;
}

export type IdKind = 'task' | 'chord' | 'lock' | 'lease';

/** Where identities come from. */
export interface Ids {
  /** A fresh identity; unique across processes in production. */
  next(kind: IdKind): string;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Where the engine reports what it cannot throw. Messages are constant, the particulars are fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Everything ambient, in one object that a test or the simulator replaces as a whole. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly logger: Logger;
}

const nothing = (): void => {};

/** The library's default: says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** setTimeout takes a signed 32-bit delay; longer waits are made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long loops may go on in promise jobs before the rest of the process gets its turn. */
const LONGEST_STREAK_MS = 20;
/** When the host last had its turn, by its own clock, if loops have been at it since. */
let streakSince: number | undefined;

const SETTLED = Promise.resolve();

/** The real clock. Looks the globals up at each call, so that fake timers installed later drive it too. */
export const systemClock: Clock = {
  now: () => globalThis.Date.now(),
  monotonic: () => globalThis.performance.now(),
  sleep: (delayMs, signal) => sleepBy(systemClock, delayMs, signal),
  timer(delayMs, callback) {
    let cancel: () => void;
    const arm = (remainingMs: number): void => {
      // A timer is cleared by the clock that it was set on, whichever is installed by then.
      const { setTimeout, clearTimeout } = globalThis;
      const chunkMs = Math.min(Math.max(remainingMs, 0), LONGEST_TIMER_MS);
      const handle = setTimeout(
        () => (remainingMs > chunkMs ? arm(remainingMs - chunkMs) : callback()),
        chunkMs,
      );
      cancel = () => clearTimeout(handle);
    };
    arm(delayMs);
    return () => cancel();
  },
  soon(callback) {
    // Whoever fakes timers counts on promise jobs: nothing may wait for a real turn then.
    if (isFaked() || !isStreakTooLong()) return void SETTLED.then(callback);
    hostImmediate(callback);
  },
};

/** Promise jobs that beget promise jobs would keep everything else in the process waiting for ever. */
function isStreakTooLong(): boolean {
  if (streakSince === undefined) {
    streakSince = host.realNow();
    hostImmediate(() => {
      streakSince = undefined;
    });
  }
  return host.realNow() - streakSince >= LONGEST_STREAK_MS;
}

function isFaked(): boolean {
  return globalThis.setTimeout !== hostTimeout;
}

/** The sleep that any clock with a timer can have. */
export function sleepBy(clock: Pick<Clock, 'timer'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const cancel = clock.timer(delayMs, () => {
      signal?.removeEventListener('abort', wake);
      resolve();
    });
    const wake = (): void => {
      cancel();
      resolve();
    };
    signal?.addEventListener('abort', wake, { once: true });
  });
}

/** The runtime of production: the machine's clock, its randomness, UUIDs; silent unless given a logger. */
export function systemRuntime(logger: Logger = silentLogger): Runtime {
  return {
    clock: systemClock,
    random: { next: () => globalThis.Math.random() },
    ids: { next: freshId },
    logger,
  };
}

/**
 * The host joins a UUID of twenty pieces, and keeps the pieces until somebody reads it: as the key of a task that waits
 * they would take 450 bytes, half of all that the task takes. Whoever reads one character gets them joined.
 */
function freshId(): string {
  const id = randomUUID();
  return id.charCodeAt(0) === 0 ? '' : id;
}

// Captured at load: fake timers must not move the points at which a simulation looks whether the host has come to rest.
const hostNextTick = process.nextTick;
const hostImmediate = globalThis.setImmediate;
const hostTimeout = globalThis.setTimeout;

/** The host's event loop, for the simulator: it needs to know when code that it resumed has come to rest. */
export const host = {
  /** Calls back once every promise job that is queued now, or queues itself meanwhile, has run. */
  afterMicrotasks: (callback: () => void): void => hostNextTick(callback),
  /** Resolves after one turn of the event loop: finished I/O has been delivered. */
  turn: (): Promise<void> => new Promise((resolve) => hostImmediate(() => resolve())),
  /** Calls the handler with errors that nobody catches, be they thrown or rejected with; returns how to stop that. */
  onStray(handler: (error: unknown, kind: 'exception' | 'rejection') => void): () => void {
    const thrown = (error: unknown): void => handler(error, 'exception');
    const rejected = (error: unknown): void => handler(error, 'rejection');
    process.on('uncaughtException', thrown).on('unhandledRejection', rejected);
    return () => void process.off('uncaughtException', thrown).off('unhandledRejection', rejected);
  },
  /** What keeps the process busy outside of JavaScript, by kind: sockets, file requests, child processes. */
  activeResources: (): readonly string[] => process.getActiveResourcesInfo(),
  /** The version of Node, as `v20.19.0`. */
  version: process.version,
  /** The number of this process. */
  processId: process.pid,
  /** Whether there is a process, or a thread, of that number; who may not send it a signal is told that there is. */
  isProcessAlive(id: number): boolean {
    try {
      return process.kill(id, 0);
    } catch (error) {
      return (error as { readonly code?: unknown }).code !== 'ESRCH';
    }
  },
  /** Real milliseconds, whatever the virtual time. */
  realNow: (() => {
    const { performance } = globalThis;
    const read = performance.now.bind(performance);
    return (): number => read();
  })(),
};
