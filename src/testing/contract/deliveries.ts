// The contract of deliveries: what is taken is in flight until it is settled, and what is released goes back to where
// it was.
import { type Delivery, revokedKey, revokedTaskKey } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

const RELEASE = [{ kind: 'release' }] as const;

/** Asserts how often the next item has been delivered, and releases it. */
async function countsNext(subject: Subject, count: number): Promise<void> {
  const { deliveries } = await subject.turn([], 1);
  await subject.answers(
    deliveries.map((delivery) => delivery.count),
    [count],
    [],
  );
  for (const delivery of deliveries) await subject.settle(delivery, RELEASE);
}

/** Asserts which of the items that are taken are marked as revoked. */
async function marks(
  subject: Subject,
  deliveries: readonly Delivery[],
  ids: readonly string[],
): Promise<void> {
  await subject.answers(
    deliveries.filter(({ revoked }) => revoked).map((delivery) => delivery.item.id),
    [...ids],
    [],
  );
}

export const deliveryCases = casesOf('deliveries', {
  'are neither queued nor taken again': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a');
    await subject.pending('b');
    await subject.take('b', { lease: 'another worker', count: 5 });
    await subject.reads({});
  },

  'have receipts of their own': async (subject) => {
    await subject.enqueue('a', 'a', 'b');
    const receipts = new Set<string>();
    for (let round = 0; round < 3; round += 1)
      for (const delivery of await subject.take('a a b')) {
        receipts.add(`${delivery.receipt} ${subject.retains ? '' : `${receipts.size}`}`);
        await subject.settle(delivery, RELEASE);
      }
    await subject.answers(receipts.size, 9, 9);
  },

  'count how often an item was taken': async (subject) => {
    await subject.enqueue('a');
    for (let count = 1; count < 5; count += 1) await countsNext(subject, count);
  },

  'count each item by itself, and from 1 when it is enqueued again': async (subject) => {
    await subject.enqueue('a');
    await countsNext(subject, 1);
    await subject.enqueue(item('b', { priority: 1 }));
    await countsNext(subject, 1);
    await subject.settle(await subject.takeOne('b'));
    await countsNext(subject, 2);
    await subject.settle(await subject.takeOne('a'), [{ kind: 'enqueue', item: item('a') }]);
    await countsNext(subject, 1);
  },

  'go back to their place when they are released': async (subject) => {
    await subject.enqueue('a', 'b', 'c');
    const a = await subject.takeOne('a');
    await subject.enqueue('d');
    await subject.settle(a, RELEASE);
    await subject.pending('a b c d');
    await subject.settleLate(a);
    const [, b] = await subject.take('a b');
    await subject.settle(b!, RELEASE);
    await subject.pending('b c d');
  },

  'go back to their places in any order': async (subject) => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const priorities = [0, 1, 0, -0.5, 1, 0, -0.5, 0];
    await subject.enqueue(...ids.map((id, index) => item(id, { priority: priorities[index]! })));
    const order = 'b e a c f h d g';
    for (const way of [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [7, 6, 5, 4, 3, 2, 1, 0],
      [3, 0, 6, 1, 7, 2, 5, 4],
    ]) {
      const deliveries = await subject.take(order);
      for (const index of way) await subject.settle(deliveries[index]!, RELEASE);
      await subject.pending(order);
    }
  },

  'go back between what is left and what came later': async (subject) => {
    await subject.enqueue('a', 'b', 'c', 'd');
    const [a, b, c] = await subject.take('a b c');
    await subject.enqueue('e', item('f', { priority: 1 }));
    await subject.settle(b!, RELEASE);
    await subject.pending('f b d e');
    await subject.settle(c!);
    await subject.take('f b');
    await subject.settle(a!, RELEASE);
    await subject.pending('a d e');
  },

  'go back with what they were': async (subject) => {
    const given = item('a', { priority: 2, data: 'x\ty\nz' });
    await subject.enqueue(given);
    await subject.settle(await subject.takeOne('a', { now: NOW + 100 }), RELEASE, { now: NOW + 200 });
    await subject.reads({ pending: [given] });
  },

  'go back once, however often they are released': async (subject) => {
    await subject.enqueue('a');
    await subject.settle(await subject.takeOne('a'), [...RELEASE, ...RELEASE]);
    await subject.pending('a');
    await subject.apply(RELEASE);
    await subject.pending('a');
  },

  'stay in flight while others are settled': async (subject) => {
    await subject.enqueue('a', 'b', 'c');
    const [a, b, c] = await subject.take('a b c');
    await subject.settle(c!);
    await subject.settle(a!);
    await subject.settle(b!, RELEASE);
    await subject.pending('b');
  },

  'may be settled by whoever has the receipt': async (subject) => {
    await subject.enqueue('a');
    const delivery = await subject.takeOne('a', { lease: 'worker' });
    await subject.settle(delivery, RELEASE, { lease: '' });
    await subject.settle(await subject.takeOne('a', { lease: 'worker' }), [], { lease: 'another worker' });
    await subject.pending('');
  },

  'are not revoked where nothing was': async (subject) => {
    await subject.enqueue('a');
    await subject.schedule('b', NOW);
    const { settled, deliveries } = await subject.turn(
      [{ effects: [{ kind: 'enqueue', item: item('c') }] }],
      1,
      { deliver: true },
    );
    const handed = await subject.handOver('b', undefined);
    const all = [...deliveries, ...settled[0]!.enqueued.map(({ delivery }) => delivery!), ...handed];
    await subject.answers(all.length, 3, 1);
    await marks(subject, all, []);
  },

  'say whether the item or its task is revoked': async (subject) => {
    const ids = 'a b c d e';
    await subject.enqueue(...ids.split(' ').map((id) => item(id, { task: id === 'c' ? 'revoked' : 'task' })));
    await subject.put(revokedKey('b'), 'data');
    await subject.put(revokedTaskKey('revoked'), 'data');
    // Neither of these is a revocation of an item here.
    await subject.put(revokedKey('task'), 'data');
    await subject.put(revokedTaskKey('d'), 'data');
    await subject.put('e', 'data');
    const { deliveries } = await subject.turn([], 5);
    await marks(subject, deliveries, ['b', 'c']);
  },

  'say it of revocations in force only': async (subject) => {
    await subject.enqueue('a', 'b', 'c', 'd');
    await subject.put(revokedKey('a'), 'data', NOW);
    await subject.put(revokedKey('b'), 'data', NOW + 1);
    await subject.storage.putIfEmpty(revokedKey('c'), 'data', NOW);
    await subject.put(revokedKey('d'), 'data');
    await subject.apply([{ kind: 'unrevoke', id: 'd' }]);
    const { deliveries } = await subject.turn([], 4);
    await marks(subject, deliveries, ['b', 'c']);
  },

  'say it of the revocation that came last before they were taken': async (subject) => {
    await subject.enqueue('a', 'b', 'c');
    const effects = [{ kind: 'put', key: revokedKey('a'), data: 'data' }] as const;
    const first = await subject.turn([{ effects }], 1);
    await marks(subject, first.deliveries, ['a']);
    await subject.put(revokedKey('b'), '');
    await subject.storage.delete(revokedKey('b'), NOW);
    await subject.put(revokedKey('c'), '');
    const second = await subject.turn([], 2);
    await marks(subject, second.deliveries, ['c']);
  },

  'say it of items handed over and delivered at once': async (subject) => {
    await subject.put(revokedKey('a'), 'data');
    await subject.schedule('a', NOW);
    const { deliveries } = await subject.storage.handOver({ now: NOW, limit: 1, lease: 'scheduler' });
    await marks(subject, deliveries, ['a']);
    const effects = ['a', 'b'].map((id) => ({ kind: 'enqueue', item: item(id) }) as const);
    const { enqueued } = await subject.apply(effects, { deliver: true });
    await marks(
      subject,
      enqueued.map(({ delivery }) => delivery!),
      ['a'],
    );
  },
});
