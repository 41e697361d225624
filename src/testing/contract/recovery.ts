// The contract of leases and recovery: what a dead lease holds goes back, in order, and is settled once.
import { revokedKey } from '../../storage/storage.js';
import { casesOf } from './contract-case.js';
import { item, NOW } from './subject.js';

/** The lease of a worker that will be found dead at `NOW + 10`. */
const DOOMED = { lease: 'doomed', leaseUntil: NOW + 10 };
const AFTERWARDS = { now: NOW + 10 };

export const recoveryCases = casesOf('recovery', {
  'leaves alone what a living lease holds': async (subject) => {
    await subject.enqueue('a', 'b');
    const a = await subject.takeOne('a', DOOMED);
    await subject.recover('', '', NOW + 10, { now: NOW + 9 });
    await subject.pending('b');
    await subject.settle(a);
  },

  'takes a lease for dead at the very instant until which it was kept': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a', DOOMED);
    await subject.recover('', '', NOW + 10, { now: NOW + 9.5 });
    await subject.recover('a', '', undefined, AFTERWARDS);
    await subject.pending('a b');
  },

  'takes a lease that was never kept for dead': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a', { lease: 'unheard of' });
    await subject.recover('a', '', undefined);
  },

  'takes a lease that was ended for dead': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a', DOOMED);
    await subject.storage.endLease('doomed', NOW);
    await subject.pending('');
    await subject.recover('a', '', undefined);
    await subject.storage.endLease('unheard of', NOW);
  },

  'believes what was said last of a lease': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a', DOOMED);
    await subject.storage.keepLease('doomed', NOW + 20, NOW + 5);
    await subject.recover('', '', NOW + 20, { now: NOW + 15 });
    await subject.storage.keepLease('doomed', NOW + 16, NOW + 15);
    await subject.recover('', '', NOW + 16, { now: NOW + 15 });
    await subject.recover('a', '', undefined, { now: NOW + 16 });
    await subject.take('a', { ...DOOMED, leaseUntil: NOW + 30, now: NOW + 20 });
    await subject.recover('', '', NOW + 30, { now: NOW + 29 });
  },

  'is not put off by a turn that says nothing of its lease': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a', DOOMED);
    await subject.take('b', { lease: 'doomed', now: NOW + 5 });
    await subject.recover('', '', NOW + 10, { now: NOW + 5 });
    await subject.recover('a b', '', undefined, AFTERWARDS);
  },

  'is put off by a turn that keeps its lease and takes nothing': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a', DOOMED);
    await subject.take('', { lease: 'doomed', leaseUntil: NOW + 20, now: NOW + 9 });
    await subject.recover('', '', NOW + 20, AFTERWARDS);
  },

  'keeps the order of the queue, whatever the order in which items were taken': async (subject) => {
    const later = { ...DOOMED, lease: 'also doomed' };
    await subject.enqueue('a', item('b', { priority: -0.5 }), 'c');
    await subject.take('a c', DOOMED);
    await subject.enqueue(item('d', { priority: 1 }), 'e', item('f', { priority: 2 }));
    await subject.take('f', later);
    await subject.take('d e', DOOMED);
    await subject.take('b', later);
    await subject.enqueue('g', item('h', { priority: 1 }), item('i', { priority: -0.5 }));
    await subject.recover('f d a c e b', '', undefined, AFTERWARDS);
    await subject.pending('f d h a c e g b i');
  },

  'keeps the order of the queue among what was delivered too often': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a');
    await subject.enqueue('b', item('c', { priority: 1 }));
    await subject.take('c b');
    await subject.recover('', 'c a b', undefined, { maxDeliveries: 1 });
  },

  'puts items back as they were': async (subject) => {
    const given = item('a', { priority: 2, data: 'x\ty\nz' });
    await subject.enqueue(given);
    await subject.take('a', DOOMED);
    await subject.recover('a', '', undefined, AFTERWARDS);
    await subject.reads({ pending: [given] });
  },

  'happens once': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a', DOOMED);
    await subject.recover('a', '', undefined, AFTERWARDS);
    await subject.recover('', '', undefined, { ...AFTERWARDS, lease: 'another rescuer' });
    await subject.pending('a');
  },

  'has the settlements of the dead refused': async (subject) => {
    await subject.enqueue('a');
    const zombie = await subject.takeOne('a', DOOMED);
    await subject.recover('a', '', undefined, AFTERWARDS);
    await subject.settleLate(zombie, [{ kind: 'put', key: 'a', data: 'by the zombie' }], AFTERWARDS);
    const heir = await subject.takeOne('a', { lease: 'heir', ...AFTERWARDS });
    await subject.settleLate(zombie, [{ kind: 'release' }], AFTERWARDS);
    await subject.settle(heir, [{ kind: 'put', key: 'a', data: 'by the heir' }], AFTERWARDS);
    await subject.settleLate(zombie, [{ kind: 'put', key: 'a', data: 'by the zombie' }], AFTERWARDS);
    await subject.data('a', 'by the heir');
    await subject.pending('');
  },

  'is all that takes a delivery away: until then, a dead lease may settle': async (subject) => {
    await subject.enqueue('a', 'b', 'c');
    const [a, b] = await subject.take('a b', DOOMED);
    await subject.settle(a!, [], { now: NOW + 99 });
    await subject.settle(b!, [{ kind: 'release' }], { now: NOW + 99 });
    await subject.recover('', '', undefined, { now: NOW + 99 });
    await subject.pending('b c');
  },

  'spares a lease that has died and was kept again': async (subject) => {
    await subject.enqueue('a');
    const a = await subject.takeOne('a', DOOMED);
    await subject.storage.keepLease('doomed', NOW + 30, NOW + 20);
    await subject.recover('', '', NOW + 30, { now: NOW + 25 });
    await subject.settle(a);
  },

  'counts what it has put back as delivered': async (subject) => {
    await subject.enqueue('a');
    for (const count of [1, 2, 3]) {
      const { deliveries } = await subject.turn([], 1);
      await subject.answers(deliveries[0]?.count, count, undefined);
      await subject.recover('a', '', undefined, { maxDeliveries: 4 });
    }
  },

  'hands over to the rescuer what was delivered too often': async (subject) => {
    await subject.enqueue('a', 'b');
    await subject.take('a', DOOMED);
    await subject.recover('a', '', undefined, { ...AFTERWARDS, maxDeliveries: 2 });
    const zombie = await subject.takeOne('a', DOOMED);
    await subject.storage.keepLease('rescuer', NOW + 100, NOW + 10);
    const [exhausted] = await subject.recover('', 'a', undefined, { ...AFTERWARDS, maxDeliveries: 2 });
    await subject.answers(exhausted!.count, 2, 1);
    await subject.pending('b');
    await subject.settleLate(zombie);
    await subject.recover('', '', NOW + 100, { ...AFTERWARDS, lease: 'another rescuer' });
    await subject.settle(exhausted!, [{ kind: 'bury', item: item('a'), reason: 'exhausted' }], AFTERWARDS);
    await subject.dead('a');
    await subject.recover('', '', undefined, { now: NOW + 100, lease: 'another rescuer' });
  },

  'sorts what goes back from what was delivered too often': async (subject) => {
    await subject.enqueue('a', 'b', item('c', { priority: 1 }), 'd');
    await subject.take('c a', DOOMED);
    await subject.recover('c a', '', undefined, AFTERWARDS);
    await subject.take('c a b', DOOMED);
    await subject.put(revokedKey('a'), 'data');
    const exhausted = await subject.recover('b', 'c a', undefined, { ...AFTERWARDS, maxDeliveries: 2 });
    await subject.answers(
      exhausted.map(({ revoked }) => revoked),
      [false, true],
      [false, false],
    );
    await subject.pending('b d');
  },

  'takes over again from a rescuer that is dead itself': async (subject) => {
    await subject.enqueue('a');
    await subject.take('a');
    const [first] = await subject.recover('', 'a', undefined, { maxDeliveries: 1 });
    const [second] = await subject.recover('', 'a', undefined, { maxDeliveries: 1 });
    await subject.settleLate(first!);
    await subject.storage.keepLease('second rescuer', NOW + 10, NOW);
    const [third] = await subject.recover('', 'a', undefined, { maxDeliveries: 1, lease: 'second rescuer' });
    await subject.answers(third!.count, 1, 1);
    await subject.settleLate(second!);
    await subject.settle(third!);
  },

  'puts a hand-over into the queue, however few deliveries are allowed': async (subject) => {
    await subject.enqueue('a');
    await subject.schedule(item('b', { enqueuedAt: NOW - 60_000 }), NOW - 5);
    const [zombie] = await subject.handOver('b', undefined, { now: NOW - 3, lease: 'dead scheduler' });
    await subject.enqueue('c');
    await subject.recover('b', '', undefined, { maxDeliveries: 1 });
    await subject.reads({ pending: [item('a'), item('b', { enqueuedAt: NOW - 3 }), item('c')] });
    await subject.settleLate(zombie!, [{ kind: 'enqueue', item: item('b') }]);
    const { deliveries } = await subject.turn([], 2);
    await subject.answers(
      deliveries.map(({ count }) => count),
      [1, 1],
      [],
    );
  },

  'says when the next of the other leases runs out that hold something': async (subject) => {
    await subject.enqueue('a', 'b', 'c');
    await subject.take('a', { lease: 'rescuer', leaseUntil: NOW + 5 });
    await subject.recover('', '', undefined);
    const b = await subject.takeOne('b', { lease: 'second', leaseUntil: NOW + 20.5 });
    await subject.take('c', { lease: 'third', leaseUntil: NOW + 30 });
    await subject.storage.keepLease('idle', NOW + 1, NOW);
    await subject.recover('', '', NOW + 20.5);
    await subject.recover('', '', NOW + 5, { lease: 'second' });
    await subject.settle(b);
    await subject.recover('', '', NOW + 30);
    await subject.storage.keepLease('third', NOW + 40, NOW);
    await subject.recover('', '', NOW + 40);
  },

  'takes over from its own lease too, if that is dead': async (subject) => {
    await subject.enqueue('a');
    const zombie = await subject.takeOne('a', { lease: 'rescuer', leaseUntil: NOW + 10 });
    await subject.recover('a', '', undefined, AFTERWARDS);
    await subject.settleLate(zombie);
    await subject.pending('a');
  },
});
