// The contract of handles: opened, opened again, shared, closed.
import { revokedKey, type Storage } from '../../storage/storage.js';
import type { ContractSetup } from './contract-case.js';
import { casesOf } from './contract-case.js';
import { item, NOW, Subject } from './subject.js';

/** A second handle to the same data if the storage is shared, else the first. */
async function anotherHandle(subject: Subject, setup: ContractSetup): Promise<Subject> {
  return subject.storage.capabilities.shared ? new Subject(await setup.open()) : subject;
}

/** One call of each kind. */
const CALLS: readonly ((storage: Storage) => unknown)[] = [
  (storage) => storage.turn({ settled: [], take: 1, lease: 'lease', now: NOW }),
  (storage) => storage.handOver({ now: NOW, limit: 1, lease: 'lease' }),
  (storage) => storage.pending(),
  (storage) => storage.scheduledCount(),
  (storage) => storage.dead(),
  (storage) => storage.resolveDead('id', 'retry', NOW),
  (storage) => storage.peek('key', NOW),
  (storage) => storage.putIfEmpty('key', 'data', NOW),
  (storage) => storage.deleteIf('key', 'data', NOW),
  (storage) => storage.keys(NOW),
  (storage) => storage.acquire({ name: 'lock', owner: 'owner', places: 1, now: NOW }),
  (storage) => storage.release('lock', 'owner', NOW),
  (storage) => storage.rate({ name: 'rate', limit: 1, windowMs: 1000, now: NOW }),
  (storage) => storage.reports(),
  (storage) => storage.keepLease('lease', NOW + 1000, NOW),
  (storage) => storage.recover('lease', 3, NOW),
  (storage) => storage.flush(),
];

export const lifecycleCases = casesOf('handles', {
  'say what the storage is good for': async (subject) => {
    const { durable, shared, notifies, retains } = subject.storage.capabilities;
    const types = [durable, shared, notifies, retains].map((capability) => typeof capability).join(' ');
    const expected = 'boolean boolean boolean boolean';
    await subject.answers(types, expected, expected);
  },

  'close more than once': async ({ storage }) => {
    await storage.close();
    await storage.close();
  },

  'close with a listener and with deliveries in flight': async (subject) => {
    subject.storage.subscribe(() => {});
    await subject.enqueue('a', 'b');
    await subject.take('a');
    await subject.storage.close();
  },

  'fail once they are closed': async (subject) => {
    await subject.enqueue('a');
    await subject.storage.close();
    for (const call of CALLS) await subject.fails(() => call(subject.storage));
    await subject.storage.close();
  },

  'find again what a durable storage has kept, and nothing else': async (subject, setup) => {
    const { durable } = subject.storage.capabilities;
    await subject.enqueue('a', item('b', { priority: 1.5 }), 'c');
    await subject.schedule('d', NOW + 0.5);
    await subject.bury('e');
    await subject.put('key', 'data', NOW + 10);
    await subject.put(revokedKey('c'), 'data');
    await subject.acquire('lock', 'owner', true, { expiresAt: NOW + 10 });
    await subject.storage.rate({ name: 'rate', limit: 1, windowMs: 1000, now: NOW });
    await subject.apply([
      { kind: 'chord', chord: 'chord', size: 2, callback: { item: item('callback'), tail: '' } },
      { kind: 'report', chord: 'chord', index: 1, data: 'one' },
    ]);
    const before = await subject.snapshot();
    await subject.storage.close();
    const again = new Subject(await setup.open());
    if (durable) await again.answers(again.snapshot(), before, before);
    else await again.reads({});
  },

  'find again what no listing shows': async (subject, setup) => {
    const { durable } = subject.storage.capabilities;
    const tick = [{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') }] as const;
    await subject.enqueue('a', 'b', 'c');
    const [, b] = await subject.take('a b', { lease: 'lease', leaseUntil: NOW + 10 });
    await subject.apply(tick);
    await subject.storage.close();
    const again = new Subject(await setup.open());
    if (!durable) return again.pending('');
    await again.apply(tick);
    await again.pending('c tick');
    await again.recover('', '', NOW + 10);
    await again.settle(b!);
    await again.recover('a', '', undefined, { now: NOW + 10 });
    await again.enqueue('d');
    await again.pending('a c tick d');
  },

  'of a shared storage see what the others have changed': async (subject, setup) => {
    const other = await anotherHandle(subject, setup);
    await subject.enqueue('a', 'b');
    await other.pending('a b');
    await other.enqueue(item('c', { priority: 1 }), 'd');
    await subject.pending('c a b d');
    const c = await other.takeOne('c');
    const a = await subject.takeOne('a');
    await subject.settle(c, [{ kind: 'put', key: 'key', data: 'data' }]);
    await other.settle(a, [{ kind: 'release' }]);
    await other.settleLate(c);
    await subject.pending('a b d');
    await other.data('key', 'data');
    await other.schedule('e', NOW);
    await subject.handOver('e', undefined);
  },

  'of a shared storage compete with the others': async (subject, setup) => {
    const other = await anotherHandle(subject, setup);
    await subject.acquire('lock', 'a', true);
    await other.acquire('lock', 'b', false);
    const tick = [{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') }] as const;
    await subject.apply(tick);
    await other.apply(tick);
    await subject.pending('tick');
    const use = { name: 'rate', limit: 1, windowMs: 1000, now: NOW };
    await subject.answers(subject.storage.rate(use), 1, 1);
    await subject.answers(other.storage.rate(use), 2, 1);
    await other.answers(other.storage.putIfEmpty('key', 'data', NOW), true, true);
    await subject.answers(subject.storage.putIfEmpty('key', 'data', NOW), false, true);
    await subject.take('tick', { lease: 'lease', leaseUntil: NOW + 10 });
    await other.recover('', '', NOW + 10);
    await other.storage.keepLease('lease', NOW + 20, NOW);
    await subject.recover('', '', NOW + 20, { now: NOW + 10 });
  },

  'of a shared storage stay open when another is closed': async (subject, setup) => {
    const { shared } = subject.storage.capabilities;
    const other = await anotherHandle(subject, setup);
    await other.enqueue('a');
    if (shared) await other.storage.close();
    await subject.take('a');
  },

  'of a shared storage take each item once': async (subject, setup) => {
    const other = await anotherHandle(subject, setup);
    await subject.enqueue(...Array.from({ length: 40 }, (_, index) => `i${index}`));
    const turns = Array.from({ length: 20 }, async (_, index) =>
      (index % 2 === 0 ? subject : other).turn([], 3, { lease: `worker ${index}` }),
    );
    const ids = (await Promise.all(turns)).flatMap(({ deliveries }) => deliveries.map((one) => one.item.id));
    await subject.answers([ids.length, new Set(ids).size], [40, 40], [0, 0]);
  },
});
