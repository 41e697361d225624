// The contract of the schedule: what is due is handed over, by due instant, then first in, first out.
import { casesOf } from './contract-case.js';
import { item, NOW, whole } from './subject.js';

export const scheduleCases = casesOf('schedule', {
  'lists by due instant, as scheduled': async (subject) => {
    const late = item('late', { priority: 9, data: 'one\ntwo', enqueuedAt: NOW - 77 });
    await subject.schedule(late, NOW + 20);
    await subject.schedule(item('early'), NOW + 10);
    await subject.reads({
      scheduled: [
        [item('early'), NOW + 10],
        [late, NOW + 20],
      ],
    });
    await subject.scheduled('early late');
  },

  'is first in, first out among items that are due together': async (subject) => {
    for (const id of ['c', 'a', 'd', 'b'])
      await subject.schedule(item(id, { priority: id === 'b' ? 5 : 0 }), NOW);
    await subject.schedule('first', NOW - 1);
    await subject.scheduled('first c a d b');
    await subject.handOver('first c a d b', undefined);
  },

  'knows instants with fractions, and before the epoch': async (subject) => {
    for (const dueAt of [NOW + 0.5, NOW, -1000, NOW + 0.25, 0]) await subject.schedule(`d${dueAt}`, dueAt);
    await subject.scheduled(`d-1000 d0 d${NOW} d${NOW + 0.25} d${NOW + 0.5}`);
    await subject.handOver(`d-1000 d0 d${NOW} d${NOW + 0.25}`, NOW + 0.5, { now: NOW + 0.25 });
  },

  'hands over what is due, at its exact instant and not before': async (subject) => {
    await subject.schedule('a', NOW);
    await subject.schedule('b', NOW + 1);
    await subject.handOver('', NOW, { now: NOW - 1 });
    await subject.scheduled('a b');
    await subject.handOver('a', NOW + 1);
    await subject.handOver('', NOW + 1);
    await subject.handOver('b', undefined, { now: NOW + 1 });
    await subject.handOver('', undefined, { now: NOW + 1 });
    await subject.scheduled('');
  },

  'hands over at most so many, and says when the next is due': async (subject) => {
    for (const id of ['a', 'b', 'c']) await subject.schedule(id, NOW - 5);
    await subject.schedule('d', NOW + 5);
    await subject.handOver('', NOW - 5, { limit: 0 });
    await subject.handOver('a b', NOW - 5, { limit: 2 });
    await subject.handOver('c', NOW + 5, { limit: 2 });
    await subject.scheduled('d');
  },

  'hands over by due instant, whatever the priority': async (subject) => {
    await subject.schedule(item('later', { priority: 9 }), NOW);
    await subject.schedule(item('earlier', { priority: -9 }), NOW - 1);
    await subject.handOver('earlier later', undefined);
  },

  'hands over in flight: neither scheduled nor queued': async (subject) => {
    await subject.schedule('a', NOW);
    const [delivery] = await subject.handOver('a', undefined);
    await subject.reads({});
    await subject.take('', { count: 1 });
    await subject.settle(delivery!, [{ kind: 'enqueue', item: item('a', { enqueuedAt: NOW }) }]);
    await subject.pending('a');
    await subject.settleLate(delivery!);
  },

  'hands over as of now, uncounted': async (subject) => {
    await subject.schedule(item('a', { priority: 3, enqueuedAt: NOW - 60_000 }), NOW - 10);
    const { deliveries } = await subject.storage.handOver({ now: NOW, limit: 1, lease: 'scheduler' });
    await subject.answers(
      deliveries.map((delivery) => [whole(delivery.item), delivery.count]),
      [[item('a', { priority: 3, enqueuedAt: NOW }), 0]],
      [],
    );
  },

  'puts a hand-over that is released into the queue': async (subject) => {
    await subject.schedule('a', NOW);
    const [delivery] = await subject.handOver('a', undefined);
    await subject.enqueue('b');
    await subject.settle(delivery!, [{ kind: 'release' }]);
    await subject.pending('a b');
    const { deliveries } = await subject.turn([], 1);
    await subject.answers(deliveries[0]?.count, 1, undefined);
  },

  'leaves what is due to the hand-over': async (subject) => {
    await subject.schedule('a', NOW - 1000);
    await subject.take('', { count: 1 });
    await subject.recover('', '', undefined);
    await subject.scheduled('a');
  },

  'lists as many as are asked for, the soonest first, and counts all': async (subject) => {
    for (const [index, id] of ['c', 'b', 'a'].entries()) await subject.schedule(id, NOW - index);
    for (const [limit, ids] of [
      [0, []],
      [2, ['a', 'b']],
      [9, ['a', 'b', 'c']],
    ] as const) {
      const listed = await subject.storage.scheduled(limit);
      await subject.answers(
        listed.map((one) => one.item.id),
        [...ids],
        [],
      );
    }
    await subject.scheduled('a b c');
  },

  'holds several items of one id': async (subject) => {
    await subject.schedule('a', NOW);
    await subject.schedule(item('a', { data: 'another' }), NOW - 1);
    await subject.scheduled('a a');
    await subject.handOver('a', NOW, { limit: 1 });
    await subject.scheduled('a');
  },

  'keeps the order of many': async (subject) => {
    const count = 200;
    for (let index = 0; index < count; index += 1)
      await subject.schedule(`i${index}`, NOW - ((index * 7) % 10));
    const ids = Array.from({ length: count }, (_, index) => index);
    ids.sort((a, b) => ((b * 7) % 10) - ((a * 7) % 10) || a - b);
    await subject.handOver(ids.map((index) => `i${index}`).join(' '), undefined, { limit: count });
  },
});
