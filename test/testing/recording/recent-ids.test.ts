import { expect, it } from 'vitest';
import { RecentIds } from '../../../src/testing/recording/recent-ids.js';

it('forgets those that it has not heard of for the longest time', () => {
  const ids = new RecentIds(2);
  ids.add('a', 'first');
  ids.add('b', 'second');
  ids.add('a', 'first');
  ids.add('c', 'third');
  expect(['a', 'b', 'c'].map((id) => ids.has(id))).toEqual([true, false, true]);
  expect([ids.nameOf('a'), ids.nameOf('b')]).toEqual(['first', undefined]);
});
