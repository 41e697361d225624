// Who waits for a key is told, whatever others who waited for it before have done since.
import { expect, it } from 'vitest';
import { Notices } from '../../../sim/world/notices.js';

it('a lease is told of again when what it held was taken over as delivered too often', () => {
  const notices = new Notices();
  const told: (string | undefined)[] = [];
  notices.subscribe({
    isDeaf: () => false,
    listener: (gained, lease) => void (gained === 'lease' && told.push(lease)),
  });
  const item = { id: 'a', task: 'work', priority: 0, data: '', enqueuedAt: 0 };
  const held = (receipt: string) => ({ item, receipt, count: 3, revoked: false });
  notices.after('recover', ['one', 3, 0], { requeued: [], exhausted: [held('1')] });
  notices.after('recover', ['two', 3, 0], { requeued: [], exhausted: [held('2')] });
  notices.after('turn', [{ settled: [], take: 1, lease: 'one', now: 0 }], {
    settled: [],
    deliveries: [held('3')],
  });
  expect(told).toEqual(['one', 'two', 'one']);
});

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
