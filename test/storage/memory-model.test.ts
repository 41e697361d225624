import fc from 'fast-check';
import { it } from 'vitest';
import { MemoryStorage } from 'huey-ts';
import { CALLS, runAgainstModel } from './model-check.js';

it('the memory storage answers as the documentation says, whatever is asked of it in whatever order', async () => {
  const property = fc.asyncProperty(CALLS, async (calls) => runAgainstModel(new MemoryStorage(), calls));
  await fc.assert(property, { seed: 20260101, numRuns: 400 });
});
