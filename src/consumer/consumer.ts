// A consumer: workers, a scheduler and a lease keeper, each in a loop of its own, on the clock of the runtime; the
// simulator runs this very class on a virtual one. States: idle -> running -> stopped; starting and stopping twice
// are fine, and when stop resolves nothing runs and no timer is left.
import { checkOptionNames, integer } from '../check.js';
import type { Engine } from '../engine/engine.js';
import type { Duration } from '../time.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Loop } from './loop.js';
import { Scheduler } from './scheduler.js';
import { Worker, type WorkerOptions } from './worker.js';

/** What `huey.createConsumer` takes. */
export interface ConsumerOptions extends Omit<WorkerOptions, 'lease' | 'onSettled'> {
  /** How many tasks run at once. Default 1. */
  readonly workers?: number;
  /** Whether to enqueue periodic tasks. Default true. */
  readonly periodic?: boolean;
  /** The time between two looks at the schedule. Default 1s. */
  readonly schedulerInterval?: Duration;
}

const WORKER_OPTIONS = ['initialDelay', 'backoff', 'maxDelay', 'maxTasks', 'leaseTtl'] as const;
const KNOWN = [...WORKER_OPTIONS, 'workers', 'periodic', 'schedulerInterval'];

/** How long an idle worker waits that the storage wakes. */
const IDLE_MS = 60 * 60 * 1000;

/** Where a consumer is in its life. */
export type ConsumerState = 'idle' | 'running' | 'stopped';

/** One place for a worker; a worker that is spent is replaced in it. */
interface Slot {
  worker: Worker;
  /** When its current tick began to run a task; the lease must be renewed before it lapses. */
  busy: boolean;
}

/** Runs the tasks of a queue in this process; make one with `huey.createConsumer()`. */
export class Consumer implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #options: ConsumerOptions;
  readonly #slots: Slot[] = [];
  #state: ConsumerState = 'idle';
  #loops: Loop[] = [];
  #keeper: LeaseKeeper | undefined;
  #lease: string | undefined;
  #unsubscribe: (() => void) | undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(engine: Engine, options: ConsumerOptions = {}) {
    checkOptionNames(options, KNOWN, 'Consumer');
    integer('workers', options.workers, 1, 1);
    this.#engine = engine;
    this.#options = options;
  }

  get state(): ConsumerState {
    return this.#state;
  }

  /** Takes a lease, runs the startup hooks and begins to work. */
  async start(): Promise<void> {
    if (this.#state === 'idle') this.#started = this.#start();
    await this.#started;
  }

  /** Stops taking, lets what runs end, settles it, and gives the lease up. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    this.#state = 'running';
    const engine = this.#engine;
    const lease = engine.runtime.ids.next('lease');
    engine.lease = lease;
    this.#lease = lease;
    const keeper = this.#newKeeper(lease);
    this.#keeper = keeper;
    await keeper.tick(engine.now());
    for (let index = 0; index < (this.#options.workers ?? 1); index += 1) {
      const worker = new Worker(engine, this.#workerOptions(lease));
      await worker.start();
      this.#slots.push({ worker, busy: false });
    }
    this.#startLoops(lease, keeper);
  }

  async #stop(): Promise<void> {
    const wasRunning = this.#state === 'running';
    this.#state = 'stopped';
    if (!wasRunning) return;
    await this.#started;
    this.#unsubscribe?.();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    for (const { worker } of this.#slots) await worker.stop();
    await this.#keeper?.stop();
    if (this.#engine.lease === this.#lease) this.#engine.lease = undefined;
  }

  #newKeeper(lease: string): LeaseKeeper {
    const { leaseTtl } = this.#options;
    return new LeaseKeeper(this.#engine, {
      lease,
      skipIdle: this.#engine.storage.capabilities.notifies,
      isHolding: () => this.#slots.some(({ busy }) => busy),
      ...(leaseTtl !== undefined && { ttl: leaseTtl }),
    });
  }

  #workerOptions(lease: string): WorkerOptions {
    const chosen = Object.entries(this.#options).filter(([name]) =>
      (WORKER_OPTIONS as readonly string[]).includes(name),
    );
    return { ...Object.fromEntries(chosen), lease };
  }

  #startLoops(lease: string, keeper: LeaseKeeper): void {
    const { storage } = this.#engine;
    const { periodic, schedulerInterval } = this.#options;
    const scheduler = new Scheduler(this.#engine, {
      lease,
      skipIdle: storage.capabilities.notifies,
      ...(periodic !== undefined && { periodic }),
      ...(schedulerInterval !== undefined && { interval: schedulerInterval }),
    });
    const keep = this.#loop('lease', (now) => keeper.tick(now));
    const schedule = this.#loop('scheduler', (now) => scheduler.tick(now));
    const workers = this.#slots.map((slot, index) =>
      this.#loop(`worker-${index + 1}`, (now) => this.#work(slot, lease, keep, now)),
    );
    this.#loops = [keep, schedule, ...workers];
    this.#unsubscribe = storage.subscribe((gained, holder) => {
      if (gained === 'schedule') schedule.wake();
      else if (gained === 'queue') for (const worker of workers) worker.wake();
      else if (holder !== lease) keep.wake();
    });
    for (const loop of this.#loops) loop.start();
  }

  /** One tick of a worker. A task that runs for long has the lease renewed meanwhile. */
  async #work(slot: Slot, lease: string, keep: Loop, now: number): Promise<number> {
    const cancel = this.#engine.runtime.clock.timer(this.#keeper!.renewEveryMs, () => keep.wake());
    slot.busy = true;
    try {
      const next = await slot.worker.tick(now);
      if (slot.worker.isSpent) await this.#replace(slot, lease);
      return slot.worker.isIdle && this.#engine.storage.capabilities.notifies ? now + IDLE_MS : next;
    } finally {
      slot.busy = false;
      cancel();
    }
  }

  async #replace(slot: Slot, lease: string): Promise<void> {
    await slot.worker.stop();
    slot.worker = new Worker(this.#engine, this.#workerOptions(lease));
    await slot.worker.start();
  }

  #loop(name: string, tick: (now: number) => Promise<number>): Loop {
    const { clock, logger } = this.#engine.runtime;
    return new Loop({ name, clock, logger, tick });
  }
}
