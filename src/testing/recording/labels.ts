// What tasks are called in a comparison of two runs: the same task in both. What was enqueued from outside keeps its id;
// what a task enqueued is counted after the task, its attempt and the name; a tick goes by its minute.
import type { Wire } from '../../model/message.js';
import { isoText } from '../matching/value-text.js';
import type { RecordingEvent } from './recording-event.js';

type Enqueuing = Extract<RecordingEvent, { kind: 'enqueued' | 'arrived' }>;

export class Labels {
  readonly #labels = new Map<string, string>();
  /** How many tasks of that name an attempt has enqueued. */
  readonly #counts = new Map<string, number>();

  /** The label of a task by its id; of one that was never seen, the id. */
  of(id: string): string {
    return this.#labels.get(id) ?? id;
  }

  has(id: string): boolean {
    return this.#labels.has(id);
  }

  /** Labels what the event brings. What is labelled already keeps its label. */
  add(event: RecordingEvent): void {
    if (event.kind === 'tick')
      this.#labels.set(event.id, `${event.name}@${isoText(event.minute).slice(0, 16)}Z`);
    else if (event.kind === 'enqueued' || event.kind === 'arrived') this.#enqueued(event);
  }

  /** Labels what all of them bring, each task after the one that has enqueued it, in whatever order they are told. */
  addAll(events: readonly RecordingEvent[]): void {
    let waiting = events;
    for (;;) {
      const late: RecordingEvent[] = [];
      for (const event of waiting)
        if (event.kind === 'enqueued' && event.by !== undefined && !this.has(event.by.id)) late.push(event);
        else this.add(event);
      if (late.length === waiting.length) break;
      waiting = late;
    }
    // Who has enqueued these is not told: it was before the recording began.
    for (const event of waiting) this.add(event);
  }

  #enqueued(event: Enqueuing): void {
    const by = event.kind === 'enqueued' ? event.by : undefined;
    for (const { chain } of event.work) {
      if (by === undefined) for (const wire of chain) this.#own(wire);
      else
        this.#derived(chain, this.#next(`${this.of(by.id)}/${by.attempt + 1}/${String(chain[0]!['task'])}`));
    }
  }

  #own(wire: Wire): void {
    this.#set(wire, String(wire['id']));
    for (const handler of handlersOf(wire)) this.#own(handler);
  }

  #derived(chain: readonly Wire[], label: string): void {
    for (const [stage, wire] of chain.entries()) {
      const own = stage === 0 ? label : `${label}>${stage}`;
      this.#set(wire, own);
      this.#handlers(wire, own);
    }
  }

  #handlers(wire: Wire, label: string): void {
    const handlers = handlersOf(wire);
    if (handlers.length > 0) this.#derived(handlers, `${label}!`);
  }

  #set(wire: Wire, label: string): void {
    const id = String(wire['id']);
    if (!this.#labels.has(id)) this.#labels.set(id, label);
  }

  #next(place: string): string {
    const count = (this.#counts.get(place) ?? 0) + 1;
    this.#counts.set(place, count);
    return count === 1 ? place : `${place}#${count}`;
  }
}

function handlersOf(wire: Wire): readonly Wire[] {
  return (wire['onError'] as readonly Wire[] | undefined) ?? [];
}
