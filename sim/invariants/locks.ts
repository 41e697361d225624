// Locks, as the storage granted them: never more holders than places, and no hold that outlives its holder.
import type { Acquisition } from '../../src/storage/storage.js';
import { LeaseBook } from '../observation/lease-book.js';
import { isAcknowledgement } from './acknowledged.js';
import type { Handlers, Invariant } from './invariant.js';

/** The holds that were granted and not given back. Whether one has ended by itself is a matter of the clock. */
class HoldBook {
  readonly #holds = new Map<string, Map<string, Acquisition>>();
  readonly #leases = new LeaseBook();
  /** The latest instant any call has named: what had ended by then may have ended for good. */
  #latest = -Infinity;

  /** Those that cannot have ended. */
  sure(name: string): Acquisition[] {
    return this.#of(name).filter((hold) => this.#lasts(hold, this.#latest));
  }

  /** Those that may still be held for a call that names that instant. */
  possible(name: string, now: number): Acquisition[] {
    return this.#of(name).filter((hold) => this.#lasts(hold, now));
  }

  /** Whether that owner still has it. */
  isHeld(name: string, owner: string): boolean {
    return this.#holds.get(name)?.has(owner) === true;
  }

  add(hold: Acquisition): void {
    const holds = this.#holds.get(hold.name) ?? new Map<string, Acquisition>();
    holds.set(hold.owner, hold);
    this.#holds.set(hold.name, holds);
  }

  see(now: number): void {
    this.#latest = Math.max(this.#latest, now);
  }

  /** Keeps the book, but for what is granted. */
  readonly handlers: Handlers = {
    'let-go': ({ name, owner }) => void this.#holds.get(name)?.delete(owner),
    'locks-flushed': ({ names }) => {
      for (const name of names) this.#holds.delete(name);
    },
    'lease-kept': ({ lease, until, now }) => {
      // A lease that had died has lost its holds.
      if (!this.isAlive(lease, now)) this.#drop(lease);
      this.#leases.keep(lease, until);
      this.see(now);
    },
    called: ({ op, args }) => {
      // Recoveries, and turns, clear away what has ended by their clock.
      if (op !== 'recover') return;
      const now = args[2] as number;
      this.see(now);
      for (const lease of this.#leases.recover(now)) this.#drop(lease);
    },
    'lease-ended': ({ lease }) => {
      this.#leases.end(lease);
      this.#drop(lease);
    },
    flushed: ({ target }) => {
      if (target === undefined || target === 'results') this.#holds.clear();
    },
  };

  isAlive(lease: string, now: number): boolean {
    return this.#leases.isAlive(lease, now);
  }

  #of(name: string): Acquisition[] {
    return [...(this.#holds.get(name)?.values() ?? [])];
  }

  #lasts({ lease, expiresAt = Infinity }: Acquisition, now: number): boolean {
    return expiresAt > now && (lease === undefined || this.isAlive(lease, now));
  }

  #drop(lease: string): void {
    for (const holds of this.#holds.values())
      for (const [owner, hold] of holds) if (hold.lease === lease) holds.delete(owner);
  }
}

/** A hold counts until it was given back, or has ended by whatever clock. */
export const lockHolders: Invariant = {
  number: 6,
  name: 'lock-holders',
  describe: 'A lock has at most one holder, a semaphore at most as many as it has places.',
  watch({ complain, cover }) {
    const book = new HoldBook();
    return {
      on: {
        ...book.handlers,
        acquired({ request, isGranted }) {
          const { name, owner, places, now } = request;
          book.see(now);
          if (!isGranted) return cover('lock refused');
          const others = book.sure(name).filter((hold) => hold.owner !== owner);
          if (others.length > 0) cover('lock shared');
          if (others.length >= places)
            complain(
              `${name} is granted to ${owner} while ${others.map((hold) => hold.owner).join(', ')} hold its ${places} places`,
            );
          book.add(request);
        },
      },
    };
  },
};

/** Refused is only who finds every place taken; and an execution that has ended holds nothing under its receipt. */
export const lockFreed: Invariant = {
  number: 7,
  name: 'lock-freed',
  describe: 'A lock is free once its holder has given it back, has ended, or its lease has.',
  watch({ complain, cover }) {
    const book = new HoldBook();
    let ending: { readonly receipt: string; readonly names: readonly string[] } | undefined;
    const names = new Map<string, string[]>();
    const check = (): void => {
      if (ending === undefined) return;
      const { receipt } = ending;
      const kept = ending.names.find((name) => book.isHeld(name, receipt));
      ending = undefined;
      if (kept !== undefined)
        complain(`the execution under receipt ${receipt} has ended and still holds ${kept}`);
    };
    return {
      on: {
        ...book.handlers,
        acquired({ request, isGranted }) {
          const { name, owner, places, now, lease, expiresAt = Infinity } = request;
          if (isGranted) {
            book.add(request);
            names.set(owner, [...(names.get(owner) ?? []), name]);
            return;
          }
          const holds = book.possible(name, now);
          const isLate = expiresAt <= now || (lease !== undefined && !book.isAlive(lease, now));
          if (isLate) return;
          if (holds.length < places && !holds.some((hold) => hold.owner === owner))
            complain(`${name} is refused to ${owner} though ${places - holds.length} of its places are free`);
        },
        settled(fact) {
          check();
          // Off the books, and its body is still to come: it holds its lock until that has ended.
          if (isAcknowledgement(fact)) return;
          const receipt = (fact.execution ?? fact.flight)?.delivery.receipt;
          const held = receipt === undefined ? undefined : names.get(receipt);
          if (receipt === undefined || held === undefined) return;
          names.delete(receipt);
          ending = { receipt, names: held };
          cover('lock held by a task');
        },
        // The effects of a settlement have been told by the next call.
        called(fact) {
          check();
          book.handlers.called?.(fact);
        },
      },
      atEnd: check,
    };
  },
};
