import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedDraw, keyedRandom } from '../../../sim/kernel/keyed-random.js';
import { finished, mixed, textHash } from '../../../sim/kernel/stable-hash.js';

describe('textHash', () => {
  // From an implementation apart from this one. A change would make every kept seed and trace mean another run.
  it.each<[string, number]>([
    ['', 2872998923],
    ['worker-1', 1525519687],
    ['Zähler ⏱', 670177691],
  ])('of %j is the same on every machine', (text, hash) => {
    expect(textHash(text) >>> 0).toBe(hash);
  });

  it('tells 50,000 names apart', () => {
    const hashes = new Set(Array.from({ length: 50_000 }, (_, index) => textHash(`task-${index}`)));
    // Among so many, 0.3 pairs of 32-bit numbers are equal by chance.
    expect(hashes.size).toBeGreaterThanOrEqual(49_998);
  });
});

describe('mixed', () => {
  it('depends on the order of the words', () => {
    expect(mixed(mixed(7, 1), 2)).not.toBe(mixed(mixed(7, 2), 1));
  });

  it('changes half of the bits, give or take, with any bit of the word', () => {
    const changed = Array.from(
      { length: 32 },
      (_, bit) => finished(mixed(7, 1000 ^ (1 << bit))) ^ finished(mixed(7, 1000)),
    );
    const counts = changed.map((bits) => (bits >>> 0).toString(2).replaceAll('0', '').length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...counts)).toBeLessThanOrEqual(26);
  });
});

describe('keyedDraw', () => {
  it.each<[number, string, number, number]>([
    [1, 'worker-1', 0, 0.8963084192946553],
    [1, 'worker-1', 1, 0.20941821346059442],
    [2 ** 32 + 1, 'worker-1', 0, 0.3106268746778369],
    [-5, 'worker-2 latency', 2 ** 33 + 7, 0.9915097327902913],
  ])('for the seed %d, %j and the count %d is the same on every machine', (seed, name, count, value) => {
    expect(keyedDraw(seed, name, count)).toBe(value);
  });

  it('is a number of at least 0 and below 1, whatever it is given', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.maxSafeNat(), (seed, name, count) => {
        const value = keyedDraw(seed, name, count);
        expect(value >= 0 && value < 1).toBe(true);
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });

  it.each([0, 1, -1, 2 ** 40])('is spread evenly for the seed %d', (seed) => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 20_000; count += 1)
      buckets[Math.floor(keyedDraw(seed, 'worker-1', count) * 10)]! += 1;
    // 2,000 are expected in each, with a standard deviation of 42.
    for (const bucket of buckets) expect(Math.abs(bucket - 2000)).toBeLessThan(250);
  });

  it('gives other numbers to other names, and to other seeds', () => {
    const draws = (seed: number, name: string): number[] =>
      [0, 1, 2].map((count) => keyedDraw(seed, name, count));
    expect(draws(1, 'a')).not.toEqual(draws(1, 'b'));
    expect(draws(1, 'a')).not.toEqual(draws(2 ** 32 + 1, 'a'));
    expect(draws(1, 'a')).not.toEqual(draws(2, 'a'));
  });
});

describe('keyedRandom', () => {
  it('draws for one name, whatever the others draw in between', () => {
    const [a, b] = [keyedRandom(7, 'a'), keyedRandom(7, 'b')];
    const mixed = [a.next(), b.next(), b.next(), a.next()];
    expect([mixed[0], mixed[3]]).toEqual([keyedDraw(7, 'a', 0), keyedDraw(7, 'a', 1)]);
    const alone = keyedRandom(7, 'a');
    expect([alone.next(), alone.next()]).toEqual([mixed[0], mixed[3]]);
  });
});
