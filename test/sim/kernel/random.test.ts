import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../sim/kernel/random.js';

function draw(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

describe('seededRandom', () => {
  // From an implementation apart from this one. A change would make every recorded seed mean another run.
  it.each<[number, number[]]>([
    [
      1,
      [0.5374428329523653, 0.45416540931910276, 0.08243005652911961, 0.15395221509970725, 0.6524788632523268],
    ],
    [
      2 ** 32 + 1,
      [0.6358325809706002, 0.11271807202138007, 0.6371852194424719, 0.6766073207836598, 0.8398763241712004],
    ],
  ])('gives the same numbers for the seed %d on every machine', (seed, numbers) => {
    expect(draw(seed, 5)).toEqual(numbers);
  });

  it('gives numbers of at least 0 and below 1, the same again for any seed', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const numbers = draw(seed, 20);
        expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
        expect(draw(seed, 20)).toEqual(numbers);
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });

  it.each([0, 1, 7, -1, 2 ** 40])('is spread evenly for the seed %d', (seed) => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (const number of draw(seed, 20_000)) buckets[Math.floor(number * 10)]! += 1;
    // 2,000 are expected in each, with a standard deviation of 42.
    for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(250);
  });

  it('begins differently for each of many close seeds', () => {
    const seeds = Array.from({ length: 1000 }, (_, index) => index - 500);
    const firsts = seeds.map((seed) => draw(seed, 1)[0]!);
    expect(new Set(firsts).size).toBe(seeds.length);
    const near = firsts.filter((first, index) => index > 0 && Math.abs(first - firsts[index - 1]!) < 0.01);
    // About 20 of 1,000 independent pairs are that close.
    expect(near.length).toBeLessThan(60);
  });

  it('heeds the upper half of a seed', () => {
    expect(draw(1, 3)).not.toEqual(draw(2 ** 32 + 1, 3));
  });
});
