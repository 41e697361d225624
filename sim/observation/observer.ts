// Turns the events of a run into observations. It remembers only what an answer leaves out: which deliveries are in
// flight, which settlement is the end of which execution, and what each actor runs.
import type { Execution } from '../../src/engine/execute.js';
import type { Delivery, Settlement } from '../../src/storage/storage.js';
import type { RunEvent } from '../run-event.js';
import { Flights } from './flights.js';
import type { Disturbance, Facts, Observation, ObservationKind, Tell } from './observation.js';
import { factsOfCall } from './storage-facts.js';

/** What is told beside the trace's own words. */
const STRETCHES: Readonly<Record<string, readonly [begin: Disturbance, end: Disturbance]>> = {
  pause: ['pause', 'resume'],
  partition: ['partition', 'heal'],
};
const FAULTS = new Set(['crash', 'skew', 'refused', 'lost-response']);
const COMMANDS = new Set(['restart', 'shutdown']);

/** Hands on what it makes of each event, in order, within the step in which it happens. */
export class Observer {
  readonly #tellOn: (observation: Observation) => void;
  readonly #isWanted: (kind: ObservationKind) => boolean;
  readonly #flights = new Flights();
  readonly #executions = new WeakMap<Settlement, Execution>();
  readonly #running = new Map<string, { readonly delivery: Delivery; readonly clock: number }>();

  /** @param isWanted Facts of other kinds are not made. Default: all are wanted. */
  constructor(
    tellOn: (observation: Observation) => void,
    isWanted: (kind: ObservationKind) => boolean = () => true,
  ) {
    this.#tellOn = tellOn;
    this.#isWanted = isWanted;
  }

  /** Takes in one event of a run. */
  readonly observe = (event: RunEvent): void => {
    const { at, clock, node, actor } = event;
    const tell: Tell = (kind, facts) => {
      if (this.#isWanted(kind))
        this.#tellOn({ at, clock, node, actor, kind, ...facts } as unknown as Observation);
    };
    switch (event.kind) {
      case 'apply':
        return this.#called(event, tell);
      case 'signal':
        return this.#signalled(event, tell);
      case 'begin':
      case 'end':
        if (event.op === 'execution') return this.#executed(event, tell);
        return this.#disturbed(STRETCHES[event.op]?.[event.kind === 'begin' ? 0 : 1], tell);
      case 'fault':
        // A worker that dies alone is told of by the end of its execution.
        if (event.op === 'crash' && isWorker(event)) return;
        return this.#disturbed(FAULTS.has(event.op) ? (event.op as Disturbance) : undefined, tell);
      case 'command':
        return this.#disturbed(COMMANDS.has(event.op) ? (event.op as Disturbance) : undefined, tell);
      default:
    }
  };

  #called({ op, node, call }: RunEvent, tell: Tell): void {
    if (call === undefined || call.error !== undefined) return;
    const { args, answer } = call;
    tell('called', { op, args, answer });
    factsOfCall({ op, args, answer, node, flights: this.#flights, executions: this.#executions }, tell);
  }

  #signalled({ op, actor, clock, signalled }: RunEvent, tell: Tell): void {
    if (signalled === undefined) return;
    const { task, error } = signalled;
    if (op === 'executing') {
      const own = this.#running.get(actor);
      const isOwn = own?.delivery.item.id === task.id;
      tell('executing', {
        task,
        delivery: isOwn ? own.delivery : undefined,
        beganClock: isOwn ? own.clock : clock,
      });
    }
    tell('signalled', { signal: op as Facts['signalled']['signal'], task, error });
  }

  #executed({ kind, actor, clock, delivery, execution }: RunEvent, tell: Tell): void {
    if (delivery === undefined) return;
    if (kind === 'begin') {
      this.#running.set(actor, { delivery, clock });
      return tell('began', { delivery });
    }
    const beganClock = this.#running.get(actor)?.clock ?? clock;
    this.#running.delete(actor);
    if (execution !== undefined) this.#executions.set(execution.settlement, execution);
    tell('ended', { delivery, execution, beganClock });
  }

  #disturbed(what: Disturbance | undefined, tell: Tell): void {
    if (what !== undefined) tell('disturbed', { what });
  }
}

function isWorker({ actor, node, detail }: RunEvent): boolean {
  return detail === undefined && actor !== node;
}
