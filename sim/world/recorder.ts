// Takes down what happens in a run, for a trace and for observers. While neither is there it makes no object and costs
// one comparison.
import type { Actor } from './actor.js';
import type { RunEvent, RunListener } from '../run-event.js';
import type { TraceKind } from '../trace/trace-event.js';
import { NONE, type Trace } from '../trace/trace.js';
import type { Waiter } from '../kernel/waiter.js';

/** The name of the node that stands for code of the test. */
export const TEST = 'test';

/** What there is to know of an event beside who, when and what. */
export type Particulars = Partial<
  Pick<RunEvent, 'task' | 'name' | 'detail' | 'signalled' | 'call' | 'delivery' | 'execution'>
>;

const NOTHING: Particulars = {};

export class Recorder {
  readonly trace: Trace | undefined;
  readonly #clock: () => number;
  readonly #listeners: RunListener[];
  #isOn: boolean;

  constructor(clock: () => number, trace: Trace | undefined, listeners: readonly RunListener[]) {
    this.#clock = clock;
    this.trace = trace;
    this.#listeners = [...listeners];
    this.#isOn = trace !== undefined || listeners.length > 0;
  }

  /** Whether anybody wants to know. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Adds an observer; returns how to remove it. */
  observe(listener: RunListener): () => void {
    this.#listeners.push(listener);
    this.#isOn = true;
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index !== -1) this.#listeners.splice(index, 1);
      this.#isOn = this.trace !== undefined || this.#listeners.length > 0;
    };
  }

  /** An event of an actor, or of the test. */
  record(actor: Actor | undefined, kind: TraceKind, op: string, particulars: Particulars = NOTHING): void {
    if (!this.#isOn) return;
    this.recordAs(actor?.process.name ?? TEST, actor?.name ?? TEST, kind, op, particulars, actor);
  }

  /** An event of a node or an actor by its name. */
  recordAs(
    node: string,
    actorName: string,
    kind: TraceKind,
    op: string,
    particulars: Particulars = NOTHING,
    actor?: Actor,
  ): void {
    if (!this.#isOn) return;
    const at = this.#clock();
    const { task, name, detail } = particulars;
    const { trace } = this;
    if (trace !== undefined) {
      const id = (text: string | undefined): number => (text === undefined ? NONE : trace.id(text));
      trace.record(Math.floor(at), kind, id(node), id(actorName), id(op), id(task), id(name), detail);
    }
    if (this.#listeners.length === 0) return;
    const event: RunEvent = {
      at,
      clock: actor?.now() ?? at,
      kind,
      node,
      actor: actorName,
      op,
      ...particulars,
    };
    for (const listener of this.#listeners) listener(event);
  }

  /** A step that is about to be made; observers are not told. */
  step({ actor, what }: Waiter): void {
    const { trace } = this;
    if (trace === undefined) return;
    const name = trace.id(actor?.name ?? TEST);
    trace.record(Math.floor(this.#clock()), 'turn', nodeId(trace, actor), name, trace.id(what));
  }
}

function nodeId(trace: Trace, actor: Waiter['actor']): number {
  return trace.id(actor === undefined ? TEST : (actor as Actor).process.name);
}
