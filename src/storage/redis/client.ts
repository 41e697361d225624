// One connection to the server, made by ioredis when it is first used. It has three states: waiting (not ready), ready,
// and closed, which it stays. A call waits for a server that is away, within bounds, before it is sent; once sent it is
// never sent again, for nobody knows whether it was applied.
import { StorageError } from '../../errors.js';
import { systemClock } from '../../runtime.js';
import { type Ioredis, isCluster, makeIoredis, pauseMs } from './connection.js';
import { isMisconfiguration, storageErrorOf, unreachable, wasNotRun } from './errors.js';
import type { ResolvedRedisOptions } from './options.js';
import { Watchdog } from './watchdog.js';

interface Waiter {
  attemptsLeft: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A server that was never reached is more likely to be somewhere else than to come back. */
const FIRST_ATTEMPTS = 2;
export class RedisClient {
  readonly #options: ResolvedRedisOptions;
  readonly #onReady: (ioredis: Ioredis) => void;
  readonly #waiters = new Set<Waiter>();
  /** Where one connection answers in order; a Cluster sees to its connections itself. */
  readonly #watchdog: Watchdog | undefined;
  readonly #make: (() => Promise<Ioredis>) | undefined;
  #attempts = 0;
  #cancelRetry: (() => void) | undefined;
  #opening: Promise<Ioredis> | undefined;
  #ioredis: Ioredis | undefined;
  #wasReady = false;
  #isReady = false;
  #isGreeting = false;
  #isClosed = false;
  #lastError: unknown;
  /** The server is there and the settings are wrong in a way that ioredis would pass over. */
  #fault: unknown;

  /**
   * @param onReady Called each time the server can be used, before waiting calls go on.
   * @param make Makes a connection that ends when it is lost, and each that follows. Default: one that finds back itself.
   */
  constructor(
    options: ResolvedRedisOptions,
    onReady: (ioredis: Ioredis) => void = () => {},
    make?: () => Promise<Ioredis>,
  ) {
    this.#options = options;
    this.#onReady = onReady;
    this.#make = make;
    if (!isCluster(options) || make !== undefined)
      this.#watchdog = new Watchdog(systemClock, options.readTimeoutMs, () => this.#drop());
  }

  /** The connection if it can be used at this very moment. */
  get ready(): Ioredis | undefined {
    return this.#isReady ? this.#ioredis : undefined;
  }

  /** Waits until the server can be used. @throws StorageError if it stays away, or the settings are wrong. */
  async open(): Promise<Ioredis> {
    this.#refuseClosed();
    this.#opening ??= this.#start();
    const ioredis = await this.#opening;
    if (!this.#isReady) await this.#wait();
    return ioredis;
  }

  /** Calls the server once, as soon as it can be used. @throws StorageError */
  async call<T>(send: (ioredis: Ioredis, attempt: number) => Promise<unknown>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const ioredis = this.ready ?? (await this.open());
      this.#refuseClosed();
      this.#watchdog?.ask();
      try {
        return (await send(ioredis, attempt)) as T;
      } catch (error) {
        const notRun = wasNotRun(error);
        if (notRun === undefined) throw storageErrorOf(error, this.#options.server);
        // The connection broke a moment ago, and its end was not told yet.
        if (notRun === 'unsent') this.#isReady = false;
      } finally {
        this.#watchdog?.answer();
      }
    }
  }

  /** Lets what was sent be answered, then disconnects. Further calls fail. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const ioredis = this.#ioredis;
    const wasReady = this.#isReady;
    this.#isReady = false;
    this.#rejectAll(closedError());
    this.#cancelRetry?.();
    if (ioredis === undefined) return;
    // Silence must not keep anybody from closing either.
    this.#watchdog?.ask();
    if (wasReady) await ioredis.quit().catch(() => {});
    this.#watchdog?.stop();
    ioredis.disconnect();
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw closedError();
  }

  async #start(): Promise<Ioredis> {
    let ioredis: Ioredis;
    try {
      ioredis = await (this.#make ?? (() => makeIoredis(this.#options)))();
    } catch (error) {
      this.#retry();
      throw error;
    }
    this.#refuseClosed();
    this.#ioredis = ioredis;
    ioredis.on('connect', () => this.#greet());
    ioredis.on('ready', () => this.#becomeReady(ioredis));
    ioredis.on('error', (error: unknown) => this.#fail(error));
    ioredis.on('close', () => this.#lose());
    ioredis.on('end', () => {
      this.#isReady = false;
      this.#rejectAll(unreachable(this.#lastError ?? 'it has ended', this.#options.server));
      this.#retry();
    });
    // What goes wrong is told by events, to all who wait.
    ioredis.connect?.()?.catch(() => {});
    return ioredis;
  }

  /** Has another connection made after a pause, where the one that ended does not come back. */
  #retry(): void {
    if (this.#make === undefined || this.#isClosed) return;
    this.#attempts += 1;
    this.#cancelRetry = systemClock.timer(pauseMs(this.#attempts), () => {
      this.#opening = this.#start();
      this.#opening.catch(() => {});
    });
  }

  #wait(): Promise<void> {
    if (this.#fault !== undefined) throw unreachable(this.#fault, this.#options.server);
    const attemptsLeft = this.#wasReady
      ? this.#options.reconnects
      : Math.min(FIRST_ATTEMPTS, this.#options.reconnects);
    return new Promise((resolve, reject) => this.#waiters.add({ attemptsLeft, resolve, reject }));
  }

  /** ioredis asks the server for its state before a connection is ready. */
  #greet(): void {
    this.#watchdog?.ask();
    this.#isGreeting = true;
  }

  #endGreeting(): void {
    if (this.#isGreeting) this.#watchdog?.answer();
    this.#isGreeting = false;
  }

  /** A connection that does not answer is no connection: whoever waits for it is told, and there will be another. */
  #drop(): void {
    this.#isReady = false;
    this.#ioredis?.disconnect(true);
  }

  #becomeReady(ioredis: Ioredis): void {
    this.#endGreeting();
    if (this.#isClosed) return;
    // A database that does not exist leaves the connection in another, and ready.
    if (this.#fault !== undefined) return ioredis.disconnect();
    this.#wasReady = true;
    this.#isReady = true;
    this.#attempts = 0;
    this.#onReady(ioredis);
    for (const { resolve } of this.#waiters) resolve();
    this.#waiters.clear();
  }

  #fail(error: unknown): void {
    this.#lastError = error;
    if (!isMisconfiguration(error)) return;
    if (/DB index|SELECT is not allowed/i.test(String(error))) this.#fault = error;
    this.#rejectAll(unreachable(error, this.#options.server));
  }

  #lose(): void {
    this.#endGreeting();
    this.#isReady = false;
    for (const waiter of this.#waiters) {
      if (waiter.attemptsLeft > 0) waiter.attemptsLeft -= 1;
      else {
        this.#waiters.delete(waiter);
        waiter.reject(unreachable(this.#lastError ?? 'it is away', this.#options.server));
      }
    }
  }

  #rejectAll(error: StorageError): void {
    for (const { reject } of this.#waiters) reject(error);
    this.#waiters.clear();
  }
}

function closedError(): StorageError {
  return new StorageError('expected an open storage, got one that was closed; open a new one');
}
