import { expect, it } from 'vitest';
import { MemoryStorage } from 'huey-ts';
import { verifyStorage } from 'huey-ts/testing';
import { NOW, Subject } from '../../src/testing/contract/subject.js';

/** Passes its contents on, as JSON, to a fresh storage before each call. */
function travelling(): MemoryStorage {
  let storage = new MemoryStorage();
  return new Proxy(storage, {
    get(_, name) {
      const next = new MemoryStorage();
      next.importState(JSON.parse(JSON.stringify(storage.exportState())));
      storage = next;
      const part: unknown = Reflect.get(storage, name);
      return typeof part === 'function' ? part.bind(storage) : part;
    },
  });
}

it('the state of a memory storage is all that there is to know: one that takes it over answers as the other', async () => {
  await verifyStorage(travelling, { contract: false, runs: 100, seed: 20260102 });
});

it('looking at a memory storage changes nothing of its state', async () => {
  const storage = new MemoryStorage();
  const subject = new Subject(storage);
  await subject.enqueue('a', 'b');
  await subject.take('a');
  await subject.put('key', 'data', NOW + 10);
  await subject.acquire('lock', 'owner', true, { expiresAt: NOW + 10 });
  await subject.acquire('lock', 'another', false, { places: 2, lease: 'dead' });
  const before = JSON.stringify(storage.exportState());
  await subject.snapshot(NOW + 10);
  storage.held(NOW + 10);
  expect([storage.peek('key', NOW + 10), storage.holders('lock', NOW + 10)]).toEqual([undefined, 0]);
  expect(JSON.stringify(storage.exportState())).toBe(before);
  expect([storage.peek('key', NOW), storage.holders('lock', NOW)]).toEqual(['data', 1]);
});
