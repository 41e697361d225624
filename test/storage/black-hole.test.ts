import { describe, it } from 'vitest';
import { BlackHoleStorage } from 'huey-ts';
import { storageContract } from 'huey-ts/testing';

describe('the black-hole storage', () => {
  it.each(storageContract)('$name', async ({ run }) => run({ open: () => new BlackHoleStorage() }));
});
