import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from '../src/heap.js';

interface Ticket {
  readonly key: number;
  readonly number: number;
}

function byKey(): Heap<Ticket> {
  return new Heap((a, b) => a.key < b.key || (a.key === b.key && a.number < b.number));
}

/** A number is a push of that key, undefined is a pop. */
const COMMANDS = fc.array(fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined, freq: 3 }), {
  maxLength: 60,
});

describe('a heap', () => {
  it('is empty at first', () => {
    const heap = byKey();
    expect([heap.size, heap.peek(), heap.pop(), heap.size, heap.sorted()]).toEqual([
      0,
      undefined,
      undefined,
      0,
      [],
    ]);
  });

  it('is a list that is sorted at every look', () => {
    const property = fc.property(COMMANDS, (commands) => {
      const heap = byKey();
      let list: Ticket[] = [];
      for (const [number, key] of commands.entries()) {
        if (key === undefined) {
          expect(heap.pop()).toBe(list[0]);
          list = list.slice(1);
        } else {
          const ticket = { key, number };
          heap.push(ticket);
          list = [...list, ticket].sort((a, b) => a.key - b.key || a.number - b.number);
        }
        expect(heap.peek()).toBe(list[0]);
        expect(heap.size).toBe(list.length);
        expect(heap.sorted()).toEqual(list);
      }
    });
    fc.assert(property, { seed: 20260101, numRuns: 500 });
  });

  it('sorts whatever is pushed', () => {
    const property = fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 200 }), (numbers) => {
      const heap = new Heap<number>((a, b) => a < b);
      for (const number of numbers) heap.push(number);
      const popped = numbers.map(() => heap.pop());
      expect(popped).toEqual([...numbers].sort((a, b) => a - b));
    });
    fc.assert(property, { seed: 20260101, numRuns: 200 });
  });

  it('can be cleared and used again', () => {
    const heap = new Heap<number>((a, b) => a > b);
    for (const number of [1, 3, 2]) heap.push(number);
    heap.clear();
    expect([heap.size, heap.peek()]).toEqual([0, undefined]);
    for (const number of [5, 7, 6]) heap.push(number);
    expect([heap.pop(), heap.pop(), heap.pop(), heap.pop()]).toEqual([7, 6, 5, undefined]);
  });
});
