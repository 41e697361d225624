// What a revocation does: it stops what it names, as often as it says, as long as it says, and nothing else.
import type { ObservationOf } from '../observation/observation.js';
import { revokedTaskKey } from '../../src/storage/storage.js';
import type { Invariant, WatchedRun } from './invariant.js';
import { isInForce, type Record, RevocationBook } from './revocation-book.js';

/** Those that stood when the task was taken, stand still, and are in force at both ends of the worker's check. */
function ignored(
  book: RevocationBook,
  { delivery, beganClock, clock }: ObservationOf<'executing'>,
): readonly Record[] {
  if (delivery === undefined) return [];
  const still = book.now(delivery);
  return book
    .whenTaken(delivery)
    .filter((record) => still.includes(record) && isInForce(record, beganClock) && isInForce(record, clock));
}

/** Revoked for good, on record when the task was taken and still there: it must be skipped. */
export const revokedNever: Invariant = {
  number: 3,
  name: 'revoked-never-executes',
  describe:
    'A task that is revoked before its worker looks is not executed, and none is skipped without a revocation.',
  watch({ engine, complain, cover }) {
    const book = new RevocationBook(engine);
    return {
      on: {
        ...book.handlers,
        executing(fact) {
          const record = ignored(book, fact).find(({ once, until }) => !once && until === undefined);
          if (record !== undefined)
            complain(`${fact.task.id} of ${fact.task.name} is executed in spite of ${record.key}`);
        },
        ended({ delivery, execution, ...rest }) {
          if (execution?.outcome.kind === 'revoked') {
            cover('revoked');
            if (book.sinceTaken(delivery).length === 0)
              complain(
                `${delivery.item.id} of ${delivery.item.task} is skipped as revoked, and nobody revoked it`,
              );
          }
          book.handlers.ended({ delivery, execution, ...rest });
        },
      },
    };
  },
};

/** What is used up stops one task; whoever finds it used up goes on. */
export const revokeOnce: Invariant = {
  number: 4,
  name: 'revoke-once',
  describe: 'A one-time revocation skips exactly one task, across all workers.',
  watch(run) {
    const { complain, cover } = run;
    const book = new RevocationBook(run.engine);
    /** Task-wide one-time revocations that an actor has used up, and has not skipped a task by yet. */
    const claims = new Map<string, string>();
    return {
      on: {
        ...book.handlers,
        removed(fact) {
          const record = book.get(fact.key);
          if (fact.by === 'deleteIf' && fact.isTrue) claim(run, claims, fact, record);
          book.handlers.removed(fact);
        },
        executing(fact) {
          const record = ignored(book, fact).find(({ once }) => once);
          if (record !== undefined)
            complain(`${fact.task.id} of ${fact.task.name} is executed, and ${record.key} skips nothing`);
        },
        ended(fact) {
          const { delivery, execution, actor } = fact;
          const claimed = claims.get(actor);
          claims.delete(actor);
          if (execution?.outcome.kind === 'revoked') {
            const records = book.sinceTaken(delivery);
            if (claimed !== undefined) cover('revoked once');
            const isOnlyOnce = records.length > 0 && records.every((record) => isTaskOnce(record));
            if (
              isOnlyOnce &&
              claimed === undefined &&
              book.now(delivery).every((record) => isTaskOnce(record))
            )
              complain(
                `${delivery.item.id} of ${delivery.item.task} is skipped by ${records[0]!.key}, which another has used up`,
              );
          }
          book.handlers.ended(fact);
        },
      },
    };
  },
};

function isTaskOnce({ once, key }: Record): boolean {
  return once && key.startsWith(revokedTaskKey(''));
}

function claim(
  { complain }: WatchedRun,
  claims: Map<string, string>,
  { key, actor }: ObservationOf<'removed'>,
  record: Record | undefined,
): void {
  if (!key.startsWith(revokedTaskKey(''))) return;
  if (record === undefined) complain(`${key} is used up a second time, by ${actor}`);
  else if (record.once) claims.set(actor, key);
}

/** Before the instant it stops, from the instant on it does not. */
export const revokeUntil: Invariant = {
  number: 5,
  name: 'revoke-until',
  describe:
    'A revocation until an instant stops tasks before it, and none from it on, by the clock of the node.',
  watch({ engine, complain, cover }) {
    const book = new RevocationBook(engine);
    return {
      on: {
        ...book.handlers,
        executing(fact) {
          const record = ignored(book, fact).find(({ until }) => until !== undefined);
          if (record !== undefined)
            complain(`${fact.task.id} of ${fact.task.name} is executed before ${record.key} has run out`);
        },
        ended(fact) {
          const { delivery, execution, beganClock, clock } = fact;
          if (execution?.outcome.kind === 'revoked') {
            const records = book.sinceTaken(delivery);
            const early = Math.min(beganClock, clock);
            if (records.length > 0 && records.every((record) => !isInForce(record, early)))
              complain(
                `${delivery.item.id} of ${delivery.item.task} is skipped by ${records[0]!.key}, which has run out`,
              );
            if (records.some(({ until }) => until !== undefined)) cover('revoked until');
          }
          book.handlers.ended(fact);
        },
      },
    };
  },
};
