// Watches one run: hands each fact to the invariants that want it, and keeps what they complain of with the events
// around it. The first complaint is the one that counts; what follows may follow from it.
import type { Engine } from '../../src/engine/engine.js';
import { Observer } from '../observation/observer.js';
import type { Observation, ObservationKind } from '../observation/observation.js';
import type { RunEvent } from '../run-event.js';
import type { Invariant, Rest, Watch } from './invariant.js';

/** What an invariant complained of. */
export interface Violation {
  readonly number: number;
  readonly invariant: string;
  readonly message: string;
  /** Virtual time, in epoch milliseconds. */
  readonly at: number;
  /** The last events up to the violation, oldest first. */
  readonly before: readonly RunEvent[];
}

/** What `Judge` takes. */
export interface JudgeOptions {
  readonly engine: Engine;
  readonly invariants: readonly Invariant[];
  readonly workersOf?: (node: string) => number | undefined;
}

/** How many events before a violation are kept. */
const KEPT = 30;
/** A run that is broken at every step need not say so more often. */
const MOST_VIOLATIONS = 50;

type Handler = (fact: Observation) => void;

/** States: watching -> ended. */
export class Judge {
  readonly violations: Violation[] = [];
  /** How often each rare path was reached. */
  readonly covered = new Map<string, number>();
  readonly #watches: readonly Watch[];
  readonly #handlers = new Map<ObservationKind, Handler[]>();
  readonly #observer = new Observer(
    (fact) => this.tell(fact),
    (kind) => this.#handlers.has(kind),
  );
  /** A ring: the latest events. */
  readonly #recent: RunEvent[] = [];
  #count = 0;
  #now = 0;

  constructor({ engine, invariants, workersOf = () => undefined }: JudgeOptions) {
    this.#watches = invariants.map((invariant) =>
      invariant.watch({
        engine,
        workersOf,
        complain: (message) => this.#complain(invariant, message),
        cover: (mark) => void this.covered.set(mark, (this.covered.get(mark) ?? 0) + 1),
      }),
    );
    for (const { on } of this.#watches)
      for (const [kind, handler] of Object.entries(on) as [ObservationKind, Handler][]) {
        const handlers = this.#handlers.get(kind);
        if (handlers === undefined) this.#handlers.set(kind, [handler]);
        else handlers.push(handler);
      }
  }

  /** Takes in an event of the run: what `Simulation.start` calls as `observe`. */
  readonly observe = (event: RunEvent): void => {
    this.#now = event.at;
    this.#recent[this.#count % KEPT] = event;
    this.#count += 1;
    this.#observer.observe(event);
  };

  /** Takes in one fact. */
  tell(fact: Observation): void {
    this.#now = fact.at;
    const handlers = this.#handlers.get(fact.kind);
    if (handlers === undefined) return;
    for (const handler of handlers) handler(fact);
  }

  /** Looks at what is left at the end of the run. */
  end(rest: Rest): void {
    for (const watch of this.#watches) watch.atEnd?.(rest);
  }

  #complain({ number, name }: Invariant, message: string): void {
    if (this.violations.length >= MOST_VIOLATIONS) return;
    const start = this.#count % KEPT;
    const before = [...this.#recent.slice(start), ...this.#recent.slice(0, start)];
    this.violations.push({ number, invariant: name, message, at: this.#now, before });
  }
}
