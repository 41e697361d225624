// Nothing that was accepted is lost, and nothing comes from nowhere: for each id, what the calls said must be there is
// compared with what the storage has in the end.
import type { Failure } from '../../src/model/outcome.js';
import { retryPlan } from '../../src/model/retry.js';
import type { ObservationOf } from '../observation/observation.js';
import { Acknowledged } from './acknowledged.js';
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
    const acknowledged = new Acknowledged(cover);
    return {
      on: {
        enqueued: ({ item }) => void counts.pending.add(item.id),
        scheduled: ({ item }) => void counts.scheduled.add(item.id),
        taken: ({ flight }) => move(counts.pending, counts.held, flight.delivery.item.id),
        'handed-over': ({ flight }) => move(counts.scheduled, counts.held, flight.delivery.item.id),
        settled(fact) {
          const { flight, execution, settlement } = fact;
          if (flight !== undefined) counts.held.add(flight.delivery.item.id, -1);
          acknowledged.settled(fact);
          if (execution !== undefined && settlement.receipt !== undefined) checkFollowUp(run, fact);
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
        called: ({ actor }) => acknowledged.called(actor),
        disturbed: (fact) => acknowledged.disturbed(fact),
        // A worker that was killed takes along what it had acknowledged.
        ended({ delivery, execution }) {
          if (execution === undefined) acknowledged.forget(delivery.item.id);
        },
      },
      atEnd: (rest) => checkRest(rest, counts, acknowledged.ids(), complain),
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

function move(from: Tally, to: Tally, id: string): void {
  from.add(id, -1);
  to.add(id);
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
