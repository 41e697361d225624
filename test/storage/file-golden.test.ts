// A journal that was written once, and what it says: the rules by which calls are repeated must not change unless the
// version of the file does. After a change that was meant, raise that version and run the test with `-u`.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FileStorage } from 'huey-ts/file';
import { item, Subject } from '../../src/testing/contract/subject.js';
import type { Effect } from '../../src/storage/storage.js';
import { ROOT } from '../files.js';
import { temporaryDirectory } from './directory.js';
import { takeStep } from './file-steps.js';

const JOURNAL = join(ROOT, 'fixtures/golden/file-journal.jsonl');
const STATE = join(ROOT, 'fixtures/golden/file-journal-state.json');
const NOW = 1000;

function open(path: string): FileStorage {
  const storage = new FileStorage(path, {}, { compactAbove: 6000 });
  onTestFinished(() => storage.close());
  return storage;
}

function settle(storage: FileStorage, ...effects: readonly Effect[]): void {
  storage.turn({ settled: [{ effects }], take: 0, lease: 'golden', now: NOW });
}

/** Makes every call that changes something, with every effect there is. */
function makeCalls(storage: FileStorage): void {
  for (let step = 0; step < 25; step += 1) takeStep(storage, step);
  const callback = { item: item('callback'), tail: '|tail' };
  settle(
    storage,
    { kind: 'chord', chord: 'whole', size: 2, callback },
    { kind: 'chord', chord: 'open', size: 2, callback: { ...callback, item: item('never') } },
    { kind: 'report', chord: 'whole', index: 1, data: 'second' },
    { kind: 'report', chord: 'open', index: 0, data: 'first' },
  );
  settle(storage, { kind: 'report', chord: 'whole', index: 0, data: 'first' });
  settle(storage, { kind: 'tick', ticker: 'hourly', slot: 7, item: item('tick') });
  settle(storage, { kind: 'tick', ticker: 'hourly', slot: 7, item: item('tick again') });
  settle(storage, ...['x', 'y', 'z'].map((id) => ({ kind: 'bury', item: item(id), reason: 'old' }) as const));
  storage.resolveDead('x', 'retry', NOW);
  storage.resolveDead('y', 'discard', NOW);
  settle(storage, { kind: 'put', key: 'short', data: 'lived', expiresAt: NOW + 1 });
  storage.putIfEmpty('empty', 'was', NOW);
  storage.putIfEmpty('gone', 'soon', NOW);
  storage.pop('k1', NOW);
  storage.delete('k2', NOW);
  storage.deleteIf('gone', 'soon', NOW);
  for (const [name, places] of [
    ['lock', 1],
    ['semaphore', 2],
    ['freed', 1],
  ] as const)
    for (const owner of ['one', 'two']) storage.acquire({ name, owner, places, lease: 'golden', now: NOW });
  storage.keepLease('golden', NOW + 100, NOW);
  storage.acquire({ name: 'lock', owner: 'three', places: 1, lease: 'golden', now: NOW });
  storage.acquire({ name: 'semaphore', owner: 'three', places: 2, expiresAt: NOW + 50, now: NOW });
  storage.acquire({ name: 'freed', owner: 'three', places: 1, now: NOW });
  storage.flushLocks(['freed'], NOW);
  storage.rate({ name: 'reset', limit: 1, windowMs: 10, now: NOW });
  storage.resetRate('reset');
  storage.recover('golden', 2, NOW);
  const { deliveries } = storage.turn({ settled: [], take: 2, lease: 'golden', now: NOW });
  storage.turn({
    settled: deliveries.map(({ receipt }) => ({ receipt, effects: [{ kind: 'release' }] })),
    take: 1,
    lease: 'golden',
    now: NOW,
  });
  storage.endLease('dying');
}

async function stateOf(storage: FileStorage): Promise<string> {
  const state = { ...(await new Subject(storage).snapshot(NOW)), held: storage.held(NOW) };
  return `${JSON.stringify(state, undefined, 1)}\n`;
}

it('the same calls write the same journal', async () => {
  const path = temporaryDirectory();
  const storage = open(path);
  makeCalls(storage);
  await expect(readFileSync(join(path, 'queue.jsonl'), 'utf8')).toMatchFileSnapshot(JOURNAL);
});

it('the journal of then says now what it said then', async () => {
  const path = temporaryDirectory();
  copyFileSync(JOURNAL, join(path, 'queue.jsonl'));
  await expect(await stateOf(open(path))).toMatchFileSnapshot(STATE);
});

it('what is read is what was in the memory of the writer', async () => {
  const path = temporaryDirectory();
  const writer = open(path);
  makeCalls(writer);
  expect(await stateOf(open(path))).toBe(await stateOf(writer));
});
