// What a child process does to a storage, one call for each step, so that its parent knows what each must have brought.
import type { MemoryStorage } from '../../src/storage/memory.js';
import type { Effect } from '../../src/storage/storage.js';

/** Storages that answer at once. */
export type Stepped = Pick<MemoryStorage, 'turn' | 'handOver' | 'keepLease' | 'rate' | 'held'>;

/** Takes the step of that number, which depends on it and on what is in flight; each changes something. */
export function takeStep(storage: Stepped, step: number): string {
  const now = step;
  const item = {
    id: `i${step}`,
    task: 'task',
    priority: step % 3,
    data: 'd'.repeat((step * 37) % 300),
    enqueuedAt: now,
  };
  const effects: Effect[] = [
    { kind: 'enqueue', item },
    { kind: 'schedule', item: { ...item, id: `s${step}` }, dueAt: now + 5 },
    { kind: 'put', key: `k${step % 7}`, data: item.data },
  ];
  const held = storage.held(now).slice(0, 2);
  switch (step % 5) {
    case 0:
      storage.handOver({ now, limit: 3, lease: 'worker' });
      storage.keepLease('worker', now + 10, now);
      return 'handed over';
    case 1:
      storage.rate({ name: 'rate', limit: 1, windowMs: 10, now });
      return 'counted';
    default: {
      const settled = held.map(({ receipt }) => ({ receipt, effects: effects.slice(0, step % 4) }));
      storage.turn({
        settled: [...settled, { effects }],
        take: 3,
        lease: 'worker',
        leaseUntil: now + 9,
        now,
      });
      return 'turned';
    }
  }
}
