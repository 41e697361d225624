// The contract of flushing: each target empties its part and no other; without one, everything but the leases goes.
import type { FlushTarget } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW, type Snapshot, type Subject } from './subject.js';

/** Fills every part, and asserts what can be read then. */
async function fill(subject: Subject): Promise<Snapshot> {
  await subject.enqueue('queued');
  await subject.schedule('scheduled', NOW + 5);
  await subject.bury('dead', 'reason');
  await subject.put('result', 'data');
  await subject.put('expiring', 'data', NOW + 5);
  await subject.put('revoked:id', 'data');
  await subject.acquire('lock', 'owner', true);
  await subject.storage.rate({ name: 'rate', limit: 1, windowMs: 1000, now: NOW });
  await subject.apply([
    { kind: 'chord', chord: 'chord', size: 2, callback: { item: item('callback'), tail: '' } },
  ]);
  await subject.apply([{ kind: 'report', chord: 'chord', index: 0, data: 'value' }]);
  const full: Snapshot = {
    pending: [item('queued')],
    scheduled: [[item('scheduled'), NOW + 5]],
    dead: [[item('dead'), 'reason', NOW]],
    data: [
      ['expiring', 'data'],
      ['result', 'data'],
      ['revoked:id', 'data'],
    ],
    locks: [['lock', 1]],
    rates: [['rate', 1]],
    reports: [['chord', 0]],
  };
  await subject.reads(full);
  return full;
}

/** Fills every part, flushes one, and asserts what is gone. */
async function flushes(
  subject: Subject,
  target: FlushTarget | undefined,
  gone: Partial<Snapshot>,
): Promise<void> {
  const full = await fill(subject);
  await subject.storage.flush(target);
  await subject.reads({ ...full, ...gone });
  await subject.storage.flush(target);
  await subject.reads({ ...full, ...gone });
}

export const flushCases = casesOf('flush', {
  'empties the queue': async (subject) => {
    await flushes(subject, 'queue', { pending: [] });
    await subject.take('', { count: 1 });
    await subject.enqueue('a', 'b');
    await subject.take('a b');
  },

  'empties the schedule': async (subject) => {
    await flushes(subject, 'schedule', { scheduled: [] });
    await subject.handOver('', undefined, { now: NOW + 5 });
  },

  'empties the dead letters': async (subject) => {
    await flushes(subject, 'dead', { dead: [] });
    await subject.answers(subject.storage.resolveDead('dead', 'retry', NOW), false, false);
  },

  'empties the results: data, locks, rates and the values of chords': async (subject) => {
    await flushes(subject, 'results', { data: [], locks: [], rates: [], reports: [] });
    await subject.acquire('lock', 'another', true);
    await subject.apply([{ kind: 'report', chord: 'chord', index: 1, data: 'one' }]);
    await subject.pending('queued callback');
  },

  'sets counters back, and keeps their windows on record': async (subject) => {
    await flushes(subject, 'counters', { rates: [['rate', 0]] });
    await subject.answers(subject.storage.rate({ name: 'rate', limit: 1, windowMs: 1000, now: NOW }), 1, 1);
  },

  'empties everything': async (subject) => {
    await subject.apply([{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') }]);
    await subject.take('tick');
    await fill(subject);
    await subject.storage.flush();
    await subject.reads({});
    await subject.apply([{ kind: 'report', chord: 'chord', index: 1, data: 'one' }]);
    await subject.reads({});
    await subject.apply([{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') }]);
    await subject.pending('tick');
  },

  'of a part leaves what is in flight, slots and chords': async (subject) => {
    await subject.apply([{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('tick') }]);
    const tick = await subject.takeOne('tick');
    await subject.schedule('due', NOW);
    const [due] = await subject.handOver('due', undefined);
    await subject.apply([
      { kind: 'chord', chord: 'chord', size: 1, callback: { item: item('callback'), tail: '' } },
    ]);
    for (const target of ['queue', 'schedule', 'results', 'counters', 'dead'] as const)
      await subject.storage.flush(target);
    await subject.apply([{ kind: 'tick', ticker: 'ticker', slot: 1, item: item('again') }]);
    await subject.pending('');
    await subject.settle(due!, [{ kind: 'release' }]);
    await subject.settle(tick, [{ kind: 'report', chord: 'chord', index: 0, data: 'value' }]);
    await subject.pending('due callback');
  },

  'of everything takes what is in flight along': async (subject) => {
    await subject.enqueue('a');
    const delivery = await subject.takeOne('a');
    await subject.storage.flush();
    await subject.settleLate(delivery, [{ kind: 'release' }]);
    await subject.recover('', '', undefined);
    await subject.reads({});
  },

  'leaves leases alive': async (subject) => {
    await subject.storage.keepLease('lease', NOW + 10, NOW);
    await subject.storage.flush();
    await subject.enqueue('a');
    await subject.take('a', { lease: 'lease' });
    await subject.recover('', '', NOW + 10);
    await subject.acquire('lock', 'owner', true, { lease: 'lease' });
  },
});
