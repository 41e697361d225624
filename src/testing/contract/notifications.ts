// The contract of notifications: a storage that notifies tells its listeners what may have gained an item.
import { systemRuntime } from '../../runtime.js';
import type { Storage } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Subject } from './subject.js';

type News = 'queue' | 'schedule' | `lease ${string}`;

/** After so long without a call the listener counts as not called, in milliseconds. */
const PATIENCE_MS = 5000;

/** Asserts that the act is told of, if the storage notifies and retains. */
async function tells(
  subject: Subject,
  news: News,
  act: () => Promise<unknown>,
  listening: Storage = subject.storage,
): Promise<void> {
  const told = new AbortController();
  const unsubscribe = listening.subscribe((gained, lease) => {
    if (news === (lease === undefined ? gained : `${gained} ${lease}`)) told.abort();
  });
  await act();
  const { notifies, retains } = subject.storage.capabilities;
  if (notifies && retains) {
    await systemRuntime().clock.sleep(PATIENCE_MS, told.signal);
    await subject.answers(told.signal.aborted ? news : 'nothing', news, news);
  }
  unsubscribe();
}

/** Asserts that a reader who waits for a key is told, if the storage notifies and retains; or, not `expected`, is not. */
async function tellsOf(subject: Subject, key: string, act: () => unknown, expected = true): Promise<void> {
  const told = new AbortController();
  const stop = subject.storage.watch(key, () => told.abort());
  await act();
  const { notifies, retains } = subject.storage.capabilities;
  if (expected && notifies && retains) {
    await systemRuntime().clock.sleep(PATIENCE_MS, told.signal);
    await subject.answers(told.signal.aborted, true, true);
  }
  stop();
}

export const notificationCases = casesOf('notifications', {
  'tell that the queue has gained': async (subject) => {
    const { storage } = subject;
    await tells(subject, 'queue', () => subject.enqueue('a'));
    const callback = { item: item('callback'), tail: '' };
    await tells(subject, 'queue', () => subject.apply([{ kind: 'chord', chord: 'c', size: 0, callback }]));
    await tells(subject, 'queue', () =>
      subject.apply([{ kind: 'tick', ticker: 't', slot: 1, item: item('tick') }]),
    );
    const [a, b] = await subject.take('a callback');
    await tells(subject, 'queue', () => subject.settle(a!, [{ kind: 'release' }]));
    await tells(subject, 'queue', () => subject.settle(b!, [{ kind: 'enqueue', item: item('next') }]));
    await subject.bury('dead');
    await tells(subject, 'queue', async () => storage.resolveDead('dead', 'retry', NOW));
  },

  'tell that a recovery has put something back': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a');
    await subject.take('b', { lease: 'living', leaseUntil: NOW + 10 });
    await tells(subject, 'queue', () => subject.recover('a', '', NOW + 10));
    await tells(subject, 'lease rescuer', () =>
      subject.recover('', 'b', undefined, { now: NOW + 10, maxDeliveries: 1 }),
    );
  },

  'tell that the schedule has gained': async (subject) => {
    await tells(subject, 'schedule', () => subject.schedule('a', NOW + 5));
    await tells(subject, 'schedule', () => subject.schedule('b', NOW - 5));
  },

  'tell that a lease begins to hold something': async (subject) => {
    await subject.enqueue('a', 'b');
    let a: Awaited<ReturnType<Subject['takeOne']>> | undefined;
    await tells(subject, 'lease first', async () => (a = await subject.takeOne('a', { lease: 'first' })));
    await tells(subject, 'lease second', () => subject.take('b', { lease: 'second' }));
    await subject.settle(a!);
    await subject.enqueue('c');
    await tells(subject, 'lease first', () => subject.take('c', { lease: 'first' }));
    await subject.schedule('d', NOW);
    await tells(subject, 'lease scheduler', () => subject.handOver('d', undefined));
    const effects = [{ kind: 'enqueue', item: item('e') }] as const;
    await tells(subject, 'lease here', () => subject.apply(effects, { deliver: true, lease: 'here' }));
  },

  'tell of a lease again after everything was flushed': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a');
    await subject.storage.flush();
    await subject.enqueue('b');
    await tells(subject, 'lease worker', () => subject.take('b'));
  },

  'end for one listener and not for the others': async (subject) => {
    const { storage } = subject;
    const calls: string[] = [];
    const stopFirst = storage.subscribe(() => void calls.push('first'));
    const stopSecond = storage.subscribe(() => void calls.push('second'));
    stopFirst();
    stopFirst();
    await tells(subject, 'queue', () => subject.enqueue('a'));
    stopSecond();
    await tells(subject, 'queue', () => subject.enqueue('b'));
    await subject.answers(calls.includes('first'), false, false);
    if (storage.capabilities.notifies) await subject.answers(calls.includes('second'), true, false);
  },

  'come when what they tell of can be seen': async (subject) => {
    const { storage } = subject;
    let seen: Promise<number> | undefined;
    const stop = storage.subscribe((gained) => {
      if (gained === 'queue') seen ??= Promise.resolve(storage.pendingCount());
    });
    await tells(subject, 'queue', () => subject.enqueue('a'));
    stop();
    if (storage.capabilities.notifies) await subject.answers(seen, 1, undefined);
  },

  'tell a reader that data was put under its key, and no other': async (subject) => {
    const { storage } = subject;
    const calls: string[] = [];
    const put = (key: string): Promise<unknown> => subject.apply([{ kind: 'put', key, data: 'x' }]);
    const stop = storage.watch('other', () => void calls.push('other'));
    await tellsOf(subject, 'mine', () => put('mine'));
    await tellsOf(subject, 'mine', () => put('mine'));
    await subject.answers(calls, [], []);
    stop();
    stop();
    await put('other');
    await tellsOf(subject, 'mine', () => storage.putIfEmpty('mine', 'x', NOW), false);
    await storage.delete('mine', NOW);
    await tellsOf(subject, 'mine', () => storage.putIfEmpty('mine', 'x', NOW));
    await subject.answers(calls, [], []);
  },

  'reach the other handles of a shared storage': async (subject, setup) => {
    const other = subject.storage.capabilities.shared ? await setup.open() : subject.storage;
    await tells(subject, 'queue', () => subject.enqueue('a'), other);
    await tells(subject, 'schedule', () => subject.schedule('b', NOW), other);
    await tells(subject, 'lease worker', () => subject.take('a'), other);
  },
});
