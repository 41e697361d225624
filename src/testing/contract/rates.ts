// The contract of rate limits: uses are counted in fixed windows; the storage counts, and the caller refuses.
import { casesOf } from './contract-case.js';
import { NOW, type Subject } from './subject.js';

const WINDOW_MS = 60_000;

/** Uses a rate, and asserts the count. */
async function use(
  subject: Subject,
  name: string,
  now: number,
  count: number,
  windowMs = WINDOW_MS,
): Promise<void> {
  await subject.answers(subject.storage.rate({ name, limit: 2, windowMs, now }), count, 1);
}

export const rateCases = casesOf('rates', {
  'count the uses in a window, those above the limit too': async (subject) => {
    await subject.answers(subject.storage.rateUsage('rate'), 0, 0);
    for (const count of [1, 2, 3, 4]) {
      await use(subject, 'rate', NOW + count, count);
      await subject.answers(subject.storage.rateUsage('rate'), count, 0);
    }
  },

  'start anew at the exact edge of a window': async (subject) => {
    await use(subject, 'rate', NOW, 1);
    await use(subject, 'rate', NOW + WINDOW_MS - 0.5, 2);
    await use(subject, 'rate', NOW + WINDOW_MS, 1);
    await use(subject, 'rate', NOW + WINDOW_MS, 2);
    await use(subject, 'rate', NOW + 7 * WINDOW_MS, 1);
  },

  'have windows that start at multiples of their length since the epoch': async (subject) => {
    const edge = 7777 * Math.floor(NOW / 7777);
    await use(subject, 'rate', edge - 1, 1, 7777);
    await use(subject, 'rate', edge, 1, 7777);
    await use(subject, 'rate', edge + 7776, 2, 7777);
    await use(subject, 'rate', edge + 7777, 1, 7777);
    await use(subject, 'short', NOW + 0.5, 1, 0.5);
    await use(subject, 'short', NOW + 0.75, 2, 0.5);
    await use(subject, 'short', NOW + 1, 1, 0.5);
    await use(subject, 'epoch', 0, 1, 10);
    await use(subject, 'epoch', 9, 2, 10);
    await use(subject, 'epoch', 10, 1, 10);
  },

  'never go back to a window before': async (subject) => {
    await use(subject, 'rate', NOW + WINDOW_MS, 1);
    await use(subject, 'rate', NOW + WINDOW_MS - 1, 2);
    await use(subject, 'rate', NOW - 5 * WINDOW_MS, 3);
    await use(subject, 'rate', NOW + WINDOW_MS, 4);
  },

  'count each name by itself': async (subject) => {
    const names = ['a', 'A', '__proto__', 'constructor', "it's", 'a:b', '😀'];
    for (const name of names) await use(subject, name, NOW, 1);
    for (const name of names) await use(subject, name, NOW, 2);
  },

  'count every one of any number of uses at a time': async (subject) => {
    const uses = Array.from({ length: 10 }, async () =>
      subject.storage.rate({ name: 'rate', limit: 3, windowMs: WINDOW_MS, now: NOW }),
    );
    const counts = (await Promise.all(uses)).sort((a, b) => a - b);
    await subject.answers(
      counts,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      Array.from({ length: 10 }, () => 1),
    );
  },

  'show the window last used until the next use': async (subject) => {
    await use(subject, 'rate', NOW, 1);
    await use(subject, 'rate', NOW, 2);
    await use(subject, 'another', NOW + 5 * WINDOW_MS, 1);
    await subject.answers(subject.storage.rateUsage('rate'), 2, 0);
    await subject.reads({
      rates: [
        ['another', 1],
        ['rate', 2],
      ],
    });
  },

  'are forgotten once': async (subject) => {
    const { storage } = subject;
    await use(subject, 'rate', NOW, 1);
    await use(subject, 'rate', NOW, 2);
    await use(subject, 'another', NOW, 1);
    await subject.answers(storage.resetRate('rate'), true, false);
    await subject.answers(storage.resetRate('rate'), false, false);
    await subject.answers(storage.resetRate('never'), false, false);
    await subject.reads({ rates: [['another', 1]] });
    await use(subject, 'rate', NOW - WINDOW_MS, 1);
  },

  'are listed by name, sorted': async (subject) => {
    for (const name of ['b', 'a', 'B', '__proto__', 'ä', '😀', '\uffee']) await use(subject, name, NOW, 1);
    await subject.answers(subject.storage.rates(), ['B', '__proto__', 'a', 'b', 'ä', '😀', '\uffee'], []);
  },
});
