// Who waits for a key is told, whatever others who waited for it before have done since.
import { expect, it } from 'vitest';
import { Notices } from '../../sim/notices.js';

it('letting go of a key twice leaves those alone who wait for it since', () => {
  const notices = new Notices();
  const told: string[] = [];
  const letGo = notices.watch('key', () => told.push('first'));
  letGo();
  notices.watch('key', () => told.push('second'));
  letGo();
  notices.after('putIfEmpty', ['key', 'data', 0], true);
  expect(told).toEqual(['second']);
});
