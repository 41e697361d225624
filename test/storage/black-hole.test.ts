import { describe, expect, it } from 'vitest';
import { BlackHoleStorage } from 'huey-ts';
import { storageContract } from 'huey-ts/testing';

describe('the black-hole storage', () => {
  it('retains nothing, and says so', () => {
    const expected = { durable: false, shared: false, notifies: true, retains: false };
    expect(new BlackHoleStorage().capabilities).toEqual(expected);
  });

  it.each(storageContract)('$name', async ({ run }) => run({ open: () => new BlackHoleStorage() }));
});
