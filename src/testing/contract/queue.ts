// The contract of the queue: highest priority first, then first in, first out.
import { casesOf } from './contract-case.js';
import { item, NOW, whole } from './subject.js';

export const queueCases = casesOf('queue', {
  'is empty at first': async (subject) => {
    await subject.reads({});
    await subject.take('', { count: 3 });
  },

  'is first in, first out': async (subject) => {
    await subject.enqueue('a');
    await subject.enqueue('b', 'c');
    await subject.enqueue('d');
    await subject.pending('a b c d');
    await subject.take('a b c d');
    await subject.pending('');
  },

  'stays first in, first out while it is taken from': async (subject) => {
    for (let round = 0; round < 20; round += 1) {
      await subject.enqueue(`a${round}`, `b${round}`);
      await subject.take(round % 2 === 0 ? `a${round / 2}` : `b${(round - 1) / 2}`);
    }
    await subject.pending(
      Array.from({ length: 10 }, (_, index) => `a${index + 10} b${index + 10}`).join(' '),
    );
  },

  'takes the highest priority first': async (subject) => {
    await subject.enqueue(
      item('low', { priority: 1 }),
      item('high', { priority: 10 }),
      item('middle', { priority: 2 }),
    );
    await subject.pending('high middle low');
    await subject.take('high');
    await subject.take('middle');
    await subject.take('low');
  },

  'knows negative, fractional and large priorities': async (subject) => {
    const priorities = [0, -1, 0.5, 1e12, -0.5, 0.25, -1e12, 1e12 + 0.5, 0.75];
    await subject.enqueue(...priorities.map((priority) => item(`p${priority}`, { priority })));
    const ids = [...priorities].sort((a, b) => b - a).map((priority) => `p${priority}`);
    await subject.pending(ids.join(' '));
    await subject.take(ids.join(' '));
  },

  'is first in, first out within each priority': async (subject) => {
    const enqueue = (...pairs: readonly [string, number][]) =>
      subject.enqueue(...pairs.map(([id, priority]) => item(id, { priority })));
    await enqueue(['a', 0], ['b', 5], ['c', 0], ['d', -2.5], ['e', 5]);
    await enqueue(['f', -2.5], ['g', 0], ['h', 5]);
    await subject.pending('b e h a c g d f');
    await subject.take('b e');
    await enqueue(['i', 5], ['j', 0], ['k', -2.5]);
    await subject.take('h i a c g j d f k');
  },

  'takes at most as many as are asked for, and what there is': async (subject) => {
    await subject.enqueue('a', 'b', 'c');
    await subject.take('', { count: 0 });
    await subject.take('a b', { count: 2 });
    await subject.take('c', { count: 100 });
    await subject.take('', { count: 1 });
  },

  'hands items over as they were given': async (subject) => {
    const given = item('id', {
      task: 'a task',
      priority: -1.5,
      data: '{"a":\t"b"}\nc',
      enqueuedAt: NOW - 5000.5,
    });
    await subject.enqueue(given);
    await subject.answers((await subject.storage.pending()).map(whole), [given], []);
    const { deliveries } = await subject.turn([], 1);
    await subject.answers(
      deliveries.map((delivery) => whole(delivery.item)),
      [given],
      [],
    );
  },

  'asks for the data of an item that computes it': async (subject) => {
    class Computed {
      readonly id = 'a';
      readonly task = 'task';
      readonly priority = 0;
      readonly enqueuedAt = NOW;
      get data(): string {
        return 'computed';
      }
    }
    await subject.enqueue(new Computed());
    const expected = { id: 'a', task: 'task', priority: 0, data: 'computed', enqueuedAt: NOW };
    await subject.answers((await subject.storage.pending()).map(whole), [expected], []);
  },

  'lists as many as are asked for, the next first, and counts all': async (subject) => {
    await subject.enqueue('a', item('b', { priority: 1 }), 'c');
    for (const [limit, ids] of [
      [0, []],
      [1, ['b']],
      [2, ['b', 'a']],
      [9, ['b', 'a', 'c']],
    ] as const) {
      const listed = await subject.storage.pending(limit);
      await subject.answers(
        listed.map(({ id }) => id),
        [...ids],
        [],
      );
    }
    await subject.answers(subject.storage.pendingCount(), 3, 0);
    await subject.pending('b a c');
  },

  'takes in the turn that enqueues': async (subject) => {
    await subject.enqueue('a');
    const settlement = { effects: [{ kind: 'enqueue', item: item('b', { priority: 1 }) }] } as const;
    const { deliveries } = await subject.turn([settlement], 5);
    await subject.answers(
      deliveries.map((delivery) => delivery.item.id),
      ['b', 'a'],
      [],
    );
  },

  'holds several items of one id': async (subject) => {
    await subject.enqueue('a', item('a', { priority: 1, data: 'another' }), 'a');
    await subject.pending('a a a');
    const [first] = await subject.take('a a');
    await subject.settle(first!);
    await subject.pending('a');
  },

  'tells no task, no name and no id from another by their look': async (subject) => {
    const ids = [
      '__proto__',
      'constructor',
      "it's",
      '"quoted"',
      'a:b',
      '%',
      '*',
      '\\',
      'Ä',
      '日本',
      '😀',
      'A',
      'a',
    ];
    await subject.enqueue(...ids.map((id) => item(id, { task: `${id} task` })));
    await subject.pending(ids.join(' '));
    const deliveries = await subject.take(ids.join(' '));
    for (const delivery of deliveries) await subject.settle(delivery);
    await subject.reads({});
  },

  'holds a megabyte': async (subject) => {
    const data = 'é"\\\n\t😀'.repeat(100_000);
    await subject.enqueue(item('large', { data }), 'small');
    const [large] = await subject.storage.pending();
    await subject.answers(large?.data === data, true, false);
    const { deliveries } = await subject.turn([], 1);
    await subject.answers(deliveries[0]?.item.data === data, true, false);
    await subject.pending('small');
  },

  'keeps the order of many': async (subject) => {
    const ids = Array.from({ length: 300 }, (_, index) => `i${index}`);
    await subject.enqueue(...ids);
    for (let start = 0; start < ids.length; start += 50)
      await subject.take(ids.slice(start, start + 50).join(' '));
    await subject.pending('');
  },
});
