// The steps of one run since the exploration began: who was ready, who went on, what that touched. Which waiters come from
// which step gives each a number that means the same in every run in which it exists.
import type { Owner, Waiter } from '../kernel/waiter.js';
import type { RunEvent } from '../run-event.js';
import type { StepWatch } from '../choosers/chooser.js';
import { addCall, Footprint, type Part, PARTS, THINGS } from './footprint.js';

/** One step. */
export interface Step {
  /** The number of the waiter that went on. */
  readonly id: number;
  /** The number of the waiter whose step brought it about; 0: none of a step. */
  readonly parent: number;
  readonly at: number;
  readonly print: Footprint;
  /** Waiters that were ready, and that this step had not go on. */
  readonly cancelled: number[];
}

/** Who listens. */
export interface StepLogListener {
  /** Who goes on: one of these numbers. */
  choosing(ready: readonly number[]): void;
  /** The step is at its end. */
  stepped(step: Step): void;
}

/** By the last part of an actor's name; those that are not here are workers. */
const PART_OF: Readonly<Record<string, Part>> = { pump: 'pump', scheduler: 'scheduler', lease: 'lease' };

export class StepLog implements StepWatch {
  readonly #ids: WaiterIds;
  readonly #listener: StepLogListener;
  readonly #elapsedMs: () => number;
  readonly #fromMs: number;
  readonly #numbers = new WeakMap<Waiter, { readonly id: number; readonly parent: number }>();
  #parent = 0;
  #children = 0;
  #step: Step | undefined;
  /** Whose step it is, whether it is explored or not. */
  #owner: Owner | undefined;

  constructor(ids: WaiterIds, listener: StepLogListener, elapsedMs: () => number, fromMs: number) {
    this.#ids = ids;
    this.#listener = listener;
    this.#elapsedMs = elapsedMs;
    this.#fromMs = fromMs;
  }

  created(waiter: Waiter): void {
    this.#children += 1;
    const id = this.#ids.of(this.#parent, this.#children);
    this.#numbers.set(waiter, { id, parent: this.#parent });
    this.#touchOwner(waiter.actor);
  }

  cancelled(waiter: Waiter): void {
    this.#touchOwner(waiter.actor);
    this.#step?.cancelled.push(this.#numbers.get(waiter)!.id);
  }

  choosing(ready: readonly Waiter[]): void {
    this.end();
    if (this.#elapsedMs() < this.#fromMs) return;
    this.#listener.choosing(ready.map((waiter) => this.#numbers.get(waiter)!.id));
  }

  stepping(waiter: Waiter): void {
    const { id, parent } = this.#numbers.get(waiter)!;
    this.#parent = id;
    this.#children = 0;
    this.#owner = waiter.actor;
    const at = this.#elapsedMs();
    if (at < this.#fromMs) return;
    const print = new Footprint();
    this.#step = { id, parent, at, print, cancelled: [] };
    addOwner(waiter.actor, print);
  }

  /** Ends the step that was the last. */
  end(): void {
    const step = this.#step;
    this.#step = undefined;
    if (step !== undefined) this.#listener.stepped(step);
  }

  /** Takes in an event of the run. */
  readonly observe = (event: RunEvent): void => {
    const print = this.#step?.print;
    if (print === undefined) return;
    const { kind, node, op } = event;
    if (kind === 'apply') return addCall(event, print);
    if (op === 'execution') return print.write(THINGS.user);
    if (kind === 'fault' || kind === 'command' || kind === 'begin' || kind === 'end') {
      // What befalls a node from outside befalls all its parts.
      addNode(node, print);
      if (op === 'partition') for (const thing of Object.values(THINGS.wake)) print.write(thing);
    }
  };

  /** The parts of a process share where its ids and its chance come from. */
  drew(process: string): void {
    this.#step?.print.write(THINGS.common(process));
  }

  called(): void {
    this.#step?.print.write(THINGS.user);
  }

  /** Whoever is woken by a step of another's is touched by it. */
  #touchOwner(owner: Owner | undefined): void {
    const print = this.#step?.print;
    if (print === undefined || owner === this.#owner || isMain(owner)) return;
    addOwner(owner, print);
  }
}

/**
 * The consumer itself has a timer for the renewal of its lease, which the pump sets, and which does nothing but wake the
 * lease keeper when it is due: setting it touches nobody.
 */
function isMain(owner: Owner | undefined): boolean {
  return owner?.isKeeper === true && owner.name === owner.process.name;
}

function addOwner(owner: Owner | undefined, print: Footprint): void {
  if (owner === undefined) return print.write(THINGS.all);
  const { name } = owner.process;
  if (isMain(owner)) return addNode(name, print);
  // A producer has no parts, and its actions are code of the user's, as bodies are.
  if (owner.name === name) {
    print.write(THINGS.producer(name));
    print.write(THINGS.user);
    return print.read(THINGS.wake.keys);
  }
  const part = PART_OF[owner.name.slice(name.length + 1)];
  if (part === undefined) print.write(THINGS.user);
  addPart(name, part ?? 'pump', print);
}

function addNode(name: string, print: Footprint): void {
  for (const part of PARTS) {
    print.write(THINGS.part(name, part));
    addPart(name, part, print);
  }
}

/** The lease keeper asks the pump whether it holds anything. */
function addPart(name: string, part: Part, print: Footprint): void {
  print.write(THINGS.part(name, part));
  if (part === 'lease') print.read(THINGS.part(name, 'pump'));
  if (part === 'lease') return print.read(THINGS.wake.lease);
  if (part === 'scheduler') return print.read(THINGS.wake.schedule);
  print.read(THINGS.wake.queue);
  print.read(THINGS.wake.keys);
}

/** Numbers waiters by where they come from; the same for all runs of an exploration. */
export class WaiterIds {
  readonly #numbers = new Map<string, number>();

  of(parent: number, child: number): number {
    const key = `${parent} ${child}`;
    let id = this.#numbers.get(key);
    if (id === undefined) this.#numbers.set(key, (id = this.#numbers.size + 1));
    return id;
  }
}
