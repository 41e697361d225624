// The contract of ticks: each slot of a ticker is claimed once, however many schedulers try, and time never goes back.
import type { Effect } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

function tick(slot: number, ticker = 'ticker'): Effect {
  return { kind: 'tick', ticker, slot, item: item(`${ticker}@${slot}`) };
}

/** Claims a slot, and asserts whether it was free. */
async function claim(subject: Subject, slot: number, free: boolean, ticker = 'ticker'): Promise<void> {
  const { enqueued } = await subject.apply([tick(slot, ticker)]);
  await subject.answers(
    enqueued.map((one) => [one.effect, one.item.id]),
    free ? [[0, `${ticker}@${slot}`]] : [],
    [],
  );
}

export const tickCases = casesOf('ticks', {
  'are enqueued once for each slot': async (subject) => {
    await claim(subject, 5, true);
    await claim(subject, 5, false);
    await claim(subject, 6, true);
    await claim(subject, 6, false);
    await subject.pending('ticker@5 ticker@6');
  },

  'are not enqueued for a slot before one that was claimed': async (subject) => {
    await claim(subject, 5, true);
    await claim(subject, 4, false);
    await claim(subject, -1, false);
    await claim(subject, 100, true);
    await claim(subject, 6, false);
    await claim(subject, 99, false);
    await subject.pending('ticker@5 ticker@100');
  },

  'know slot 0, and slots before the epoch': async (subject) => {
    await claim(subject, -2, true);
    await claim(subject, -2, false);
    await claim(subject, -1, true);
    await claim(subject, 0, true);
    await claim(subject, 0, false);
    await claim(subject, Math.floor(NOW / 60_000), true);
  },

  'are claimed for each ticker by itself': async (subject) => {
    for (const ticker of ['a', 'b', 'A', '__proto__', 'constructor', "it's"]) {
      await claim(subject, 7, true, ticker);
      await claim(subject, 7, false, ticker);
    }
    await claim(subject, 6, false, 'a');
  },

  'are claimed once within a settlement': async (subject) => {
    const { enqueued } = await subject.apply([tick(1), tick(1), tick(2), tick(1), tick(2, 'b')]);
    await subject.answers(
      enqueued.map(({ effect }) => effect),
      [0, 2, 4],
      [],
    );
    await subject.pending('ticker@1 ticker@2 b@2');
  },

  'are enqueued by one of any number at a time': async (subject) => {
    const results = await Promise.all(Array.from({ length: 8 }, async () => subject.apply([tick(1)])));
    await subject.answers(results.filter(({ enqueued }) => enqueued.length > 0).length, 1, 0);
    await subject.pending('ticker@1');
  },

  'do not keep the rest of the settlement from being applied': async (subject) => {
    await claim(subject, 1, true);
    await subject.apply([{ kind: 'put', key: 'a', data: '' }, tick(1), { kind: 'enqueue', item: item('b') }]);
    await subject.data('a', '');
    await subject.pending('ticker@1 b');
  },

  'are enqueued as they were given': async (subject) => {
    const given = item('a', { priority: 3, enqueuedAt: NOW - 10 });
    await subject.apply([{ kind: 'tick', ticker: 'ticker', slot: 1, item: given }], { now: NOW + 10 });
    await subject.reads({ pending: [given] });
  },

  'stay claimed when the tick has run': async (subject) => {
    await claim(subject, 1, true);
    await subject.settle(await subject.takeOne('ticker@1'));
    await claim(subject, 1, false);
    await subject.pending('');
  },
});
