// What is off the books before its body runs, as at most once wants it: from then on it lives with its worker alone. It may
// be lost with its node, with a stop that the storage does not hear of, or with the answer that says it is off the books.
import type { Disturbance, ObservationOf } from '../observation/observation.js';

/** Whether a settlement takes a delivery off the books, with nothing in its place. */
export function isAcknowledgement({ flight, execution, settlement }: ObservationOf<'settled'>): boolean {
  return flight !== undefined && execution === undefined && settlement.effects.length === 0;
}

/** What was acknowledged, must come to an end, and has not yet. */
export class Acknowledged {
  readonly #cover: (mark: string) => void;
  /** By task, the node that runs it. */
  readonly #nodes = new Map<string, string>();
  /** By actor, the task that it acknowledged by its latest call, whose answer may be lost still. */
  readonly #unanswered = new Map<string, string>();
  readonly #stopping = new Set<string>();
  readonly #cutOff = new Set<string>();

  constructor(cover: (mark: string) => void) {
    this.#cover = cover;
  }

  ids(): Iterable<string> {
    return this.#nodes.keys();
  }

  settled(fact: ObservationOf<'settled'>): void {
    const { flight, execution, node, actor } = fact;
    if (execution !== undefined) return this.forget(execution.delivery.item.id);
    if (!isAcknowledgement(fact)) return;
    const { id } = flight!.delivery.item;
    this.#nodes.set(id, node);
    this.#unanswered.set(actor, id);
  }

  forget(id: string): void {
    this.#nodes.delete(id);
  }

  called(actor: string): void {
    this.#unanswered.delete(actor);
  }

  /** Forgets what may have been lost with it. */
  disturbed({ what, node, actor }: ObservationOf<'disturbed'>): void {
    this.#follow(what, node);
    const unanswered = what === 'lost-response' ? this.#unanswered.get(actor) : undefined;
    // Its worker cannot know whether it still may run it.
    if (unanswered !== undefined && this.#nodes.delete(unanswered)) this.#cover('lost with an answer');
    if (!this.#mayLose(what, node)) return;
    for (const [id, by] of this.#nodes)
      if (by === node) {
        this.#nodes.delete(id);
        this.#cover('lost at most once');
      }
  }

  #follow(what: Disturbance, node: string): void {
    if (what === 'shutdown') this.#stopping.add(node);
    else if (what === 'restart' || what === 'crash') this.#stopping.delete(node);
    if (what === 'partition') this.#cutOff.add(node);
    else if (what === 'heal' || what === 'restart') this.#cutOff.delete(node);
  }

  #mayLose(what: Disturbance, node: string): boolean {
    if (what === 'crash' || what === 'pause') return true;
    const isAway = what === 'refused' || what === 'lost-response' || this.#cutOff.has(node);
    return isAway && this.#stopping.has(node);
  }
}
