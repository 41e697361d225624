// Nothing that was accepted is lost, and nothing comes from nowhere: for each id, what the calls said must be there is
// compared with what the storage has in the end.
import type { Failure } from '../../src/model/outcome.js';
import { retryPlan } from '../../src/model/retry.js';
import type { Disturbance, ObservationOf } from '../observation/observation.js';
import type { Invariant, Rest, WatchedRun } from './invariant.js';
import { Tally } from './tally.js';

/** Where a task may be at the end of a run. */
const PLACES = ['pending', 'scheduled', 'held'] as const;

/** Follows each item from place to place. */
export const conservation: Invariant = {
  number: 13,
  name: 'conservation',
  describe:
    'Nothing accepted is lost: it waits, is in flight, has ended or is a dead letter; at most once may lose only what a crash hit.',
  watch(run) {
    const { complain, cover } = run;
    const counts: Counts = { pending: new Tally(), scheduled: new Tally(), held: new Tally() };
    /** Acknowledged before the body ran, by the node that runs it. */
    const acknowledged = new Map<string, string>();
    /** Acknowledged by the latest call of an actor, whose answer may be lost still. */
    const unanswered = new Map<string, string>();
    const windows = new LossWindows();
    return {
      on: {
        enqueued: ({ item }) => void counts.pending.add(item.id),
        scheduled: ({ item }) => void counts.scheduled.add(item.id),
        taken: ({ flight }) => move(counts.pending, counts.held, flight.delivery.item.id),
        'handed-over': ({ flight }) => move(counts.scheduled, counts.held, flight.delivery.item.id),
        settled(fact) {
          const { flight, execution, settlement, node } = fact;
          if (flight !== undefined) counts.held.add(flight.delivery.item.id, -1);
          if (isAcknowledgement(fact)) {
            acknowledged.set(flight!.delivery.item.id, node);
            unanswered.set(fact.actor, flight!.delivery.item.id);
          }
          if (execution === undefined) return;
          acknowledged.delete(execution.delivery.item.id);
          if (settlement.receipt !== undefined) checkFollowUp(run, fact);
        },
        released: ({ flight }) => void counts.pending.add(flight.delivery.item.id),
        recovered({ item, flight }) {
          if (flight !== undefined) move(counts.held, counts.pending, item.id);
        },
        resolved({ id, action }) {
          if (action === 'retry') counts.pending.add(id);
        },
        flushed({ target }) {
          if (target === undefined || target === 'queue') counts.pending.clear();
          if (target === undefined || target === 'schedule') counts.scheduled.clear();
          if (target === undefined) counts.held.clear();
        },
        called: ({ actor }) => void unanswered.delete(actor),
        disturbed(fact) {
          const lost = fact.what === 'lost-response' ? unanswered.get(fact.actor) : undefined;
          // Its worker cannot know whether it still may run it.
          if (lost !== undefined && acknowledged.delete(lost)) cover('lost with an answer');
          windows.close(fact, acknowledged, cover);
        },
        ended({ delivery, execution }) {
          // A worker that was killed takes along what it had acknowledged.
          if (execution === undefined) acknowledged.delete(delivery.item.id);
        },
      },
      atEnd: (rest) => checkRest(rest, counts, acknowledged.keys(), complain),
    };
  },
};

type Counts = Readonly<Record<(typeof PLACES)[number], Tally>>;

function checkRest(
  rest: Rest,
  counts: Counts,
  acknowledged: Iterable<string>,
  complain: (message: string) => void,
): void {
  const ids = {
    pending: rest.pending.map(({ id }) => id),
    scheduled: rest.scheduled.map(({ item }) => item.id),
    held: rest.held.map(({ item }) => item.id),
  };
  for (const place of PLACES) compare(place, counts[place], ids[place], complain);
  if (!rest.isDrained) return;
  for (const id of acknowledged)
    complain(`${id} was acknowledged before its body ran, its node lives, and it never ended`);
}

/** When a node may lose what it has acknowledged: it dies, or stops while the storage is out of its reach. */
class LossWindows {
  readonly #stopping = new Set<string>();
  readonly #cutOff = new Set<string>();

  /** Forgets what the node may have lost now. */
  close(
    { what, node }: ObservationOf<'disturbed'>,
    acknowledged: Map<string, string>,
    cover: (mark: string) => void,
  ): void {
    this.#tell(what, node);
    if (!this.#isOpen(what, node)) return;
    for (const [id, by] of acknowledged)
      if (by === node) {
        acknowledged.delete(id);
        cover('lost at most once');
      }
  }

  #tell(what: Disturbance, node: string): void {
    if (what === 'shutdown') this.#stopping.add(node);
    else if (what === 'restart' || what === 'crash') this.#stopping.delete(node);
    if (what === 'partition') this.#cutOff.add(node);
    else if (what === 'heal' || what === 'restart') this.#cutOff.delete(node);
  }

  #isOpen(what: Disturbance, node: string): boolean {
    if (what === 'crash' || what === 'pause') return true;
    const isAway = what === 'refused' || what === 'lost-response' || this.#cutOff.has(node);
    return isAway && this.#stopping.has(node);
  }
}

function move(from: Tally, to: Tally, id: string): void {
  from.add(id, -1);
  to.add(id);
}

/** Off the books, with nothing in its place. */
function isAcknowledgement({ flight, execution, settlement }: ObservationOf<'settled'>): boolean {
  return flight !== undefined && execution === undefined && settlement.effects.length === 0;
}

/** What an end owes to its task: another attempt, its place in the queue or in the schedule. */
function checkFollowUp({ complain }: WatchedRun, { execution, settlement }: ObservationOf<'settled'>): void {
  const { task, outcome, delivery } = execution!;
  const { id } = delivery.item;
  const isBack = settlement.effects.some(
    (effect) =>
      effect.kind === 'release' ||
      ((effect.kind === 'enqueue' || effect.kind === 'schedule') && effect.item.id === id) ||
      (effect.kind === 'bury' && effect.item.id === id),
  );
  if (isBack || task === undefined) return;
  if (outcome.kind === 'interrupted' || outcome.kind === 'undone' || outcome.kind === 'postponed')
    return complain(`${id} of ${task.name} ends as ${outcome.kind}, and is not put back`);
  if (outcome.kind === 'unreadable' || !('error' in outcome)) return;
  // The instant does not matter for whether there is another attempt.
  if (retryPlan(task, outcome as Failure, 0).retries > 0)
    complain(`${id} of ${task.name} ends as ${outcome.kind} with retries left, and is not tried again`);
}

function compare(
  place: string,
  wanted: Tally,
  ids: readonly string[],
  complain: (message: string) => void,
): void {
  const found = new Tally();
  for (const id of ids) found.add(id);
  for (const [id, count] of wanted.entries())
    if (found.of(id) < count)
      complain(`${id} is lost: ${count} of it should be ${place}, the storage has ${found.of(id)}`);
  for (const [id, count] of found.entries())
    if (wanted.of(id) < count)
      complain(
        `${id} comes from nowhere: the storage has ${count} of it ${place}, there should be ${wanted.of(id)}`,
      );
}
