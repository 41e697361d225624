import { describe, expect, it } from 'vitest';
import { type Entry, MemoryQueue } from '../../src/storage/memory-queue.js';

/** More taken entries than a lane drags along before it is compacted. */
const MANY = 3000;

function entry(sequence: number, priority = 0): Entry {
  const id = `${priority}:${sequence}`;
  return { item: { id, task: 'task', priority, data: '', enqueuedAt: 0 }, sequence, count: 0 };
}

function filled(count: number): MemoryQueue {
  const queue = new MemoryQueue();
  for (let sequence = 0; sequence < count; sequence += 1) queue.push(entry(sequence));
  return queue;
}

function ids(queue: MemoryQueue, limit = Infinity): string[] {
  return queue.list(limit).map(({ id }) => id);
}

describe('the queue of the memory storage', () => {
  it('keeps its order and its size while taken entries are dropped', () => {
    const queue = filled(MANY);
    for (let sequence = 0; sequence < MANY; sequence += 1) {
      expect(queue.size).toBe(MANY - sequence);
      expect(ids(queue, 2)).toEqual(
        [sequence, sequence + 1].filter((next) => next < MANY).map((next) => `0:${next}`),
      );
      expect(queue.shift()?.sequence).toBe(sequence);
    }
    expect([queue.size, queue.shift(), ids(queue)]).toEqual([0, undefined, []]);
  });

  it.each([1023, 1024, 1025, 1500, 1501, 1502, 2999])('takes entries back after %i were taken', (taken) => {
    const queue = filled(MANY);
    const out = Array.from({ length: taken }, () => queue.shift()!);
    queue.push(entry(MANY));
    for (const index of [taken - 1, 0, 17, 1000]) queue.restore(out[index]!);
    const back = [0, 17, 1000, taken - 1].map((index) => `0:${index}`);
    expect(ids(queue, 6)).toEqual(
      [...back, ...[taken, taken + 1].map((sequence) => `0:${sequence}`)].slice(0, 6),
    );
    expect(ids(queue).at(-1)).toBe(`0:${MANY}`);
    expect(queue.size).toBe(MANY - taken + 5);
  });

  it('stays usable when it is never empty', () => {
    const queue = filled(10);
    for (let sequence = 10; sequence < 10_000; sequence += 1) {
      queue.push(entry(sequence));
      expect(queue.shift()?.sequence).toBe(sequence - 10);
    }
    expect(ids(queue)).toEqual(Array.from({ length: 10 }, (_, index) => `0:${9990 + index}`));
  });

  it('finds the lane of a priority again after it was empty', () => {
    const queue = new MemoryQueue();
    const high = entry(1, 5);
    for (const one of [high, entry(2, -5), entry(3, 0)]) queue.push(one);
    expect(queue.shift()).toBe(high);
    queue.push(entry(4, 5));
    queue.restore(high);
    expect(ids(queue)).toEqual(['5:1', '5:4', '0:3', '-5:2']);
    queue.clear();
    expect([queue.size, queue.shift()]).toEqual([0, undefined]);
    queue.push(entry(5));
    expect(ids(queue)).toEqual(['0:5']);
  });
});
