// What is left when everything has ended: nothing that only the living need.
import { revokedKey } from '../../src/storage/storage.js';
import type { Invariant } from './invariant.js';

/** Looks at a drained storage. */
export const nothingLeft: Invariant = {
  number: 20,
  name: 'nothing-left',
  describe: 'When everything has ended no lock, delivery, chord or used-up revocation is left behind.',
  watch({ complain, cover }) {
    /** Locks that were taken for ever, by whom; and whose calls have been lost. */
    const endless = new Map<string, string>();
    const unheard = new Set<string>();
    const revoked = new Set<string>();
    const open = new Set<string>();
    let isLossy = false;
    return {
      on: {
        put({ key }) {
          if (key.startsWith(revokedKey(''))) revoked.add(key);
        },
        removed({ key, by, isTrue }) {
          if (by !== 'deleteIf' || isTrue) revoked.delete(key);
        },
        flushed: () => {
          isLossy = true;
        },
        acquired({ request: { name, lease, expiresAt }, isGranted, node }) {
          if (!isGranted) return;
          if (lease === undefined && expiresAt === undefined) endless.set(name, node);
          else endless.delete(name);
        },
        disturbed({ what, node }) {
          if (what === 'refused' || what === 'lost-response' || what === 'crash') unheard.add(node);
          if (what === 'crash' || what === 'pause') isLossy = true;
        },
        ended({ execution }) {
          if (execution === undefined) isLossy = true;
        },
        opened: ({ chord }) => void open.add(chord),
      },
      atEnd({ isDrained, locks, held, reports, keys }) {
        if (!isDrained) return;
        for (const name of locks) {
          // A producer has no lease: a lock that it cannot, or does not live to, give back stays, unless it expires.
          if (unheard.has(endless.get(name) ?? '')) cover('lock left by a producer');
          else complain(`the lock ${name} is still held`);
        }
        for (const { item } of held) complain(`${item.id} of ${item.task} is still in flight`);
        for (const key of keys)
          if (key.startsWith(revokedKey('')) && !revoked.has(key))
            complain(`${key} is still on record, though it was used up`);
        // What a crash, or a flush, took from a chord is judged where it is known which members it had.
        if (isLossy) return;
        for (const [chord] of reports) complain(`${chord} still keeps the reports of its members`);
      },
    };
  },
};

/** The verdict on a run that was healed. */
export const liveness: Invariant = {
  number: 26,
  name: 'liveness',
  describe: 'Once nothing goes wrong any more, everything that is ready ends within the budget.',
  watch({ complain, cover }) {
    return {
      // What went wrong before everything was healed.
      on: { disturbed: ({ what }) => cover(what) },
      atEnd({ isDrained, pending, scheduled, held, stuck }) {
        if (isDrained) return;
        complain(
          `after healing there is work left: queued ${list(pending.map(({ id }) => id))}; scheduled ` +
            `${list(scheduled.map(({ item }) => item.id))}; in flight ${list(held.map(({ item }) => item.id))}` +
            (stuck === undefined ? '' : `; ${stuck}`),
        );
      },
    };
  },
};

function list(ids: readonly string[]): string {
  return ids.slice(0, 5).join(', ') || 'none';
}
