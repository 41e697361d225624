// Everything one scenario plays in: a Huey of its own on a storage of its own, a clock that stands still, counted ids, and
// what the steps leave for later steps: handles, locks, handlers, a lasting worker and scheduler.
import type { Engine } from '../../../src/engine/engine.js';
import type { LockHold } from '../../../src/engine/lock.js';
import type { SignalHandler } from '../../../src/engine/signal-bus.js';
import type { TaskContext } from '../../../src/engine/context.js';
import type { TaskFunction } from '../../../src/engine/task-function.js';
import type { Scheduler } from '../../../src/consumer/scheduler.js';
import type { HandWorker } from '../../hand-worker.js';
import { engineOf, Huey } from '../../../src/huey.js';
import type { HueyOptions } from '../../../src/model/huey-options.js';
import type { Task } from '../../../src/model/task.js';
import { type Runtime, silentLogger } from '../../../src/runtime.js';
import { CorpusError, type JsonObject, type Step } from './corpus.js';
import { CountedIds } from './counted-ids.js';
import { Journal } from './journal.js';
import type { PlayClock } from './play-clock.js';
import type { Stage } from './stage.js';
import { plain } from './values.js';

/** The task that a behaviour or an inner step belongs to; none in the hooks of a worker. */
export interface Self {
  readonly task?: Task;
  /** Present while a body runs. */
  readonly context?: TaskContext;
}

/** Performs a step; returns its value, or throws what it raises. */
export type Perform = (world: World, step: Step, self: Self) => Promise<unknown>;

export interface WorldOptions extends HueyOptions {
  /** Instant 0, in epoch milliseconds. */
  readonly start: number;
  readonly perform: Perform;
  /** Whether `work` settles a task together with taking the next. */
  readonly settleWithNext: boolean;
  /** Where it is played, made for its instant 0. */
  readonly stage: (start: number) => Stage;
}

/** The lease of every worker and scheduler here. Nobody renews it, so it must not run out. */
export const LEASE = 'conformance';
export const LEASE_TTL_SECONDS = 1e9;

export class World {
  readonly huey: Huey;
  readonly engine: Engine;
  readonly stage: Stage;
  readonly clock: PlayClock;
  readonly ids = new CountedIds();
  readonly journal: Journal;
  readonly tasks = new Map<string, TaskFunction<unknown[]>>();
  readonly handles = new Map<string, unknown>();
  readonly handlers = new Map<string, SignalHandler>();
  readonly holds = new Map<string, LockHold>();
  /** How often each kind of behaviour was tried for each task. */
  readonly attempts = new Map<string, number>();
  /** How to tell the workers that run now to stop, the innermost last. */
  readonly interrupts: AbortController[] = [];
  worker: HandWorker | undefined;
  scheduler: Scheduler | undefined;
  /** The first thing that this scenario asked for and that does not exist. Bodies cannot hide it. */
  fault: CorpusError | undefined;
  readonly settleWithNext: boolean;
  readonly #perform: Perform;

  constructor({ start, perform, settleWithNext, stage, ...options }: WorldOptions) {
    this.stage = stage(start);
    this.clock = this.stage.clock;
    const { storage } = this.stage;
    const runtime: Runtime = {
      clock: this.clock,
      random: { next: () => 0.5 },
      ids: this.ids,
      logger: silentLogger,
    };
    this.huey = new Huey({ ...options, runtime, storage });
    this.engine = engineOf(this.huey);
    this.journal = new Journal(this.clock);
    this.journal.listen(this.engine.signals);
    this.settleWithNext = settleWithNext;
    this.#perform = perform;
  }

  /** The declared task of that name, be it unregistered meanwhile. */
  task(name: string): TaskFunction<unknown[]> {
    const task = this.tasks.get(name);
    if (task === undefined) throw new CorpusError(`there is no task "${name}" in this scenario`);
    return task;
  }

  /** Performs a step inside a body, a hook or a handler, and notes how it ended. */
  async performInside(fields: JsonObject, self: Self): Promise<unknown> {
    if (typeof fields['op'] !== 'string') throw new CorpusError(`an inner step has no op`);
    const step = { ...fields, op: fields['op'] };
    try {
      const value = await this.#perform(this, step, self);
      const out = plain(value, this.clock);
      this.journal.note(`step:${step.op}`, self.task, out === null ? undefined : { out });
      return value;
    } catch (error) {
      this.journal.noteRaised(`step:${step.op}`, self.task, error);
      throw error;
    }
  }

  /** Runs a part of the scenario; remembers that it is at fault even if the engine takes the error for the body's own. */
  async guard<R>(part: () => Promise<R>): Promise<R> {
    try {
      return await part();
    } catch (error) {
      if (error instanceof CorpusError) this.fault ??= error;
      throw error;
    }
  }
}
