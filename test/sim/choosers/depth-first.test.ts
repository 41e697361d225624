// All runs of a small world, counted and compared with what arithmetic says.
import { describe, expect, it } from 'vitest';
import { DepthFirstChooser, type DepthFirstOptions } from '../../../sim/choosers/depth-first.js';
import { scriptedChooser } from '../../../sim/choosers/scripted.js';
import { answers, order } from './toy.js';

function explore(steps: Readonly<Record<string, number>>, options: DepthFirstOptions = {}) {
  const chooser = new DepthFirstChooser(options);
  const orders: string[] = [];
  while (chooser.begin()) {
    const made = order(chooser, steps);
    expect(order(scriptedChooser(chooser.answers), steps)).toBe(made);
    orders.push(made);
  }
  return { chooser, orders, distinct: new Set(orders) };
}

/** In how many orders so many actors can make so many steps each. */
function multinomial(...steps: number[]): number {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return (
    factorial(steps.reduce((sum, count) => sum + count, 0)) / steps.map(factorial).reduce((a, b) => a * b, 1)
  );
}

describe('DepthFirstChooser', () => {
  it.each([
    [1, 0, 0],
    [1, 1, 0],
    [3, 3, 0],
    [2, 2, 2],
    [3, 2, 1],
    [1, 5, 2],
  ])('makes every run of actors with %d, %d and %d steps, each once', (a, b, c) => {
    const steps = Object.fromEntries(Object.entries({ a, b, c }).filter(([, count]) => count > 0));
    const { chooser, orders, distinct } = explore(steps);
    expect(distinct.size).toBe(multinomial(a, b, c));
    expect(orders).toHaveLength(distinct.size);
    expect([chooser.runs, chooser.complete]).toEqual([distinct.size, true]);
  });

  it('begins with the serial run', () => {
    expect(explore({ a: 2, b: 2 }).orders[0]).toBe('aabb');
  });

  it.each([
    [0, ['aabb', 'bbaa']],
    [1, ['aabb', 'abba', 'baab', 'bbaa']],
    [2, ['aabb', 'abab', 'abba', 'baab', 'baba', 'bbaa']],
  ])('makes the runs with at most %d preemptions', (preemptions, expected) => {
    const { chooser, orders } = explore({ a: 2, b: 2 }, { preemptions });
    expect([...orders].sort()).toEqual(expected);
    expect(chooser.complete).toBe(preemptions >= 2);
  });

  it('answers plainly below the depth that it was given, and says that it is not complete', () => {
    const { chooser, orders } = explore({ a: 3, b: 3 }, { depth: 2 });
    expect(orders).toHaveLength(4);
    expect(chooser.complete).toBe(false);
    expect(explore({ a: 3, b: 3 }, { depth: 5 }).chooser.complete).toBe(true);
  });

  it('tries faults as well, nothing out of the ordinary first', () => {
    const chooser = new DepthFirstChooser();
    const tried: number[][] = [];
    while (chooser.begin())
      tried.push(
        answers(chooser, [
          { kind: 'fault', names: ['a', 'a'] },
          { kind: 'fault', names: ['b', 'b', 'b'] },
        ]),
      );
    expect(tried).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });

  it.each([
    [
      'other questions',
      [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
      'expected choice 1 to be about 2 (turn) as in the run before, got 3 (turn)',
    ],
    [
      'fewer questions',
      [['a', 'b']],
      'expected choice 1 to be about 2 (turn) as in the run before, got the end of the run',
    ],
  ])('notices a scenario that asks %s in the next run', (_, second, message) => {
    const chooser = new DepthFirstChooser();
    const ask = (lists: readonly (readonly string[])[]): unknown =>
      answers(
        chooser,
        lists.map((names) => ({ kind: 'turn', names })),
      );
    chooser.begin();
    ask([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    chooser.begin();
    expect(() => {
      ask(second);
      chooser.begin();
    }).toThrow(message);
  });

  it('has to be told that a run begins', () => {
    expect(() => order(new DepthFirstChooser(), { a: 1, b: 1 })).toThrow('expected begin()');
  });
});
