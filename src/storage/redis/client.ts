// One connection to the server, made by ioredis when it is first used. It has three states: waiting (not ready), ready,
// and closed, which it stays. A call waits for a server that is away, within bounds, before it is sent; once sent it is
// never sent again, for nobody knows whether it was applied.
import { ConfigurationError, StorageError } from '../../errors.js';
import { systemClock } from '../../runtime.js';
import { isMisconfiguration, storageErrorOf, unreachable, wasNotRun } from './errors.js';
import type { ResolvedRedisOptions } from './options.js';
import { Watchdog } from './watchdog.js';

/** What is used of ioredis: the same in 5 and 6, and in ioredis-mock. */
export interface Ioredis {
  on(event: string, listener: (...values: never[]) => void): unknown;
  connect?(): Promise<unknown>;
  quit(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
}

interface Waiter {
  attemptsLeft: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A server that was never reached is more likely to be somewhere else than to come back. */
const FIRST_ATTEMPTS = 2;
const LONGEST_PAUSE_MS = 2000;

/** Milliseconds before the n-th attempt to reach a server that is away. */
function pauseMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);
}

export class RedisClient {
  readonly #options: ResolvedRedisOptions;
  readonly #onReady: (ioredis: Ioredis) => void;
  readonly #waiters = new Set<Waiter>();
  /** Where one connection answers in order; a Cluster sees to its connections itself. */
  readonly #watchdog: Watchdog | undefined;
  #opening: Promise<Ioredis> | undefined;
  #ioredis: Ioredis | undefined;
  #wasReady = false;
  #isReady = false;
  #isGreeting = false;
  #isClosed = false;
  #lastError: unknown;
  /** The server is there and the settings are wrong in a way that ioredis would pass over. */
  #fault: unknown;

  /** @param onReady Called each time the server can be used, before waiting calls go on. */
  constructor(options: ResolvedRedisOptions, onReady: (ioredis: Ioredis) => void = () => {}) {
    this.#options = options;
    this.#onReady = onReady;
    if (!isCluster(options))
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
    this.#watchdog?.stop();
    if (ioredis === undefined) return;
    if (wasReady) await ioredis.quit().catch(() => {});
    ioredis.disconnect();
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw closedError();
  }

  async #start(): Promise<Ioredis> {
    const ioredis = await makeIoredis(this.#options);
    this.#refuseClosed();
    this.#ioredis = ioredis;
    ioredis.on('connect', () => this.#greet());
    ioredis.on('ready', () => this.#becomeReady(ioredis));
    ioredis.on('error', (error: unknown) => this.#fail(error));
    ioredis.on('close', () => this.#lose());
    ioredis.on('end', () => {
      this.#isReady = false;
      this.#rejectAll(unreachable(this.#lastError ?? 'it has ended', this.#options.server));
    });
    // What goes wrong is told by events, to all who wait.
    ioredis.connect?.()?.catch(() => {});
    return ioredis;
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

function isCluster({ connection }: ResolvedRedisOptions): boolean {
  return Reflect.get(connection ?? {}, 'isCluster') === true;
}

/** How long a connection that is given up is waited for to end by itself. */
const DISCONNECT_MS = 50;

/** Commands are never queued, and never sent again, by ioredis: we wait before, and tell after. */
async function makeIoredis({ connection, address, readTimeoutMs }: ResolvedRedisOptions): Promise<Ioredis> {
  const own = {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // Rejects what was sent as soon as the connection is lost; without it, ioredis would leave it unanswered for good.
    maxRetriesPerRequest: 0,
    disconnectTimeout: DISCONNECT_MS,
    retryStrategy: pauseMs,
  };
  if (connection === undefined) {
    const { Redis } = await loadIoredis();
    return new Redis({ ...address, ...own });
  }
  const given = connection as unknown as {
    readonly isCluster?: boolean;
    readonly options?: { readonly redisOptions?: object };
    duplicate(...overrides: unknown[]): Ioredis;
  };
  if (given.isCluster !== true) return given.duplicate(own);
  const { lazyConnect, enableOfflineQueue } = own;
  return given.duplicate([], {
    lazyConnect,
    enableOfflineQueue,
    enableAutoPipelining: false,
    // 0: not again, when a node's connection is lost.
    retryDelayOnFailover: 0,
    clusterRetryStrategy: pauseMs,
    redisOptions: { ...given.options?.redisOptions, commandTimeout: readTimeoutMs },
  });
}

async function loadIoredis() {
  try {
    return await import('ioredis');
  } catch (error) {
    throw new ConfigurationError(
      'Redis needs the package ioredis, which could not be loaded; install it: npm install ioredis',
      { cause: error },
    );
  }
}
