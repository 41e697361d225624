// The contract of data: text under keys, with an instant from which it is absent if one was named.
import { revokedKey, revokedTaskKey } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { NOW } from './subject.js';

/** Keys that a careless storage would mix up, lose, or find where there is nothing. */
const TRICKY = [
  '__proto__',
  'constructor',
  'toString',
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  "it's",
  '"quoted"',
  '`tick`',
  'a:b',
  '{a}',
  '%',
  '_',
  '*',
  '?',
  '[a]',
  '\\',
  'a\nb',
  '0',
  '00',
  'null',
  '日本',
  '😀',
  'k'.repeat(200),
];

export const dataCases = casesOf('data', {
  'is what was put last': async (subject) => {
    await subject.data('key', undefined);
    await subject.put('key', 'first');
    await subject.data('key', 'first');
    await subject.data('key', 'first', NOW + 1e12);
    await subject.put('key', 'second');
    await subject.data('key', 'second');
    await subject.answers(subject.storage.keys(NOW), ['key'], []);
  },

  'is popped once': async (subject) => {
    const { storage } = subject;
    await subject.put('key', 'data');
    await subject.answers(storage.pop('key', NOW), 'data', undefined);
    await subject.answers(storage.pop('key', NOW), undefined, undefined);
    await subject.reads({});
  },

  'is popped once by any number at a time': async (subject) => {
    await subject.put('key', 'data');
    const popped = await Promise.all(Array.from({ length: 8 }, async () => subject.storage.pop('key', NOW)));
    await subject.answers(
      popped.filter((data) => data !== undefined),
      ['data'],
      [],
    );
  },

  'is deleted once': async (subject) => {
    const { storage } = subject;
    await subject.put('key', 'data');
    await subject.put('another', 'data');
    await subject.answers(storage.delete('key', NOW), true, false);
    await subject.answers(storage.delete('key', NOW), false, false);
    await subject.reads({ data: [['another', 'data']] });
  },

  'is deleted if it is still the same': async (subject) => {
    const { storage } = subject;
    await subject.put('key', 'data');
    for (const other of ['', 'dat', 'data ', 'DATA'])
      await subject.answers(storage.deleteIf('key', other, NOW), false, false);
    await subject.data('key', 'data');
    await subject.answers(storage.deleteIf('key', 'data', NOW), true, false);
    await subject.answers(storage.deleteIf('key', 'data', NOW), false, false);
    await subject.answers(storage.deleteIf('never', '', NOW), false, false);
    await subject.reads({});
  },

  'is not deleted once it has expired': async (subject) => {
    const { storage } = subject;
    await subject.put('deleted', 'data', NOW + 10);
    await subject.put('deleted if the same', 'data', NOW + 10);
    await subject.answers(storage.delete('deleted', NOW + 10), false, false);
    await subject.answers(storage.deleteIf('deleted if the same', 'data', NOW + 10), false, false);
  },

  'is deleted by one of any number that found it the same': async (subject) => {
    await subject.put('key', 'data');
    const deleted = await Promise.all(
      Array.from({ length: 8 }, async () => subject.storage.deleteIf('key', 'data', NOW)),
    );
    await subject.answers(deleted.filter(Boolean).length, 1, 0);
  },

  'is put if there is none': async (subject) => {
    const { storage } = subject;
    await subject.answers(storage.putIfEmpty('key', 'first', NOW), true, true);
    await subject.answers(storage.putIfEmpty('key', 'second', NOW), false, true);
    await subject.data('key', 'first', NOW + 1e12);
    await subject.put('empty', '');
    await subject.answers(storage.putIfEmpty('empty', 'data', NOW), false, true);
    await storage.pop('key', NOW);
    await subject.answers(storage.putIfEmpty('key', 'third', NOW), true, true);
    await subject.data('key', 'third');
  },

  'is put by one of any number that found none': async (subject) => {
    const { storage } = subject;
    const put = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => storage.putIfEmpty('key', `${index}`, NOW)),
    );
    await subject.answers(put.filter(Boolean).length, 1, 8);
    await subject.data('key', `${put.indexOf(true)}`);
  },

  'is absent from the instant at which it expires': async (subject) => {
    const { storage } = subject;
    await subject.put('key', 'data', NOW + 10);
    await subject.data('key', 'data', NOW + 9);
    await subject.answers(storage.keys(NOW + 9.5), ['key'], []);
    await subject.answers(storage.keys(NOW + 10), [], []);
    await subject.data('key', undefined, NOW + 10);
    await subject.data('key', undefined, NOW + 11);
    await subject.put('popped', 'data', NOW + 10);
    await subject.answers(storage.pop('popped', NOW + 10), undefined, undefined);
    await subject.put('gone', 'data', NOW);
    await subject.data('gone', undefined);
    await subject.put('long gone', 'data', -5);
    await subject.data('long gone', undefined);
  },

  'may be popped before it expires': async (subject) => {
    await subject.put('key', 'data', NOW + 10);
    await subject.answers(subject.storage.pop('key', NOW + 9.5), 'data', undefined);
    await subject.data('key', undefined);
  },

  'makes room when it has expired': async (subject) => {
    const { storage } = subject;
    await subject.put('key', 'first', NOW + 10);
    await subject.answers(storage.putIfEmpty('key', 'second', NOW + 9), false, true);
    await subject.answers(storage.putIfEmpty('key', 'second', NOW + 10), true, true);
    await subject.data('key', 'second', NOW + 1e12);
  },

  'expires as was said last': async (subject) => {
    await subject.put('longer', 'first', NOW + 10);
    await subject.put('longer', 'second', NOW + 20);
    await subject.put('for good', 'first', NOW + 10);
    await subject.put('for good', 'second');
    await subject.put('shorter', 'first');
    await subject.put('shorter', 'second', NOW + 5);
    await subject.answers(subject.storage.keys(NOW + 5), ['for good', 'longer'], []);
    await subject.data('longer', 'second', NOW + 15);
    await subject.data('for good', 'second', NOW + 1e12);
  },

  'leaves nothing behind that would expire': async (subject) => {
    const { storage } = subject;
    await subject.put('popped', 'data', NOW + 10);
    await storage.pop('popped', NOW);
    await storage.putIfEmpty('popped', 'data', NOW);
    await subject.put('deleted', 'data', NOW + 10);
    await storage.delete('deleted', NOW);
    await storage.putIfEmpty('deleted', 'data', NOW);
    await subject.answers(storage.keys(NOW + 20), ['deleted', 'popped'], []);
  },

  'is kept under every key by itself': async (subject) => {
    for (const key of TRICKY) await subject.data(key, undefined);
    for (const key of TRICKY) await subject.put(key, `data of ${key}`);
    for (const key of TRICKY) await subject.data(key, `data of ${key}`);
    await subject.answers((await subject.storage.keys(NOW)).length, TRICKY.length, 0);
    for (const key of TRICKY)
      await subject.answers(subject.storage.pop(key, NOW), `data of ${key}`, undefined);
    await subject.reads({});
  },

  'lists its keys sorted by code units': async (subject) => {
    for (const key of ['b', '10', 'a', 'ä', 'B', '9', 'aa', '_', '\uffee', '😀', 'a b'])
      await subject.put(key, '');
    const sorted = ['10', '9', 'B', '_', 'a', 'a b', 'aa', 'b', 'ä', '😀', '\uffee'];
    await subject.answers(subject.storage.keys(NOW), sorted, []);
  },

  'is any text, none included': async (subject) => {
    const texts = [
      '',
      ' ',
      '0',
      'null',
      'undefined',
      '"',
      "'; drop table data; --",
      '\\0',
      '\t\r\n',
      '\u0001\u007f',
    ];
    for (const text of [...texts, 'ÄÖÜ', 'e\u0301', '日本', '😀👩‍👩‍👧', '\ufeff', '\u2028', '\uffff']) {
      await subject.put('key', text);
      await subject.data('key', text);
      await subject.answers(subject.storage.deleteIf('key', text, NOW), true, false);
    }
  },

  'may be a megabyte': async (subject) => {
    const data = 'é"\\\n\t😀'.repeat(100_000);
    await subject.put('key', data);
    await subject.answers((await subject.storage.peek('key', NOW)) === data, true, false);
    await subject.answers((await subject.storage.pop('key', NOW)) === data, true, false);
  },

  'is where revocations are': async (subject) => {
    const { storage } = subject;
    await subject.put(revokedKey('a'), 'one');
    await subject.put(revokedTaskKey('a'), 'all');
    await subject.answers(storage.keys(NOW), ['revoked-task:a', 'revoked:a'], []);
    await subject.apply([
      { kind: 'unrevoke', id: 'b' },
      { kind: 'unrevoke', id: 'a' },
      { kind: 'unrevoke', id: 'a' },
    ]);
    await subject.reads({ data: [['revoked-task:a', 'all']] });
  },
});
