// All runs that differ, one after the other, by dynamic partial-order reduction with sleep sets (Flanagan and Godefroid,
// POPL 2005; Godefroid 1996). A run is made to its end; where two of its steps conflict and could have come the other way
// round, the other way is noted to be tried. What has been tried at a place sleeps there until a step conflicts with it,
// so that no order is made twice.
import type { ChoiceKind, Chooser, StepWatch } from '../choosers/chooser.js';
import type { RunEvent } from '../run-event.js';
import { SimulationError } from '../simulation-error.js';
import type { Footprint } from './footprint.js';
import { type Step, StepLog, WaiterIds } from './step-log.js';

/** A place where somebody had to go on. */
interface Level {
  readonly ready: readonly number[];
  /** Who goes on in this run. */
  chosen: number;
  /** Who is to be tried here. */
  readonly wanted: Set<number>;
  /** Who was tried here, or earlier in such a way that it makes no difference, with what it touched. */
  readonly asleep: Map<number, Footprint>;
  step: Step | undefined;
  /** The levels of this instant that come before it in every order: their indexes. */
  before: Set<number>;
}

/** Thrown within a run that leads nowhere new. */
export class Redundant extends SimulationError {}

/** States: new -> (begin -> in a run -> finish) repeated -> done, when begin answers false. */
export class ReducedSearch implements Chooser {
  readonly #ids = new WaiterIds();
  readonly #fromMs: number;
  readonly #levels: Level[] = [];
  #log: StepLog | undefined;
  /** How many levels of the run are behind. */
  #depth = 0;
  #runs = 0;
  #index = 0;

  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  /** Nothing is cut off. */
  get complete(): boolean {
    return true;
  }

  /** How many runs have begun. */
  get runs(): number {
    return this.#runs;
  }

  get watch(): StepWatch | undefined {
    return this.#log;
  }

  /** Begins the next run; false, when all have been made. */
  begin(): boolean {
    if (this.#runs > 0 && !this.#turnBack()) return false;
    this.#runs += 1;
    this.#depth = this.#index = 0;
    return true;
  }

  /** Who decides in this run, told how to learn the milliseconds since its start. */
  readonly chooser = (elapsedMs: () => number): Chooser => {
    this.#log = new StepLog(
      this.#ids,
      { choosing: (ready) => this.#choosing(ready), stepped: (step) => this.#stepped(step) },
      elapsedMs,
      this.#fromMs,
    );
    return this;
  };

  /** The run is at its end. */
  finish(): void {
    this.#log!.end();
  }

  /** Takes in an event of the run. */
  readonly observe = (event: RunEvent): void => this.#log?.observe(event);

  choose(kind: ChoiceKind): number {
    // Before the story begins, whoever came first goes first; a mishap is not offered to a reduced search.
    return kind === 'turn' ? this.#index : 0;
  }

  #choosing(ready: readonly number[]): void {
    const known = this.#levels[this.#depth];
    if (known === undefined) this.#levels.push(this.#newLevel(ready));
    else if (known.ready.length !== ready.length || known.ready.some((id, index) => id !== ready[index]))
      throw new SimulationError(
        `expected the candidates of step ${this.#depth} to be those of the run before; something in the scenario is not ` +
          'decided by the choices: real time, real chance, or what an earlier run left behind',
      );
    const { chosen } = this.#levels[this.#depth]!;
    this.#depth += 1;
    this.#index = ready.indexOf(chosen);
  }

  #newLevel(ready: readonly number[]): Level {
    const asleep = this.#stillAsleep();
    const chosen = ready.find((id) => !asleep.has(id));
    if (chosen === undefined) throw new Redundant('every order that begins so has been made');
    return { ready, chosen, wanted: new Set([chosen]), asleep, step: undefined, before: new Set() };
  }

  /** Whoever slept at the level before sleeps on, unless the step there conflicts with what it would do. */
  #stillAsleep(): Map<number, Footprint> {
    const last = this.#levels.at(-1);
    if (last === undefined) return new Map();
    const { print } = last.step!;
    return new Map([...last.asleep].filter(([, other]) => !other.conflictsWith(print)));
  }

  #stepped(step: Step): void {
    const index = this.#depth - 1;
    const level = this.#levels[index]!;
    level.step = step;
    const before = this.#withParent(step, index);
    for (let earlier = index - 1; earlier >= 0; earlier -= 1) {
      const other = this.#levels[earlier]!;
      if (other.step!.at < step.at) break;
      if (before.has(earlier) || !other.step!.print.conflictsWith(step.print)) continue;
      this.#race(other, earlier, step.id, index, before);
      before.add(earlier);
      for (const one of other.before) before.add(one);
    }
    level.before = before;
    for (const id of step.cancelled) if (level.ready.includes(id)) level.wanted.add(id);
  }

  /** What comes before a step as it comes from one: that step, and what comes before it. */
  #withParent({ parent, at }: Step, index: number): Set<number> {
    for (let earlier = index - 1; earlier >= 0; earlier -= 1) {
      const { step, before } = this.#levels[earlier]!;
      if (step!.at < at) break;
      if (step!.id === parent) return new Set([earlier, ...before]);
    }
    return new Set();
  }

  /** Two steps conflict, and nothing in between orders them: the later, or what it needs, is to be tried first. */
  #race(level: Level, earlier: number, id: number, index: number, before: ReadonlySet<number>): void {
    const firsts = new Set([id]);
    for (let at = earlier + 1; at < index; at += 1)
      if (before.has(at)) firsts.add(this.#levels[at]!.step!.id);
    const candidates = level.ready.filter((one) => firsts.has(one));
    if (candidates.some((one) => level.wanted.has(one))) return;
    for (const one of candidates.length > 0 ? candidates.slice(0, 1) : level.ready) level.wanted.add(one);
  }

  #turnBack(): boolean {
    for (;;) {
      const level = this.#levels.at(-1);
      if (level === undefined) return false;
      if (level.step !== undefined) level.asleep.set(level.chosen, level.step.print);
      const next = level.ready.find((id) => level.wanted.has(id) && !level.asleep.has(id));
      if (next !== undefined) {
        level.chosen = next;
        level.step = undefined;
        return true;
      }
      this.#levels.pop();
    }
  }
}
