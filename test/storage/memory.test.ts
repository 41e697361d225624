import { describe, expect, it } from 'vitest';
import { MemoryStorage } from 'huey-ts';
import { storageContract } from 'huey-ts/testing';

describe('the memory storage', () => {
  it('lives and dies with its process, and says what happens', () => {
    const expected = { durable: false, shared: false, notifies: true, retains: true };
    expect(new MemoryStorage().capabilities).toEqual(expected);
  });

  it('tells its listeners before it answers, once', () => {
    const storage = new MemoryStorage();
    const told: unknown[] = [];
    storage.subscribe((...news) => void told.push(news));
    const item = { id: 'a', task: 'task', priority: 0, data: '', enqueuedAt: 0 };
    const effects = [{ kind: 'enqueue', item } as const, { kind: 'schedule', item, dueAt: 0 } as const];
    storage.turn({ settled: [{ effects }], take: 1, lease: 'worker', now: 0 });
    expect(told).toEqual([['queue'], ['schedule'], ['lease', 'worker']]);
    storage.turn({ settled: [{ effects: [] }], take: 1, lease: 'worker', now: 0 });
    storage.recover('worker', 3, 0);
    expect(told.slice(3)).toEqual([['queue']]);
  });

  it('does not tell of a lease that ends one delivery and begins another in the same turn', () => {
    const storage = new MemoryStorage();
    const items = ['a', 'b', 'c'].map((id) => ({ id, task: 'task', priority: 0, data: '', enqueuedAt: 0 }));
    const effects = items.map((item) => ({ kind: 'enqueue', item }) as const);
    const turn = { take: 1, lease: 'worker', now: 0 };
    let { deliveries } = storage.turn({ ...turn, settled: [{ effects }] });
    const told: unknown[] = [];
    storage.subscribe((...news) => void told.push(news));
    const settle = (take: number) => {
      const settled = deliveries.map(({ receipt }) => ({ receipt, effects: [] }));
      ({ deliveries } = storage.turn({ ...turn, settled, take }));
      return told.splice(0);
    };
    expect([settle(1), settle(0), settle(1)]).toEqual([[], [], [['lease', 'worker']]]);
  });

  it.each(storageContract)('$name', async ({ run }) => run({ open: () => new MemoryStorage() }));
});
