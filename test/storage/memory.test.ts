import { describe, it } from 'vitest';
import { MemoryStorage } from 'huey-ts';
import { storageContract } from 'huey-ts/testing';

describe('the memory storage', () => {
  it.each(storageContract)('$name', async ({ run }) => run({ open: () => new MemoryStorage() }));
});
