// A consumer: a pump, a scheduler and a lease keeper, each in a loop of its own, on the clock of the runtime; the
// simulator runs this very class on a virtual one. States: idle -> running -> stopped; starting and stopping twice
// are fine, and when stop resolves nothing runs and no timer is left.
import { checkOptionNames } from '../check.js';
import type { Engine } from '../engine/engine.js';
import type { ProcessLease } from '../engine/environment.js';
import { SignalBus, type SignalHandler } from '../engine/signal-bus.js';
import type { Awaitable } from '../storage/storage.js';
import { type Duration, durationMs } from '../time.js';
import { ChildLeases } from './child-lease.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Loop } from './loop.js';
import { Pump } from './pump.js';
import { PUMP_SETTINGS, type PumpSettings } from './pump-options.js';
import type { Runner } from './runner.js';
import { Scheduler } from './scheduler.js';
import { hiring, WORKER_SETTINGS, type WorkerSettings } from './worker-settings.js';

/** What `huey.createConsumer` takes. */
export interface ConsumerOptions extends PumpSettings, WorkerSettings {
  /** Whether to enqueue periodic tasks. Default true. */
  readonly periodic?: boolean;
  /** The time between two looks at the schedule. Default 1s. */
  readonly schedulerInterval?: Duration;
}

/** What `consumer.stop` takes. */
export interface StopOptions {
  /**
   * How long what runs may go on. Then it is interrupted: it is told to stop, waited for no longer, and put back into
   * the queue. 0: at once. Default: until it ends.
   */
  readonly deadline?: Duration;
}

/** Where the parts of a consumer live. In production all live in one place; a simulation tells them apart. */
export interface ConsumerParts {
  /** The engine of a part: `worker` for the pump, `scheduler`, `lease`. Default: the consumer's own. */
  readonly engineOf?: (part: string) => Engine;
  /** Makes the runner of a place. Default: runs bodies in this loop. */
  readonly hire?: (lease: string) => Runner;
}

const KNOWN = [...PUMP_SETTINGS, ...WORKER_SETTINGS, 'periodic', 'schedulerInterval'];

/** How long an idle worker waits that the storage wakes. */
const IDLE_MS = 60 * 60 * 1000;

/** How long a consumer that was interrupted waits for what cannot be interrupted, a hook for instance. */
const LAST_WAIT_MS = 5000;

/** Where a consumer is in its life. */
export type ConsumerState = 'idle' | 'running' | 'stopped';

/** Runs the tasks of a queue in this process; make one with `huey.createConsumer()`. */
export class Consumer implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #options: ConsumerOptions;
  readonly #parts: ConsumerParts;
  readonly #lease: string;
  readonly #processLease: ProcessLease;
  readonly #keeper: LeaseKeeper;
  readonly #children: ChildLeases;
  /** Hear of the signals that children send. */
  readonly #observers = new SignalBus();
  readonly #scheduler: Scheduler;
  readonly #pump: Pump;
  readonly #loops: readonly Loop[];
  readonly #pumping: Loop;
  readonly #scheduling: Loop;
  readonly #keeping: Loop;
  #state: ConsumerState = 'idle';
  /** Locks held under the lease, and whether it was kept for the first of them. */
  #holds = 0;
  #kept: Promise<void> | undefined;
  #unsubscribe: (() => void)[] = [];
  #cancelRenewal: (() => void) | undefined;
  #cancelLastWait: (() => void) | undefined;
  #isOver = false;
  #giveUp = (): void => {};
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** @throws ConfigurationError naming the option that makes no sense. */
  constructor(engine: Engine, options: ConsumerOptions = {}, parts: ConsumerParts = {}) {
    checkOptionNames(options, KNOWN, 'Consumer');
    this.#engine = engine;
    this.#options = options;
    this.#parts = parts;
    this.#lease = engine.runtime.ids.next('lease');
    this.#processLease = { name: this.#lease, hold: () => this.#hold() };
    this.#keeper = this.#newKeeper();
    this.#children = new ChildLeases(engine, this.#lease, this.#keeper.ttlMs, () => this.#keeping.wake());
    this.#scheduler = this.#newScheduler();
    this.#pump = this.#newPump();
    this.#keeping = this.#loop('lease', (now) => this.#keeper.tick(now));
    this.#scheduling = this.#loop('scheduler', (now) => this.#scheduler.tick(now));
    this.#pumping = this.#loop('worker', (now) => this.#work(now));
    this.#loops = [this.#keeping, this.#scheduling, this.#pumping];
  }

  /** What it was made with. */
  get options(): ConsumerOptions {
    return this.#options;
  }

  get state(): ConsumerState {
    return this.#state;
  }

  /** Whether it has taken anything whose end is not stored, and told of, yet. */
  get isHolding(): boolean {
    return this.#pump.isHolding;
  }

  /** Takes a lease, runs the startup hooks and begins to work. If the storage refuses, it may be started again. */
  async start(): Promise<void> {
    if (this.#state === 'idle') {
      this.#state = 'running';
      this.#started = this.#start();
    }
    await this.#started;
  }

  /**
   * Stops taking, lets what runs end, settles it, and gives the lease up. What the storage refuses is logged. Stopping
   * again waits for the same end, and may bring the deadline forward.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    checkOptionNames(options, ['deadline'], 'consumer.stop');
    const deadlineMs = options.deadline === undefined ? undefined : durationMs('deadline', options.deadline);
    this.#stopped ??= this.#stop().finally(() => {
      this.#isOver = true;
      this.#cancelLastWait?.();
    });
    const disarm = deadlineMs === undefined ? undefined : this.#interruptIn(deadlineMs);
    try {
      await this.#stopped;
    } finally {
      disarm?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Calls the handler for every signal that is sent in this process, and for those that this consumer's threads and
   * processes send, where the handlers of `huey.signal` are called. Call it before `start`. Returns how to stop that.
   */
  observe(handler: SignalHandler): () => void {
    const buses = [this.#engine.signals, this.#observers];
    for (const bus of buses) bus.connect(handler, []);
    return () => {
      for (const bus of buses) bus.disconnect(handler, []);
    };
  }

  async #start(): Promise<void> {
    try {
      await this.#keeper.tick(this.#engine.now());
      this.#engine.leases.add(this.#processLease);
      await this.#pump.start();
    } catch (error) {
      this.#engine.leases.delete(this.#processLease);
      if (this.#state === 'running') this.#state = 'idle';
      throw error;
    }
    this.#unsubscribe = [
      this.#engine.registry.subscribe(() => this.#scheduling.wake()),
      this.#engine.storage.subscribe((gained, holder) => {
        if (gained === 'schedule') this.#scheduling.wake();
        else if (gained === 'queue') this.#pumping.wake();
        else if (holder !== this.#lease) this.#keeping.wake();
      }),
    ];
    for (const loop of this.#loops) loop.start();
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
    // The lease lives on as long as something runs.
    await Promise.all([this.#pumping.stop(), this.#scheduling.stop()]);
    await this.#attempt('worker', () => this.#stopPump());
    await this.#children.ended();
    await this.#keeping.stop();
    this.#disarmRenewal();
    this.#engine.leases.delete(this.#processLease);
    await this.#attempt('lease', () => this.#keeper.stop());
  }

  /** Interrupts what runs, after a while; returns how to take that back. */
  #interruptIn(deadlineMs: number): () => void {
    const { clock } = this.#engine.runtime;
    if (deadlineMs > 0) return clock.timer(deadlineMs, () => this.#interrupt());
    this.#interrupt();
    return () => {};
  }

  #interrupt(): void {
    if (this.#isOver) return;
    this.#pump.interrupt();
    this.#cancelLastWait ??= this.#engine.runtime.clock.timer(LAST_WAIT_MS, () => this.#giveUp());
  }

  /** Lets the pump come to its end, unless it was interrupted and does not. */
  async #stopPump(): Promise<void> {
    const given = new Promise<boolean>((resolve) => (this.#giveUp = () => resolve(false)));
    const isStopped = await Promise.race([this.#pump.stop().then(() => true), given]);
    this.#cancelLastWait?.();
    if (!isStopped)
      this.#engine.runtime.logger.error('stop failed', {
        what: 'worker',
        lease: this.#lease,
        error: new Error(
          `something did not end within ${LAST_WAIT_MS / 1000}s of being interrupted; it is left behind`,
        ),
      });
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
    return new LeaseKeeper(this.#engineOf('lease'), {
      lease: this.#lease,
      skipIdle: this.#engine.storage.capabilities.notifies,
      isHolding: () => this.#holds > 0 || this.#pump.isHolding || this.#children.areHeld,
      known: () => this.#pump.known,
      children: () => this.#children,
      ...(leaseTtl !== undefined && { ttl: leaseTtl }),
    });
  }

  #newScheduler(): Scheduler {
    const { periodic, schedulerInterval } = this.#options;
    return new Scheduler(this.#engineOf('scheduler'), {
      lease: this.#lease,
      skipIdle: this.#engine.storage.capabilities.notifies,
      ...(periodic !== undefined && { periodic }),
      ...(schedulerInterval !== undefined && { interval: schedulerInterval }),
    });
  }

  #newPump(): Pump {
    const { periodic: _periodic, schedulerInterval: _interval, ...settings } = this.#options;
    const { hire } = this.#parts;
    return new Pump(this.#engineOf('worker'), {
      ...settings,
      lease: this.#lease,
      hire: hire === undefined ? this.#hiring(settings) : () => hire(this.#lease),
      onWanted: () => this.#pumping.wake(),
      isOthers: (delivery) => this.#keeper.mayHold(delivery),
    });
  }

  #hiring(settings: WorkerSettings): () => Runner {
    return hiring(settings, {
      engine: this.#engine,
      lease: this.#lease,
      leases: this.#children,
      observers: this.#observers,
      onDied: () => this.#pumping.wake(),
    });
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
    this.#keeping.wake();
    return letGo;
  }

  /** One tick of the pump. As long as it holds something, the lease is renewed. */
  #work(now: number): Awaitable<number> {
    this.#armRenewal();
    const next = this.#pump.tick(now);
    return typeof next === 'number' ? this.#nextWork(now, next) : this.#workOn(now, next);
  }

  async #workOn(now: number, next: Promise<number>): Promise<number> {
    try {
      return this.#nextWork(now, await next);
    } finally {
      this.#relaxRenewal();
    }
  }

  #nextWork(now: number, next: number): number {
    this.#relaxRenewal();
    return this.#pump.isIdle && this.#engine.storage.capabilities.notifies ? now + IDLE_MS : next;
  }

  /** One timer serves all workers, and a whole burst of short tasks: most tasks must not cost a timer. */
  #armRenewal(): void {
    this.#cancelRenewal ??= this.#engine.runtime.clock.timer(this.#keeper.renewEveryMs, () => {
      this.#cancelRenewal = undefined;
      this.#keeping.wake();
    });
  }

  #relaxRenewal(): void {
    if (!this.#pump.isHolding) this.#disarmRenewal();
  }

  #disarmRenewal(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = undefined;
  }

  #engineOf(part: string): Engine {
    return this.#parts.engineOf?.(part) ?? this.#engine;
  }

  #loop(name: string, tick: (now: number) => Awaitable<number>): Loop {
    const { clock, logger } = this.#engineOf(name).runtime;
    return new Loop({ name, clock, logger, tick });
  }
}
