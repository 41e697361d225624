// The contract of what is in flight: a consumer that lost an answer, or an operator, can ask for it.
import { revokedTaskKey } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

/** Asserts what is in flight: `id count` of each delivery, in order. */
async function holds(subject: Subject, rows: readonly string[], lease?: string): Promise<void> {
  const held = await subject.storage.held(NOW, lease);
  await subject.answers(
    held.map((one) => `${one.item.id} ${one.count}`),
    [...rows],
    [],
  );
}

export const heldCases = casesOf('what is held', {
  'is listed in the order of the queue, under one lease or under any': async (subject) => {
    await subject.enqueue('a', 'b', 'c', 'd');
    await subject.take('a b', { lease: 'first' });
    await subject.take('c', { lease: 'second' });
    await holds(subject, ['a 1', 'b 1', 'c 1']);
    await holds(subject, ['a 1', 'b 1'], 'first');
    await holds(subject, ['c 1'], 'second');
    await holds(subject, [], 'third');
  },

  'can be settled under the receipts that are listed': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a b');
    const [first] = await subject.storage.held(NOW);
    if (first !== undefined) await subject.settle(first);
    if (first !== undefined) await subject.settleLate(first);
    await holds(subject, ['b 1']);
    await holds(subject, ['b 1']);
  },

  'ends with its settlement, its release, its recovery and a flush': async (subject) => {
    await subject.enqueue('a', 'b', 'c', 'd');
    const [a, b] = await subject.take('a b c d');
    await subject.settle(a!);
    await subject.settle(b!, [{ kind: 'release' }]);
    await holds(subject, ['c 1', 'd 1']);
    await subject.recover('c d', '', undefined);
    await holds(subject, []);
    await subject.take('b c');
    await holds(subject, ['b 2', 'c 2']);
    await subject.storage.flush();
    await holds(subject, []);
  },

  'includes what a scheduler is moving, and what was taken over': async (subject) => {
    await subject.enqueue('a');
    await subject.schedule('s', NOW);
    await subject.handOver('s', undefined);
    await subject.take('a', { lease: 'doomed' });
    await holds(subject, ['a 1', 's 0']);
    await subject.recover('s', 'a', undefined, { lease: 'rescuer', maxDeliveries: 1 });
    await holds(subject, ['a 1']);
    await holds(subject, ['a 1'], 'rescuer');
  },

  'says whether it was revoked since': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a');
    await subject.apply([{ kind: 'put', key: revokedTaskKey(item('a').task), data: 'x' }]);
    const held = await subject.storage.held(NOW);
    await subject.answers(
      held.map(({ revoked }) => revoked),
      [true],
      [],
    );
  },
});
