import { expect, it } from 'vitest';
import { type Entry, unexplained } from './account.js';

const began = (id: string, attempt = 0): Entry => ({ kind: 'began', id, attempt });
const delivered = (id: string, count: number): Entry => ({ kind: 'delivered', id, count });

it.each<[string, readonly Entry[], readonly string[]]>([
  ['once', [delivered('a', 1), began('a')], []],
  ['two attempts', [delivered('a', 1), began('a'), delivered('a', 1), began('a', 1)], []],
  ['twice, delivered twice', [delivered('a', 1), began('a'), delivered('a', 2), began('a')], []],
  ['twice', [delivered('a', 1), began('a'), began('a')], ['a 0 began 2 times']],
  ['twice, with another delivered twice', [delivered('b', 2), began('a'), began('a')], ['a 0 began 2 times']],
  ['thrice, delivered twice', [delivered('a', 2), began('a'), began('a'), began('a')], ['a 0 began 3 times']],
])('a body that began %s', (_, entries, complaints) => {
  expect(unexplained(entries)).toEqual(complaints);
});
