// Crashes: what the dead held goes on, what they did not hold stays as it was, and what keeps killing its node is
// given up.
import { LeaseBook } from '../observation/lease-book.js';
import type { Invariant } from './invariant.js';
import { Tally } from './tally.js';

/** A node that holds nothing leaves nothing to recover; the dead change nothing; the living are not robbed. */
export const idleCrash: Invariant = {
  number: 25,
  name: 'idle-crash',
  describe:
    'The crash and restart of an idle node change nothing: only what a dead lease held is recovered, and the dead make no calls.',
  watch({ complain, cover }) {
    const down = new Set<string>();
    const leases = new LeaseBook();
    const holding = new Tally();
    return {
      on: {
        'lease-kept': ({ lease, until }) => leases.keep(lease, until),
        'lease-ended': ({ lease }) => leases.end(lease),
        taken: ({ node }) => void holding.add(node),
        settled: ({ flight }) => {
          if (flight !== undefined && !flight.isHandOver) holding.add(flight.node, -1);
        },
        recovered({ item, flight, now }) {
          if (flight === undefined)
            return complain(`${item.id} of ${item.task} is recovered, and nobody held it`);
          if (!flight.isHandOver) holding.add(flight.node, -1);
          cover('recovered');
          if (leases.isAlive(flight.lease, now))
            complain(`${item.id} of ${item.task} is taken from ${flight.node}, whose lease lives`);
        },
        exhausted({ before }) {
          if (before !== undefined && !before.isHandOver) holding.add(before.node, -1);
        },
        disturbed({ what, node }) {
          if (what === 'crash') {
            down.add(node);
            cover(holding.of(node) > 0 ? 'crashed while it held something' : 'crashed idle');
          }
          if (what === 'restart') down.delete(node);
        },
        called({ op, node, args }) {
          if (op === 'recover') leases.recover(args[2] as number);
          if (down.has(node)) complain(`${node} is down, and its ${op} takes effect`);
        },
        ended({ execution }) {
          if (execution === undefined) cover('worker killed');
        },
        'settled-in-vain': () => cover('settled in vain'),
        flushed: () => holding.clear(),
      },
    };
  },
};

/** Counts deliveries by what the storage says of each. */
export const deadLetters: Invariant = {
  number: 27,
  name: 'dead-letters',
  describe:
    'The dead letters hold exactly what was delivered too often or cannot be brought to an end, and nothing is delivered more often.',
  watch({ engine, complain, cover }) {
    const { maxDeliveries } = engine.options;
    const letters = new Set<string>();
    /** What is put back by the living counts on, and is no reason to give up. */
    const releases = new Tally();
    return {
      on: {
        released: ({ flight }) => void releases.add(flight.delivery.item.id),
        taken({ flight: { delivery } }) {
          const { item, count } = delivery;
          if (count > maxDeliveries + releases.of(item.id))
            complain(`${item.id} of ${item.task} is delivered ${count} times, more than ${maxDeliveries}`);
        },
        exhausted({ flight: { delivery }, most }) {
          cover('delivered too often');
          if (delivery.count < most)
            complain(
              `${delivery.item.id} is given up after ${delivery.count} deliveries, ${most} are allowed`,
            );
        },
        buried({ item, flight, reason }) {
          letters.add(item.id);
          const isReadable = isReadableItem(engine, item);
          const count = flight?.delivery.count ?? 0;
          if (isReadable && reason.includes('deliver') && count < maxDeliveries)
            complain(`${item.id} of ${item.task} is a dead letter after ${count} deliveries`);
        },
        resolved({ id, action }) {
          letters.delete(id);
          if (action === 'retry') cover('dead letter retried');
        },
        flushed({ target }) {
          if (target === undefined || target === 'dead') letters.clear();
        },
      },
      atEnd({ dead }) {
        const found = new Set(dead.map(({ item }) => item.id));
        for (const id of letters) if (!found.has(id)) complain(`the dead letter ${id} is lost`);
        for (const id of found) if (!letters.has(id)) complain(`the dead letter ${id} comes from nowhere`);
      },
    };
  },
};

function isReadableItem(
  { codec }: { readonly codec: { decode(item: never): unknown } },
  item: unknown,
): boolean {
  try {
    codec.decode(item as never);
    return true;
  } catch {
    return false;
  }
}
