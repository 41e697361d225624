import { it } from 'vitest';
import { MemoryStorage } from 'huey-ts';
import { verifyStorage } from 'huey-ts/testing';

it('the memory storage answers as the documentation says, whatever is asked of it in whatever order', async () => {
  await verifyStorage(() => new MemoryStorage(), { contract: false, runs: 250, seed: 20260101 });
});
