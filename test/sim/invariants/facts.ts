// Facts written by hand, for a run that no simulation would make: the planted violations of the invariants.
import { MemoryHuey } from 'huey-ts';
import type { Execution } from '../../../src/engine/execute.js';
import { engineOf } from '../../../src/huey.js';
import type { Outcome } from '../../../src/model/outcome.js';
import type { Task } from '../../../src/model/task.js';
import type { Delivery, Effect, QueueItem } from '../../../src/storage/storage.js';
import type { Rest } from '../../../sim/invariants/invariant.js';
import { chosenInvariants } from '../../../sim/invariants/invariants.js';
import { Judge } from '../../../sim/invariants/judge.js';
import type {
  Facts,
  Flight,
  Moment,
  Observation,
  ObservationKind,
} from '../../../sim/observation/observation.js';

export const START = Date.UTC(2026, 0, 1);

export const NOTHING_LEFT: Rest = {
  pending: [],
  scheduled: [],
  held: [],
  dead: [],
  keys: [],
  locks: [],
  reports: [],
  isDrained: true,
};

/** Tells facts to one invariant, or to all. */
export class Story {
  readonly huey = new MemoryHuey();
  readonly engine = engineOf(this.huey);
  readonly judge: Judge;
  /** Milliseconds since the start. */
  time = 0;
  #receipts = 0;

  constructor(number?: number) {
    this.huey.task('work', () => {});
    this.judge = new Judge({
      engine: this.engine,
      invariants: chosenInvariants(number === undefined ? undefined : [number]),
      workersOf: () => 1,
    });
  }

  get complaints(): string[] {
    return this.judge.violations.map(({ message }) => message);
  }

  tell<K extends ObservationKind>(kind: K, facts: Facts[K], moment: Partial<Moment> = {}): this {
    const at = START + this.time;
    const observation = { at, clock: at, node: 'n', actor: 'n/worker-1', ...moment, kind, ...facts };
    this.judge.tell(observation as unknown as Observation);
    return this;
  }

  end(rest: Partial<Rest> = {}): this {
    this.judge.end({ ...NOTHING_LEFT, ...rest });
    return this;
  }

  task(id: string, values: Partial<Task> = {}): Task {
    return {
      id,
      name: 'work',
      args: [],
      attempt: 0,
      retries: 0,
      retryDelayMs: 0,
      retryBackoff: 1,
      ...values,
    };
  }

  item(task: Task, next: readonly Task[] = []): QueueItem {
    return this.engine.codec.encode({ head: task, next }, START + this.time);
  }

  delivery(item: QueueItem, count = 1): Delivery {
    this.#receipts += 1;
    return { item, receipt: `r${this.#receipts}`, count, revoked: false };
  }

  flight(delivery: Delivery, values: Partial<Flight> = {}): Flight {
    return { delivery, lease: 'lease', node: 'n', isHandOver: false, ...values };
  }

  /** Enqueued by a call, and taken. */
  taken(task: Task, next: readonly Task[] = []): Flight {
    const item = this.item(task, next);
    const flight = this.flight(this.delivery(item));
    this.tell('enqueued', { item, origin: 'call' }).tell('taken', { flight });
    return flight;
  }

  executing(task: Task, delivery: Delivery, moment: Partial<Moment> = {}): this {
    this.tell('began', { delivery }, moment);
    const beganClock = moment.clock ?? START + this.time;
    return this.tell('executing', { task, delivery, beganClock }, moment);
  }

  /** The end of an execution; returns it. */
  ended(task: Task, delivery: Delivery, outcome: Outcome, effects: readonly Effect[] = []): Execution {
    const settlement = { receipt: delivery.receipt, effects };
    const execution: Execution = { delivery, task, outcome, settlement, announcements: [] };
    this.tell('ended', { delivery, execution, beganClock: START + this.time });
    return execution;
  }

  settled(flight: Flight, execution: Execution): this {
    const { settlement } = execution;
    return this.tell('settled', { settlement, flight, execution, task: flight.delivery.item.id });
  }
}

export const returned = (value: unknown = null): Outcome => ({ kind: 'returned', value });
export const raised: Outcome = { kind: 'raised', error: new Error('planted') };
