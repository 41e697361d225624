// The contract of chords: the callback is enqueued once, when all members have reported, with their values in order.
import type { Effect } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

function opening(chord: string, size: number, tail = ''): Effect {
  return {
    kind: 'chord',
    chord,
    size,
    callback: { item: item(`${chord}-callback`, { data: 'head' }), tail },
  };
}

/** Reports, and asserts what data the callback is enqueued with, if it is. */
async function report(
  subject: Subject,
  chord: string,
  index: number,
  data: string,
  callback?: string,
): Promise<void> {
  const { enqueued } = await subject.apply([{ kind: 'report', chord, index, data }]);
  await subject.answers(
    enqueued.map((one) => [one.effect, one.item.id, one.item.data]),
    callback === undefined ? [] : [[0, `${chord}-callback`, callback]],
    [],
  );
}

export const chordCases = casesOf('chords', {
  'enqueue the callback with the last report': async (subject) => {
    await subject.apply([opening('c', 3)]);
    await report(subject, 'c', 0, 'zero');
    await report(subject, 'c', 1, 'one');
    await subject.pending('');
    await report(subject, 'c', 2, 'two', 'head\tzero\tone\ttwo');
    await subject.pending('c-callback');
  },

  'join the values by index, in whatever order they come': async (subject) => {
    await subject.apply([opening('c', 12)]);
    const order = [11, 3, 10, 0, 9, 1, 2, 8, 7, 4, 6];
    for (const index of order) await report(subject, 'c', index, `v${index}`);
    const values = Array.from({ length: 12 }, (_, index) => `v${index}`);
    await report(subject, 'c', 5, 'v5', ['head', ...values].join('\t'));
  },

  'end with the tail, once': async (subject) => {
    await subject.apply([opening('c', 1, '\n{"tail":\t1}\n"more"')]);
    await report(subject, 'c', 0, 'value', 'head\tvalue\n{"tail":\t1}\n"more"');
  },

  'enqueue the callback as it was given, but as of now': async (subject) => {
    const callback = {
      item: item('callback', { priority: 2.5, task: 'task', enqueuedAt: NOW - 999 }),
      tail: '',
    };
    await subject.enqueue('a', item('b', { priority: 5 }));
    await subject.apply([{ kind: 'chord', chord: 'c', size: 1, callback }], { now: NOW - 500 });
    await subject.apply([{ kind: 'report', chord: 'c', index: 0, data: '' }], { now: NOW + 5 });
    await subject.reads({
      pending: [
        item('b', { priority: 5 }),
        { ...callback.item, data: `${callback.item.data}\t`, enqueuedAt: NOW + 5 },
        item('a'),
      ],
    });
  },

  'without members enqueue the callback at once': async (subject) => {
    const { enqueued } = await subject.apply([
      { kind: 'put', key: 'key', data: '' },
      opening('c', 0, '\ntail'),
    ]);
    await subject.answers(
      enqueued.map((one) => [one.effect, one.item.data, one.item.enqueuedAt]),
      [[1, 'head\ntail', NOW]],
      [],
    );
    await subject.pending('c-callback');
    await report(subject, 'c', 0, 'late');
  },

  'count a member once, by its first report': async (subject) => {
    await subject.apply([opening('c', 2)]);
    await report(subject, 'c', 1, 'first');
    await report(subject, 'c', 1, 'second');
    await subject.apply([
      { kind: 'report', chord: 'c', index: 1, data: 'third' },
      { kind: 'report', chord: 'c', index: 1, data: 'fourth' },
    ]);
    await subject.answers(subject.storage.reports(), [['c', 1]], []);
    await report(subject, 'c', 0, 'zero', 'head\tzero\tfirst');
  },

  'that are unknown are reported to in vain': async (subject) => {
    await report(subject, 'c', 0, 'early');
    await subject.answers(subject.storage.reports(), [], []);
    await subject.apply([opening('c', 1)]);
    await subject.pending('');
    await report(subject, 'c', 0, 'in time', 'head\tin time');
  },

  'that are over are unknown again': async (subject) => {
    await subject.apply([opening('c', 1)]);
    await report(subject, 'c', 0, 'value', 'head\tvalue');
    await report(subject, 'c', 0, 'late');
    await subject.pending('c-callback');
    await subject.answers(subject.storage.reports(), [], []);
    await subject.apply([opening('c', 1)]);
    await report(subject, 'c', 0, 'another', 'head\tanother');
    await subject.pending('c-callback c-callback');
  },

  'that are open stay as they are when they are opened again': async (subject) => {
    await subject.apply([opening('c', 2)]);
    await report(subject, 'c', 0, 'zero');
    await subject.apply([opening('c', 1, '\nanother tail')]);
    await subject.answers(subject.storage.reports(), [['c', 0]], []);
    await report(subject, 'c', 1, 'one', 'head\tzero\tone');
  },

  'may open and end in one settlement': async (subject) => {
    const { enqueued } = await subject.apply([
      { kind: 'report', chord: 'c', index: 0, data: 'too early' },
      opening('c', 2),
      { kind: 'report', chord: 'c', index: 1, data: 'one' },
      { kind: 'report', chord: 'c', index: 0, data: 'zero' },
      { kind: 'report', chord: 'c', index: 0, data: 'too late' },
    ]);
    await subject.answers(
      enqueued.map((one) => [one.effect, one.item.data]),
      [[3, 'head\tzero\tone']],
      [],
    );
  },

  'do not mix': async (subject) => {
    const chords = ['c', 'C', 'c:1', '__proto__', 'constructor', "c'", 'ç'];
    for (const chord of chords) await subject.apply([opening(chord, 2)]);
    for (const chord of chords) await report(subject, chord, 0, `${chord} 0`);
    for (const chord of chords) await report(subject, chord, 1, `${chord} 1`, `head\t${chord} 0\t${chord} 1`);
    await subject.pending(chords.map((chord) => `${chord}-callback`).join(' '));
  },

  'take any text for a value, none included': async (subject) => {
    const values = ['', '"quoted"', "it's", '日本😀', '\\t', ' ', 'null', 'x'.repeat(100_000)];
    await subject.apply([opening('c', values.length)]);
    const last = values.length - 1;
    for (const [index, value] of values.slice(0, last).entries()) await report(subject, 'c', index, value);
    await report(subject, 'c', last, values[last]!, ['head', ...values].join('\t'));
  },

  'list the values that are in, by chord, then by index': async (subject) => {
    for (const chord of ['b', 'a', 'B']) await subject.apply([opening(chord, 20)]);
    for (const index of [10, 9, 0])
      for (const chord of ['b', 'a', 'B']) await report(subject, chord, index, '');
    await report(subject, 'a', 2, 'value');
    const rows = ['B', 'a', 'b'].flatMap((chord) =>
      (chord === 'a' ? [0, 2, 9, 10] : [0, 9, 10]).map((index) => [chord, index]),
    );
    await subject.answers(
      (await subject.storage.reports()).map(([chord, index]) => [chord, index]),
      rows,
      [],
    );
  },

  'read values that were flushed as no text, and still know who reported': async (subject) => {
    await subject.apply([opening('c', 3)]);
    await report(subject, 'c', 0, 'zero');
    await report(subject, 'c', 2, 'two');
    await subject.storage.flush('results');
    await subject.answers(subject.storage.reports(), [], []);
    await report(subject, 'c', 0, 'again');
    await subject.answers(subject.storage.reports(), [], []);
    await report(subject, 'c', 1, 'one', 'head\t\tone\t');
  },

  'may be large': async (subject) => {
    const size = 500;
    await subject.apply([opening('c', size)]);
    await subject.apply(
      Array.from(
        { length: size - 1 },
        (_, index) => ({ kind: 'report', chord: 'c', index, data: `${index}` }) as const,
      ),
    );
    const values = Array.from({ length: size - 1 }, (_, index) => `${index}`);
    await report(subject, 'c', size - 1, 'last', ['head', ...values, 'last'].join('\t'));
  },
});
