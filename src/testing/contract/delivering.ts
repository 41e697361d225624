// The contract of delivering turns: what a settlement would enqueue is handed over at once.
import type { Effect, SettlementResult } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

const HERE = { deliver: true, lease: 'here', leaseUntil: NOW + 1000 };

/** Asserts which effects handed over which items. */
async function handedOver(
  subject: Subject,
  { enqueued }: SettlementResult,
  expected: readonly [effect: number, id: string][],
): Promise<void> {
  await subject.answers(
    enqueued.map((one) => [one.effect, one.item.id, one.delivery?.item.id, one.delivery?.count]),
    expected.map(([effect, id]) => [effect, id, id, 1]),
    [],
  );
}

export const deliveringCases = casesOf('delivering turn', {
  'hands over what its settlements would have enqueued, in order': async (subject) => {
    const effects: readonly Effect[] = [
      { kind: 'put', key: 'key', data: 'data' },
      { kind: 'enqueue', item: item('a', { priority: -1 }) },
      { kind: 'tick', ticker: 'ticker', slot: 1, item: item('b', { priority: 5 }) },
      { kind: 'tick', ticker: 'ticker', slot: 1, item: item('c') },
      { kind: 'chord', chord: 'chord', size: 0, callback: { item: item('d'), tail: '' } },
      { kind: 'enqueue', item: item('e') },
    ];
    await handedOver(subject, await subject.apply(effects, HERE), [
      [1, 'a'],
      [2, 'b'],
      [4, 'd'],
      [5, 'e'],
    ]);
    await subject.pending('');
    await subject.data('key', 'data');
  },

  'hands over the callback of a chord with its values': async (subject) => {
    const callback = { item: item('callback', { data: 'head' }), tail: '\ntail' };
    const { enqueued } = await subject.apply(
      [
        { kind: 'chord', chord: 'chord', size: 1, callback },
        { kind: 'report', chord: 'chord', index: 0, data: 'value' },
      ],
      HERE,
    );
    await subject.answers(
      enqueued.map(({ effect, delivery }) => [effect, delivery?.item.data, delivery?.item.enqueuedAt]),
      [[1, 'head\tvalue\ntail', NOW]],
      [],
    );
  },

  'hands over in flight under its lease': async (subject) => {
    const { enqueued } = await subject.apply([{ kind: 'enqueue', item: item('a') }], HERE);
    await subject.recover('', '', NOW + 1000, { now: NOW + 999 });
    await subject.enqueue('b');
    await subject.recover('a', '', undefined, { now: NOW + 1000 });
    await subject.pending('a b');
    if (enqueued[0]?.delivery !== undefined) await subject.settleLate(enqueued[0].delivery);
    await subject.pending('a b');
  },

  'hands over under receipts that settle once': async (subject) => {
    const effects = ['a', 'b'].map((id) => ({ kind: 'enqueue', item: item(id) }) as const);
    const { enqueued } = await subject.apply(effects, HERE);
    for (const { delivery } of enqueued) {
      await subject.settle(delivery!, [], HERE);
      await subject.settleLate(delivery!, [], HERE);
    }
    await subject.recover('', '', undefined, { now: NOW + 1000 });
  },

  'still schedules, buries and stores': async (subject) => {
    const { enqueued } = await subject.apply(
      [
        { kind: 'schedule', item: item('a'), dueAt: NOW },
        { kind: 'bury', item: item('b'), reason: 'reason' },
        { kind: 'put', key: 'key', data: 'data' },
      ],
      HERE,
    );
    await subject.answers([...enqueued], [], []);
    await subject.reads({
      scheduled: [[item('a'), NOW]],
      dead: [[item('b'), 'reason', NOW]],
      data: [['key', 'data']],
    });
  },

  'puts what is released back into the queue': async (subject) => {
    await subject.enqueue('a', 'b');
    const result = await subject.settle(await subject.takeOne('a'), [{ kind: 'release' }], HERE);
    await handedOver(subject, result, []);
    await subject.pending('a b');
  },

  'takes from the queue besides': async (subject) => {
    await subject.enqueue('a', 'b');
    const effects: readonly Effect[] = [{ kind: 'enqueue', item: item('c', { priority: 9 }) }];
    const { settled, deliveries } = await subject.turn([{ effects }], 1, HERE);
    await handedOver(subject, settled[0]!, [[0, 'c']]);
    await subject.answers(
      deliveries.map((delivery) => delivery.item.id),
      ['a'],
      [],
    );
    await subject.pending('b');
  },
});
