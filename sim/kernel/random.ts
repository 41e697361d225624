// Seeded chance: the same seed gives the same numbers on every machine. The generator is Chris Doty-Humphrey's sfc32.
import type { Random } from '../../src/runtime.js';

/** Warm-up rounds, so that close seeds do not give close first numbers. */
const WARM_UP = 15;

/** Numbers of at least 0 and below 1, drawn from a seed. */
export function seededRandom(seed: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < WARM_UP; round += 1) next();
  return { next };
}
