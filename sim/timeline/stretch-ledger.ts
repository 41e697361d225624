// Pairs what begins with what ends it: `begin` with `end`, `request` with `response`, by actor, op and task. A crash cuts
// off everything that its node, or its actor, had begun; a lost request or answer cuts off the call.
import type { TraceEvent } from '../trace/trace-event.js';
import type { Stretch } from './stretch.js';

/** What keeps a call of the storage from being answered. */
const CALL_FAULTS: ReadonlySet<string> = new Set(['lost-request', 'lost-response', 'refused']);

/** States: it takes events in order, and is closed once. */
export class StretchLedger {
  readonly #laneOf: (event: TraceEvent) => number;
  readonly #finish: number;
  readonly #open = new Map<string, Stretch>();
  readonly #executions = new Map<string, Stretch>();
  readonly #all: Stretch[] = [];

  /** `finish`: when the run ends, with it all that is still open. */
  constructor(laneOf: (event: TraceEvent) => number, finish: number) {
    this.#laneOf = laneOf;
    this.#finish = finish;
  }

  /** Takes note of an event; true if it is part of a stretch, and so needs no mark. */
  add(event: TraceEvent): boolean {
    switch (event.kind) {
      case 'begin':
        return this.#begin(event, false);
      case 'request':
        return this.#begin(event, true);
      case 'end':
      case 'response':
        return this.#end(event);
      case 'apply':
        return this.#open.has(keyOf(event));
      case 'fault':
        if (event.op === 'crash') this.#cut(event, () => true);
        if (CALL_FAULTS.has(event.op ?? '')) this.#cut(event, ({ call }) => call);
        return false;
      default:
        return false;
    }
  }

  /** Marks the last execution of the event's task as failed. */
  fail(event: TraceEvent): void {
    const execution = event.task === undefined ? undefined : this.#executions.get(event.task);
    if (execution !== undefined) execution.failed = true;
  }

  /** All stretches, in the order in which they began. */
  close(): Stretch[] {
    for (const stretch of this.#open.values()) stretch.to = this.#finish;
    return this.#all;
  }

  #begin(event: TraceEvent, call: boolean): true {
    const { at, op = '', task } = event;
    const lane = this.#laneOf(event);
    // One that begins again without an end was never answered.
    this.#settle(keyOf(event), event, 'cut', false);
    const stretch: Stretch = {
      lane,
      row: 0,
      op,
      call,
      from: at,
      to: at,
      end: 'open',
      failed: false,
      event,
      last: undefined,
    };
    this.#open.set(keyOf(event), stretch);
    this.#all.push(stretch);
    if (op === 'execution' && task !== undefined) this.#executions.set(task, stretch);
    return true;
  }

  #end(event: TraceEvent): boolean {
    return this.#settle(keyOf(event), event, 'ended', true);
  }

  #settle(key: string, event: TraceEvent, end: 'ended' | 'cut', known: boolean): boolean {
    const stretch = this.#open.get(key);
    if (stretch === undefined) return false;
    this.#open.delete(key);
    Object.assign(stretch, { to: event.at, end, last: known ? event : undefined });
    return true;
  }

  #cut(event: TraceEvent, isHit: (stretch: Stretch) => boolean): void {
    for (const [key, stretch] of this.#open) {
      const { node, actor } = stretch.event;
      if (node !== event.node || (event.actor !== undefined && actor !== event.actor)) continue;
      if (isHit(stretch)) this.#settle(key, event, 'cut', true);
    }
  }
}

/** A call has no task, but belongs to its actor alone; `request`, `apply` and `response` share a key. */
function keyOf({ kind, node, actor, op, task }: TraceEvent): string {
  const family = kind === 'begin' || kind === 'end' ? 'stretch' : 'call';
  return JSON.stringify([family, node, actor, op, task]);
}
