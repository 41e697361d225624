// A consumer: workers, a scheduler and a lease keeper, each in a loop of its own, on the clock of the runtime; the
// simulator runs this very class on a virtual one. States: idle -> running -> stopped; starting and stopping twice
// are fine, and when stop resolves nothing runs and no timer is left.
import { checkOptionNames, integer } from '../check.js';
import type { Engine } from '../engine/engine.js';
import type { ProcessLease } from '../engine/environment.js';
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
  /** Whether it is in a tick, and so may hold a delivery: the lease must not lapse. */
  busy: boolean;
}

/** Runs the tasks of a queue in this process; make one with `huey.createConsumer()`. */
export class Consumer implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #options: ConsumerOptions;
  readonly #lease: string;
  readonly #processLease: ProcessLease;
  readonly #keeper: LeaseKeeper;
  readonly #scheduler: Scheduler;
  readonly #slots: Slot[] = [];
  #state: ConsumerState = 'idle';
  #loops: Loop[] = [];
  /** The loop of the keeper, once it is started. */
  #keep: Loop | undefined;
  /** Locks held under the lease, and whether it was kept for the first of them. */
  #holds = 0;
  #kept: Promise<void> | undefined;
  #unsubscribe: (() => void)[] = [];
  #cancelRenewal: (() => void) | undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** @throws ConfigurationError naming the option that makes no sense. */
  constructor(engine: Engine, options: ConsumerOptions = {}) {
    checkOptionNames(options, KNOWN, 'Consumer');
    const workers = integer('workers', options.workers, 1, 1);
    this.#engine = engine;
    this.#options = options;
    this.#lease = engine.runtime.ids.next('lease');
    this.#processLease = { name: this.#lease, hold: () => this.#hold() };
    this.#keeper = this.#newKeeper();
    this.#scheduler = this.#newScheduler();
    for (let index = 0; index < workers; index += 1)
      this.#slots.push({ worker: this.#newWorker(), busy: false });
  }

  get state(): ConsumerState {
    return this.#state;
  }

  /** Takes a lease, runs the startup hooks and begins to work. If the storage refuses, it may be started again. */
  async start(): Promise<void> {
    if (this.#state === 'idle') {
      this.#state = 'running';
      this.#started = this.#start();
    }
    await this.#started;
  }

  /** Stops taking, lets what runs end, settles it, and gives the lease up. What the storage refuses is logged. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    try {
      await this.#keeper.tick(this.#engine.now());
    } catch (error) {
      if (this.#state === 'running') this.#state = 'idle';
      throw error;
    }
    this.#engine.leases.add(this.#processLease);
    for (const { worker } of this.#slots) await worker.start();
    this.#startLoops();
  }

  async #stop(): Promise<void> {
    const wasRunning = this.#state === 'running';
    this.#state = 'stopped';
    if (!wasRunning) return;
    const isStarted = await this.#started!.then(
      () => true,
      () => false,
    );
    if (!isStarted) return;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    this.#disarmRenewal();
    for (const { worker } of this.#slots) await this.#attempt('worker', () => worker.stop());
    this.#engine.leases.delete(this.#processLease);
    await this.#attempt('lease', () => this.#keeper.stop());
  }

  /** A storage that is away keeps nothing from being stopped: another consumer takes over what is left. */
  async #attempt(what: string, stop: () => Promise<void>): Promise<void> {
    try {
      await stop();
    } catch (error) {
      this.#engine.runtime.logger.error('stop failed', { what, lease: this.#lease, error });
    }
  }

  #newKeeper(): LeaseKeeper {
    const { leaseTtl } = this.#options;
    return new LeaseKeeper(this.#engine, {
      lease: this.#lease,
      skipIdle: this.#engine.storage.capabilities.notifies,
      isHolding: () => this.#holds > 0 || this.#isWorking(),
      ...(leaseTtl !== undefined && { ttl: leaseTtl }),
    });
  }

  #newScheduler(): Scheduler {
    const { periodic, schedulerInterval } = this.#options;
    return new Scheduler(this.#engine, {
      lease: this.#lease,
      skipIdle: this.#engine.storage.capabilities.notifies,
      ...(periodic !== undefined && { periodic }),
      ...(schedulerInterval !== undefined && { interval: schedulerInterval }),
    });
  }

  #newWorker(): Worker {
    const chosen = Object.entries(this.#options).filter(([name]) =>
      (WORKER_OPTIONS as readonly string[]).includes(name),
    );
    return new Worker(this.#engine, { ...Object.fromEntries(chosen), lease: this.#lease });
  }

  #startLoops(): void {
    const keep = this.#loop('lease', (now) => this.#keeper.tick(now));
    const schedule = this.#loop('scheduler', (now) => this.#scheduler.tick(now));
    const workers = this.#slots.map((slot, index) =>
      this.#loop(`worker-${index + 1}`, (now) => this.#work(slot, keep, now)),
    );
    this.#keep = keep;
    this.#loops = [keep, schedule, ...workers];
    this.#unsubscribe = [
      this.#engine.registry.subscribe(() => schedule.wake()),
      this.#engine.storage.subscribe((gained, holder) => {
        if (gained === 'schedule') schedule.wake();
        else if (gained === 'queue') for (const worker of workers) worker.wake();
        else if (holder !== this.#lease) keep.wake();
      }),
    ];
    for (const loop of this.#loops) loop.start();
  }

  /** Locks that are taken outside of this consumer's tasks are held under its lease as well. */
  async #hold(): Promise<() => void> {
    this.#holds += 1;
    if (this.#holds === 1) this.#kept = this.#keeper.keep();
    let isHeld = true;
    const letGo = (): void => {
      if (isHeld) this.#holds -= 1;
      isHeld = false;
    };
    try {
      await this.#kept;
    } catch (error) {
      letGo();
      throw error;
    }
    this.#keep?.wake();
    return letGo;
  }

  /** One tick of a worker. A task that runs for long has the lease renewed meanwhile. */
  async #work(slot: Slot, keep: Loop, now: number): Promise<number> {
    if (slot.worker.isSpent) await this.#replace(slot);
    this.#armRenewal(keep);
    slot.busy = true;
    try {
      const next = await slot.worker.tick(now);
      return slot.worker.isIdle && this.#engine.storage.capabilities.notifies ? now + IDLE_MS : next;
    } finally {
      slot.busy = false;
      if (slot.worker.isIdle && !this.#isWorking()) this.#disarmRenewal();
    }
  }

  /** One timer serves all workers, and a whole burst of short tasks: most tasks must not cost a timer. */
  #armRenewal(keep: Loop): void {
    this.#cancelRenewal ??= this.#engine.runtime.clock.timer(this.#keeper.renewEveryMs, () => {
      this.#cancelRenewal = undefined;
      keep.wake();
    });
  }

  #disarmRenewal(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = undefined;
  }

  #isWorking(): boolean {
    return this.#slots.some(({ busy, worker }) => busy || worker.isHolding);
  }

  async #replace(slot: Slot): Promise<void> {
    // First of all: what cannot be settled now is settled in the next attempt, and hooks run once.
    await slot.worker.flush();
    await slot.worker.stop();
    slot.worker = this.#newWorker();
    await slot.worker.start();
  }

  #loop(name: string, tick: (now: number) => Promise<number>): Loop {
    const { clock, logger } = this.#engine.runtime;
    return new Loop({ name, clock, logger, tick });
  }
}
