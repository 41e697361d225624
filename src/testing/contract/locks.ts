// The contract of locks and semaphores: never more holders than places, and none whose lease or time has ended.
import { casesOf } from './contract-case.js';
import { NOW } from './subject.js';

export const lockCases = casesOf('locks', {
  'have one holder': async (subject) => {
    await subject.holders('lock', 0);
    await subject.acquire('lock', 'a', true);
    await subject.acquire('lock', 'b', false);
    await subject.holders('lock', 1);
    await subject.holders('lock', 1, NOW + 1e12);
    await subject.answers(subject.storage.locks(NOW), ['lock'], []);
  },

  'are given up by their holder only, once': async (subject) => {
    const { storage } = subject;
    await subject.acquire('lock', 'a', true);
    await subject.answers(storage.release('lock', 'b', NOW), false, false);
    await subject.answers(storage.release('another', 'a', NOW), false, false);
    await subject.acquire('lock', 'b', false);
    await subject.answers(storage.release('lock', 'a', NOW), true, false);
    await subject.answers(storage.release('lock', 'a', NOW), false, false);
    await subject.reads({});
    await subject.acquire('lock', 'b', true);
  },

  'refuse the same owner like any other': async (subject) => {
    await subject.acquire('lock', 'a', true);
    await subject.acquire('lock', 'a', false);
    await subject.holders('lock', 1);
    await subject.acquire('semaphore', 'a', true, { places: 3 });
    await subject.acquire('semaphore', 'a', false, { places: 3 });
    await subject.holders('semaphore', 1);
    await subject.answers(subject.storage.release('semaphore', 'a', NOW), true, false);
    await subject.reads({ locks: [['lock', 1]] });
  },

  'have as many holders as places': async (subject) => {
    const places = 3;
    for (const owner of ['a', 'b', 'c']) await subject.acquire('semaphore', owner, true, { places });
    await subject.acquire('semaphore', 'd', false, { places });
    await subject.holders('semaphore', 3);
    await subject.storage.release('semaphore', 'b', NOW);
    await subject.holders('semaphore', 2);
    await subject.acquire('semaphore', 'd', true, { places });
    await subject.acquire('semaphore', 'b', false, { places });
    await subject.acquire('semaphore', 'b', true, { places: 4 });
    await subject.acquire('semaphore', 'e', false, { places: 1 });
    await subject.holders('semaphore', 4);
  },

  'grant no more than their places to any number at a time': async (subject) => {
    const requests = Array.from({ length: 10 }, async (_, index) =>
      subject.storage.acquire({ name: 'semaphore', owner: `${index}`, places: 4, now: NOW }),
    );
    await subject.answers((await Promise.all(requests)).filter(Boolean).length, 4, 10);
    await subject.holders('semaphore', 4);
  },

  'are free from the instant at which the hold ends': async (subject) => {
    const { storage } = subject;
    await subject.acquire('lock', 'a', true, { expiresAt: NOW + 10 });
    await subject.acquire('lock', 'b', false, { now: NOW + 9.5 });
    await subject.holders('lock', 1, NOW + 9.5);
    await subject.holders('lock', 0, NOW + 10);
    await subject.answers(storage.locks(NOW + 10), [], []);
    await subject.acquire('lock', 'b', true, { now: NOW + 10 });
    await subject.answers(storage.release('lock', 'a', NOW + 10), false, false);
    await subject.holders('lock', 1, NOW + 10);
    await subject.acquire('another', 'a', true, { expiresAt: NOW + 10 });
    await subject.acquire('another', 'b', true, { now: NOW + 10 });
  },

  'end each hold by itself': async (subject) => {
    await subject.acquire('semaphore', 'a', true, { places: 2, expiresAt: NOW + 10 });
    await subject.acquire('semaphore', 'b', true, { places: 2, expiresAt: NOW + 20 });
    await subject.holders('semaphore', 1, NOW + 10);
    await subject.acquire('semaphore', 'a', true, { places: 2, now: NOW + 10 });
    await subject.holders('semaphore', 1, NOW + 20);
  },

  'are free when the lease of their holder is dead': async (subject) => {
    const { storage } = subject;
    await storage.keepLease('lease', NOW + 10, NOW);
    await subject.acquire('lock', 'a', true, { lease: 'lease' });
    await subject.acquire('lock', 'b', false, { now: NOW + 9.5 });
    await storage.keepLease('lease', NOW + 20, NOW + 9);
    await subject.acquire('lock', 'b', false, { now: NOW + 19 });
    await subject.holders('lock', 1, NOW + 19);
    await subject.acquire('lock', 'b', true, { now: NOW + 20 });
    await subject.answers(storage.release('lock', 'a', NOW + 20), false, false);
    await subject.holders('lock', 1, NOW + 20);
  },

  'are free as soon as the lease of their holder is ended': async (subject) => {
    const { storage } = subject;
    await storage.keepLease('lease', NOW + 10, NOW);
    await storage.keepLease('another lease', NOW + 10, NOW);
    await subject.acquire('lock', 'a', true, { lease: 'lease' });
    await subject.acquire('semaphore', 'a', true, { places: 2, lease: 'lease' });
    await subject.acquire('semaphore', 'b', true, { places: 2, lease: 'another lease' });
    await storage.endLease('lease', NOW);
    await subject.reads({ locks: [['semaphore', 1]] });
    await subject.acquire('lock', 'b', true);
  },

  'are kept by a turn that keeps the lease': async (subject) => {
    await subject.turn([], 0, { lease: 'lease', leaseUntil: NOW + 10 });
    await subject.acquire('lock', 'a', true, { lease: 'lease' });
    await subject.turn([], 0, { lease: 'lease', leaseUntil: NOW + 20, now: NOW + 9 });
    await subject.holders('lock', 1, NOW + 19);
    await subject.holders('lock', 0, NOW + 20);
  },

  'are not had back by a lease that has died and is kept again': async (subject) => {
    const { storage } = subject;
    await storage.keepLease('lease', NOW + 10, NOW);
    await subject.acquire('lock', 'a', true, { lease: 'lease' });
    await storage.keepLease('lease', NOW + 30, NOW + 10);
    await subject.holders('lock', 0, NOW + 11);
    await subject.acquire('lock', 'b', true, { lease: 'lease', now: NOW + 11 });
    await subject.turn([], 0, { lease: 'lease', leaseUntil: NOW + 50, now: NOW + 30 });
    await subject.holders('lock', 0, NOW + 31);
    await subject.acquire('lock', 'c', true, { lease: 'lease', now: NOW + 31 });
    await storage.endLease('lease', NOW + 32);
    await storage.keepLease('lease', NOW + 60, NOW + 32);
    await subject.holders('lock', 0, NOW + 33);
  },

  'are refused where the hold would have ended already': async (subject) => {
    const { storage } = subject;
    await subject.acquire('lock', 'a', false, { lease: 'unheard of' });
    await storage.keepLease('lease', NOW + 10, NOW);
    await subject.acquire('lock', 'a', false, { lease: 'lease', now: NOW + 10 });
    await subject.acquire('lock', 'a', false, { lease: 'lease', expiresAt: NOW });
    await subject.reads({});
    await subject.acquire('lock', 'a', true, { lease: 'lease', expiresAt: NOW + 1 });
  },

  'end with the lease or at the instant, whichever comes first': async (subject) => {
    const { storage } = subject;
    await storage.keepLease('short', NOW + 10, NOW);
    await storage.keepLease('long', NOW + 30, NOW);
    await subject.acquire('a', 'owner', true, { lease: 'short', expiresAt: NOW + 20 });
    await subject.acquire('b', 'owner', true, { lease: 'long', expiresAt: NOW + 20 });
    await subject.answers(storage.locks(NOW + 9), ['a', 'b'], []);
    await subject.answers(storage.locks(NOW + 10), ['b'], []);
    await subject.answers(storage.locks(NOW + 20), [], []);
  },

  'are given up by a settlement': async (subject) => {
    await subject.acquire('lock', 'a', true);
    await subject.acquire('semaphore', 'a', true, { places: 2 });
    await subject.acquire('semaphore', 'b', true, { places: 2 });
    await subject.apply([
      { kind: 'unlock', name: 'lock', owner: 'b' },
      { kind: 'unlock', name: 'never', owner: 'a' },
      { kind: 'unlock', name: 'semaphore', owner: 'a' },
    ]);
    await subject.reads({
      locks: [
        ['lock', 1],
        ['semaphore', 1],
      ],
    });
    await subject.apply([{ kind: 'unlock', name: 'lock', owner: 'a' }]);
    await subject.acquire('lock', 'b', true);
  },

  'are flushed by name, whoever holds them': async (subject) => {
    const { storage } = subject;
    for (const name of ['b', 'a', 'c']) await subject.acquire(name, 'owner', true);
    await subject.acquire('semaphore', 'a', true, { places: 2 });
    await subject.acquire('semaphore', 'b', true, { places: 2 });
    await subject.acquire('expired', 'owner', true, { expiresAt: NOW + 5 });
    const names = ['semaphore', 'never', 'expired', 'b', 'a'];
    await subject.answers(storage.flushLocks(names, NOW + 5), ['semaphore', 'b', 'a'], []);
    await subject.answers(storage.flushLocks(names, NOW + 5), [], []);
    await subject.answers(storage.flushLocks([], NOW + 5), [], []);
    await subject.reads({ locks: [['c', 1]] }, NOW + 5);
    await subject.acquire('b', 'another', true);
  },

  'are listed by name, sorted': async (subject) => {
    for (const name of ['b', '__proto__', 'a', 'B', 'ä', 'constructor', "it's", '😀', '\uffee'])
      await subject.acquire(name, 'owner', true);
    const sorted = ['B', '__proto__', 'a', 'b', 'constructor', "it's", 'ä', '😀', '\uffee'];
    await subject.answers(subject.storage.locks(NOW), sorted, []);
    for (const name of sorted) await subject.holders(name, 1);
    await subject.holders('toString', 0);
  },

  'have nothing to do with data': async (subject) => {
    await subject.acquire('name', 'owner', true);
    await subject.data('name', undefined);
    await subject.answers(subject.storage.keys(NOW), [], []);
    await subject.answers(subject.storage.delete('name', NOW), false, false);
    await subject.put('name', 'data');
    await subject.acquire('name', 'another', false);
  },

  'are gone for good when their lease is recovered from': async (subject) => {
    await subject.storage.keepLease('lease', NOW + 10, NOW);
    await subject.acquire('lock', 'a', true, { lease: 'lease' });
    await subject.recover('', '', undefined, { now: NOW + 9 });
    await subject.holders('lock', 1, NOW + 9);
    await subject.recover('', '', undefined, { now: NOW + 10 });
    await subject.holders('lock', 0, NOW + 10);
  },
});
