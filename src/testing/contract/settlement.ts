// The contract of settlements: one atomic step each, or nothing at all.
import type { Effect } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

/** One effect of each kind; all of them would change something. */
const ALL: readonly Effect[] = [
  { kind: 'put', key: 'new', data: 'new' },
  { kind: 'put', key: 'old', data: 'new' },
  { kind: 'unrevoke', id: 'revoked' },
  { kind: 'enqueue', item: item('enqueued') },
  { kind: 'schedule', item: item('scheduled'), dueAt: NOW },
  { kind: 'tick', ticker: 'ticker', slot: 1, item: item('ticked') },
  { kind: 'chord', chord: 'new', size: 1, callback: { item: item('new-callback'), tail: '' } },
  { kind: 'chord', chord: 'none', size: 0, callback: { item: item('empty-callback'), tail: '' } },
  { kind: 'report', chord: 'open', index: 0, data: 'first' },
  { kind: 'report', chord: 'open', index: 1, data: 'second' },
  { kind: 'unlock', name: 'lock', owner: 'owner' },
  { kind: 'release' },
  { kind: 'bury', item: item('buried'), reason: 'reason' },
];

/** Prepares what these effects change. */
async function prepare(subject: Subject): Promise<void> {
  await subject.put('old', 'old');
  await subject.put('revoked:revoked', 'revocation');
  await subject.acquire('lock', 'owner', true);
  await subject.apply([
    { kind: 'chord', chord: 'open', size: 2, callback: { item: item('callback'), tail: '' } },
  ]);
}

export const settlementCases = casesOf('settlement', {
  'changes nothing at all when it is refused': async (subject) => {
    await prepare(subject);
    await subject.enqueue('done');
    const delivery = await subject.takeOne('done');
    await subject.settle(delivery);
    const before = await subject.snapshot();
    await subject.settleLate(delivery, ALL);
    await subject.settleLate(delivery, ALL, { deliver: true });
    await subject.answers(subject.snapshot(), before, before);
    await subject.take('', { count: 1 });
    // What no listing shows: the slot is still free, the chords are as they were.
    await subject.apply([{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') }]);
    await subject.apply([{ kind: 'report', chord: 'new', index: 0, data: 'unknown' }]);
    await subject.apply([{ kind: 'report', chord: 'open', index: 0, data: 'first' }]);
    await subject.pending('tick');
  },

  'applies every effect': async (subject) => {
    await prepare(subject);
    await subject.enqueue('done');
    await subject.settle(await subject.takeOne('done'), ALL);
    await subject.pending('done enqueued ticked empty-callback callback');
    await subject.scheduled('scheduled');
    await subject.dead('buried');
    await subject.data('new', 'new');
    await subject.data('old', 'new');
    await subject.data('revoked:revoked', undefined);
    await subject.holders('lock', 0);
    await subject.answers(subject.storage.reports(), [], []);
    await subject.apply([{ kind: 'report', chord: 'new', index: 0, data: 'only' }]);
    await subject.pending('done enqueued ticked empty-callback callback new-callback');
  },

  'applies its effects in order': async (subject) => {
    await subject.apply([
      { kind: 'put', key: 'key', data: 'first' },
      { kind: 'put', key: 'key', data: 'second' },
      { kind: 'put', key: 'revoked:a', data: 'before' },
      { kind: 'unrevoke', id: 'a' },
      { kind: 'unrevoke', id: 'b' },
      { kind: 'put', key: 'revoked:b', data: 'after' },
      { kind: 'enqueue', item: item('a') },
      { kind: 'tick', ticker: 'ticker', slot: 1, item: item('b') },
      { kind: 'enqueue', item: item('c') },
    ]);
    await subject.answers(subject.storage.keys(NOW), ['key', 'revoked:b'], []);
    await subject.data('key', 'second');
    await subject.pending('a b c');
  },

  'ends its delivery, whatever else it does': async (subject) => {
    await subject.enqueue('a', 'b');
    const [a, b] = await subject.take('a b');
    await subject.settle(a!);
    await subject.settle(b!, [{ kind: 'put', key: 'b', data: 'result' }]);
    await subject.settleLate(a!);
    await subject.settleLate(b!, [{ kind: 'put', key: 'b', data: 'another' }]);
    await subject.recover('', '', undefined);
    await subject.data('b', 'result');
    await subject.pending('');
  },

  'is refused under a receipt that never was': async (subject) => {
    await subject.enqueue('a');
    const delivery = await subject.takeOne('a');
    for (const receipt of ['', 'never', `${delivery.receipt} `, '__proto__'])
      await subject.settleLate({ ...delivery, receipt }, [{ kind: 'put', key: 'key', data: 'data' }]);
    await subject.data('key', undefined);
    await subject.settle(delivery);
  },

  'is refused the second time in one turn': async (subject) => {
    await subject.enqueue('a');
    const { receipt } = await subject.takeOne('a');
    const { settled } = await subject.turn(
      [
        { receipt, effects: [{ kind: 'put', key: 'first', data: '1' }] },
        { receipt, effects: [{ kind: 'put', key: 'second', data: '2' }] },
        { effects: [{ kind: 'put', key: 'third', data: '3' }] },
      ],
      0,
    );
    await subject.answers(
      settled.map(({ applied }) => applied),
      [true, false, true],
      [false, false, true],
    );
    await subject.answers(subject.storage.keys(NOW), ['first', 'third'], []);
  },

  'sees what those before it in the turn have changed': async (subject) => {
    await subject.enqueue('a', 'b');
    const { receipt } = await subject.takeOne('a');
    const open = {
      kind: 'chord',
      chord: 'chord',
      size: 1,
      callback: { item: item('callback'), tail: '' },
    } as const;
    const { settled, deliveries } = await subject.turn(
      [
        { effects: [open] },
        { effects: [{ kind: 'report', chord: 'chord', index: 0, data: 'value' }] },
        { receipt, effects: [{ kind: 'release' }] },
      ],
      9,
    );
    await subject.answers(
      settled.map(({ enqueued }) => enqueued.map((one) => one.item.id)),
      [[], ['callback'], []],
      [[], [], []],
    );
    await subject.answers(
      deliveries.map((delivery) => delivery.item.id),
      ['a', 'b', 'callback'],
      [],
    );
  },

  'reports what its conditional effects enqueued, and nothing else': async (subject) => {
    const { enqueued } = await subject.apply([
      { kind: 'enqueue', item: item('a') },
      { kind: 'schedule', item: item('b'), dueAt: NOW },
      { kind: 'tick', ticker: 'ticker', slot: 1, item: item('c') },
      { kind: 'tick', ticker: 'ticker', slot: 1, item: item('d') },
      { kind: 'bury', item: item('e'), reason: 'reason' },
      { kind: 'chord', chord: 'chord', size: 0, callback: { item: item('f'), tail: '' } },
    ]);
    await subject.answers(
      enqueued.map(({ effect, item: { id }, delivery }) => [effect, id, delivery]),
      [
        [2, 'c', undefined],
        [5, 'f', undefined],
      ],
      [],
    );
  },

  'may be empty': async (subject) => {
    await subject.apply([]);
    await subject.turn([], 0);
    await subject.reads({});
  },
});
