// Writes a run down. Names are handed in as numbers that stand for them (`id`), so that an event costs a few multiplications
// as long as nobody wants to keep it: switched off, no object is made, and the rolling hash is the same. A run that is longer
// than the capacity keeps its latest events.
import { integer } from '../../src/check.js';
import { textHash } from '../kernel/stable-hash.js';
import { RollingHash } from './rolling-hash.js';
import { eventLine, TRACE_KINDS, type TraceEvent, type TraceKind } from './trace-event.js';
import { type RunDescription, type TraceHeader, traceHeader } from './trace-header.js';

/** What `Trace` takes. */
export interface TraceOptions extends RunDescription {
  /** Whether events are kept; without, there is only the hash. Default true. */
  readonly recording?: boolean;
  /** How many events are kept at least, the latest; twice as many may be. Default 1,000,000. */
  readonly capacity?: number;
}

/** Longer names and details are cut: a reader refuses lines without end. */
const LONGEST_NAME = 500;
const LONGEST_DETAIL = 2000;

const KIND_HASHES = Object.fromEntries(TRACE_KINDS.map((kind) => [kind, textHash(kind)])) as Readonly<
  Record<TraceKind, number>
>;

/** Stands for "does not apply". */
export const NONE = 0;

/** The recorder of one run. */
export class Trace {
  /** Whether events are kept: who would have to work for a detail can ask first. */
  readonly recording: boolean;
  readonly #run: RunDescription;
  readonly #capacity: number;
  readonly #hash = new RollingHash();
  readonly #ids = new Map<string, number>();
  /** By id: the texts, and their hashes. */
  readonly #texts: (string | undefined)[] = [undefined];
  readonly #hashes: number[] = [0];
  readonly #events: TraceEvent[] = [];
  #count = 0;

  constructor({ recording = true, capacity, ...run }: TraceOptions) {
    this.recording = recording;
    this.#capacity = integer('capacity', capacity, 1_000_000, 1);
    this.#run = run;
  }

  /** The number that stands for a name from now on. Names of more than 500 characters are cut. */
  id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const text = cut(name, LONGEST_NAME);
    const id = this.#texts.push(text) - 1;
    this.#hashes.push(textHash(text));
    this.#ids.set(name, id);
    return id;
  }

  /**
   * Takes in what happened. `at`: virtual time, in whole epoch milliseconds, never less than before. Node, actor, op, task
   * and the task's name are ids, or NONE; the detail is text, cut after 2,000 characters.
   */
  record(
    at: number,
    kind: TraceKind,
    node: number,
    actor: number,
    op: number,
    task: number = NONE,
    name: number = NONE,
    detail?: string,
  ): void {
    const hashes = this.#hashes;
    this.#hash.add(at, KIND_HASHES[kind], hashes[node]!, hashes[actor]!, hashes[op]!, hashes[task]!);
    this.#count += 1;
    if (!this.recording) return;
    const texts = this.#texts;
    this.#keep({
      index: this.#count - 1,
      at,
      kind,
      node: texts[node],
      actor: texts[actor],
      op: texts[op],
      task: texts[task],
      name: texts[name],
      detail: detail === undefined ? undefined : cut(detail, LONGEST_DETAIL),
      hash: this.hash,
    });
  }

  /** How many events there have been. */
  get count(): number {
    return this.#count;
  }

  /** The rolling hash: sixteen hexadecimal digits, the same whether events are kept or not. */
  get hash(): string {
    return this.#hash.digits;
  }

  /** The first line. */
  get header(): TraceHeader {
    return traceHeader(this.#run, this.#count - this.#events.length);
  }

  /** The events that were kept, oldest first. */
  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  /** The lines of the trace as JSONL, each with its end: the header, then the events. */
  *lines(): Generator<string> {
    yield `${JSON.stringify(this.header)}\n`;
    for (const event of this.#events) yield `${eventLine(event)}\n`;
  }

  /** The whole trace as JSONL. The same run gives the same bytes. */
  toString(): string {
    return [...this.lines()].join('');
  }

  #keep(event: TraceEvent): void {
    this.#events.push(event);
    // Half of them at once: dropping one by one would move all the others each time.
    if (this.#events.length >= 2 * this.#capacity) this.#events.splice(0, this.#capacity);
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
