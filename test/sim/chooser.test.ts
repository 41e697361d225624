import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstComeChooser, randomChooser } from '../../sim/chooser.js';
import { seededRandom } from '../../sim/random.js';

describe('firstComeChooser', () => {
  it('takes the one that became ready first', () => {
    expect([2, 3, 1000].map((count) => firstComeChooser.choose(count))).toEqual([0, 0, 0]);
  });
});

describe('randomChooser', () => {
  it('stays in range, and chooses the same for the same seed', () => {
    const counts = fc.array(fc.integer({ min: 2, max: 1000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), counts, (seed, counts) => {
        const choices = (): number[] => {
          const chooser = randomChooser(seededRandom(seed));
          return counts.map((count) => chooser.choose(count));
        };
        const chosen = choices();
        for (const [index, choice] of chosen.entries()) {
          expect(Number.isInteger(choice)).toBe(true);
          expect(choice).toBeGreaterThanOrEqual(0);
          expect(choice).toBeLessThan(counts[index]!);
        }
        expect(choices()).toEqual(chosen);
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });

  it('is in range at both ends of what its source may give', () => {
    expect(randomChooser({ next: () => 0 }).choose(3)).toBe(0);
    expect(randomChooser({ next: () => 1 - 2 ** -53 }).choose(3)).toBe(2);
  });

  it('leaves nobody out', () => {
    const chooser = randomChooser(seededRandom(1));
    const chosen = new Set(Array.from({ length: 200 }, () => chooser.choose(5)));
    expect([...chosen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });
});
