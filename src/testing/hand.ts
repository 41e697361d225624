// A worker that a test moves by hand: it takes one delivery, runs it on the engine as any worker would, stores its end
// and announces it. A crash (see fault.ts) leaves the delivery as a killed process would: in flight, under a dead lease.
import { LeaseKeeper } from '../consumer/lease-keeper.js';
import { announce } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { Environment, type ProcessLease } from '../engine/environment.js';
import { execute, type Execution } from '../engine/execute.js';
import type { Runtime } from '../runtime.js';
import type { Delivery } from '../storage/storage.js';
import { TestClock } from './test-clock.js';

/** How an attempt ended: what the engine made of it, or that the worker died of it. */
export type Ended = Execution | 'crashed';

/** How long a hand's lease outlives its last turn, in milliseconds: time is moved under it. */
const LEASE_MS = 60 * 60 * 1000;

/** Who is told that the worker of an environment has died. */
const crashListeners = new WeakMap<Environment, () => void>();

/** Has the worker that runs in the engine's environment die, here and now; false if none is moved by hand. */
export function crashHere(engine: Engine): boolean {
  const listener = crashListeners.get(engine.environment);
  listener?.();
  return listener !== undefined;
}

/** The environment for work by hand: the storage that is there, on a clock that can be moved; nothing runs by itself. */
export function handEnvironment(engine: Engine, runtime: Partial<Runtime> = {}): Environment {
  const { clock } = engine.runtime;
  const movable = clock instanceof TestClock ? clock : new TestClock(clock);
  const environment = new Environment({ ...engine.runtime, clock: movable, ...runtime }, engine.storage);
  environment.world = engine.environment.world;
  return environment;
}

/** States: open -> closed. Everything but the constructor is called within the environment. */
export class Hand {
  readonly #engine: Engine;
  readonly #environment: Environment;
  readonly #held: Delivery[] = [];
  #lease: string;

  constructor(engine: Engine, environment: Environment) {
    this.#engine = engine;
    this.#environment = environment;
    this.#lease = environment.runtime.ids.next('lease');
    environment.leases.add(this.#processLease());
  }

  get lease(): string {
    return this.#lease;
  }

  /** Takes over what dead workers held, as any consumer does. */
  async recover(): Promise<void> {
    await new LeaseKeeper(this.#engine, { lease: this.#lease, ttl: '1h' }).tick(this.#engine.now());
  }

  /** Takes what comes first in the queue; undefined if it is empty. */
  async take(): Promise<Delivery | undefined> {
    const now = this.#engine.now();
    const { deliveries } = await this.#engine.storage.turn({
      settled: [],
      take: 1,
      lease: this.#lease,
      leaseUntil: now + LEASE_MS,
      now,
    });
    return deliveries[0];
  }

  /** Keeps a delivery until the end, so that those behind it can be taken; then it goes back into its place. */
  hold(delivery: Delivery): void {
    this.#held.push(delivery);
  }

  /** Runs a delivery; sleeps take no time. The end is not stored yet. */
  async run(delivery: Delivery): Promise<Ended> {
    const clock = this.#environment.runtime.clock as TestClock;
    const crashed = new Promise<'crashed'>((resolve) => {
      crashListeners.set(this.#environment, () => resolve('crashed'));
    });
    try {
      return await clock.skippingSleeps(() =>
        Promise.race([execute(this.#engine, delivery, { lease: this.#lease }), crashed]),
      );
    } finally {
      crashListeners.delete(this.#environment);
    }
  }

  /** Stores what an execution has come to, and announces it. */
  async settle({ settlement, announcements }: Execution): Promise<void> {
    const now = this.#engine.now();
    const { settled } = await this.#engine.storage.turn({
      settled: [settlement],
      take: 0,
      lease: this.#lease,
      leaseUntil: now + LEASE_MS,
      now,
    });
    await announce(this.#engine, { announcements, result: settled[0]! });
  }

  /** Lets the worker die: what it held waits to be taken over. Another takes its place. */
  async die(): Promise<void> {
    await this.#engine.storage.endLease(this.#lease, this.#engine.now());
    this.#held.length = 0;
    this.#lease = this.#environment.runtime.ids.next('lease');
    this.#environment.leases.clear();
    this.#environment.leases.add(this.#processLease());
  }

  /** Locks that bodies take end with the lease, as in a consumer's process. */
  #processLease(): ProcessLease {
    return { name: this.#lease, hold: () => Promise.resolve(() => {}) };
  }

  /** Puts back what is held, and gives the lease up. */
  async close(): Promise<void> {
    const { storage } = this.#engine;
    const now = this.#engine.now();
    const settled = this.#held
      .splice(0)
      .map(({ receipt }) => ({ receipt, effects: [{ kind: 'release' as const }] }));
    if (settled.length > 0) await storage.turn({ settled, take: 0, lease: this.#lease, now });
    await storage.endLease(this.#lease, now);
  }
}

/** Tells whether a test library threw the error: it is about the test, not about the task. */
export function isAssertionError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'AssertionError' ||
    (error as { code?: unknown }).code === 'ERR_ASSERTION' ||
    'matcherResult' in error
  );
}
