// The contract of dead letters: kept as they were buried until somebody decides about them.
import { casesOf } from './contract-case.js';
import { item, NOW, whole } from './subject.js';

export const deadLetterCases = casesOf('dead letters', {
  'are listed as they were buried': async (subject) => {
    const a = item('a', { priority: 4, data: 'x\ty\nz', enqueuedAt: NOW - 100 });
    await subject.bury(a, 'a "reason", it\'s\nlong: 日本', { now: NOW + 5.5 });
    await subject.reads({ dead: [[a, 'a "reason", it\'s\nlong: 日本', NOW + 5.5]] });
  },

  'are listed in the order of their burial': async (subject) => {
    await subject.bury(item('c', { priority: 9 }), 'first', { now: NOW });
    await subject.bury(item('a', { priority: -9 }), 'second', { now: NOW });
    await subject.bury('b', 'third', { now: NOW - 100 });
    await subject.dead('c a b');
    for (const [limit, ids] of [
      [0, []],
      [2, ['c', 'a']],
      [9, ['c', 'a', 'b']],
    ] as const) {
      const listed = await subject.storage.dead(limit);
      await subject.answers(
        listed.map((one) => one.item.id),
        [...ids],
        [],
      );
    }
  },

  'are neither queued nor taken': async (subject) => {
    await subject.enqueue('a');
    await subject.settle(await subject.takeOne('a'), [{ kind: 'bury', item: item('a'), reason: '' }]);
    await subject.reads({ dead: [[item('a'), '', NOW]] });
    await subject.take('', { count: 1 });
    await subject.handOver('', undefined);
    await subject.recover('', '', undefined);
  },

  'replace one of the same id, as the last': async (subject) => {
    await subject.bury('a', 'first');
    await subject.bury('b', 'second');
    await subject.bury(item('a', { data: 'another' }), 'third', { now: NOW + 1 });
    await subject.reads({
      dead: [
        [item('b'), 'second', NOW],
        [item('a', { data: 'another' }), 'third', NOW + 1],
      ],
    });
  },

  'go back to the end of the queue, as of now': async (subject) => {
    const { storage } = subject;
    await subject.bury(item('a', { enqueuedAt: NOW - 1000 }));
    await subject.bury('b');
    await subject.enqueue('c', item('d', { priority: 1 }));
    await subject.answers(storage.resolveDead('a', 'retry', NOW + 7), true, false);
    await subject.reads({
      pending: [item('d', { priority: 1 }), item('c'), item('a', { enqueuedAt: NOW + 7 })],
      dead: [[item('b'), 'a reason', NOW]],
    });
    await subject.answers(storage.resolveDead('a', 'retry', NOW + 7), false, false);
    await subject.take('d c a');
  },

  'are counted from the start when they are delivered again': async (subject) => {
    await subject.enqueue('a');
    await subject.settle(await subject.takeOne('a'), [{ kind: 'release' }]);
    const delivery = await subject.takeOne('a');
    await subject.answers(delivery.count, 2, 1);
    await subject.settle(delivery, [{ kind: 'bury', item: delivery.item, reason: '' }]);
    await subject.storage.resolveDead('a', 'retry', NOW);
    const { deliveries } = await subject.turn([], 1);
    await subject.answers(
      deliveries.map((one) => [whole(one.item), one.count]),
      [[item('a', { enqueuedAt: NOW }), 1]],
      [],
    );
  },

  'are discarded once': async (subject) => {
    const { storage } = subject;
    await subject.bury('a');
    await subject.bury('b');
    await subject.answers(storage.resolveDead('a', 'discard', NOW), true, false);
    await subject.answers(storage.resolveDead('a', 'discard', NOW), false, false);
    await subject.answers(storage.resolveDead('a', 'retry', NOW), false, false);
    await subject.answers(storage.resolveDead('constructor', 'retry', NOW), false, false);
    await subject.reads({ dead: [[item('b'), 'a reason', NOW]] });
  },
});
