// The storage as one actor sees it: every call goes over the network, and none comes back to the dead.
import type {
  Storage,
  StorageCapabilities,
  StorageListener,
  Turn,
  TurnResult,
} from '../../src/storage/storage.js';
import type { Actor } from './actor.js';
import type { Network, Op } from './network.js';

/** The storage of an actor; of the test, if none is given. */
export function actorStorage(
  network: Network,
  capabilities: StorageCapabilities,
  actor: Actor | undefined,
): Storage {
  const via =
    <O extends Op>(op: O) =>
    (...args: Parameters<Storage[O]>): ReturnType<Storage[O]> =>
      network.call(actor, op, args) as ReturnType<Storage[O]>;
  return {
    // Whatever it can do by itself, here it tells of its changes.
    capabilities: { ...capabilities, notifies: true },
    turn: (turn: Turn) => network.call(actor, 'turn', [turn]) as TurnResult,
    handOver: via('handOver'),
    subscribe: (listener: StorageListener) => network.subscribe(actor, listener),
    watch: (key: string, listener: () => void) => network.watch(actor, key, listener),
    pending: via('pending'),
    pendingCount: via('pendingCount'),
    scheduled: via('scheduled'),
    scheduledCount: via('scheduledCount'),
    dead: via('dead'),
    resolveDead: via('resolveDead'),
    peek: via('peek'),
    pop: via('pop'),
    putIfEmpty: via('putIfEmpty'),
    delete: via('delete'),
    deleteIf: via('deleteIf'),
    keys: via('keys'),
    acquire: via('acquire'),
    release: via('release'),
    holders: via('holders'),
    flushLocks: via('flushLocks'),
    locks: via('locks'),
    rate: via('rate'),
    rateUsage: via('rateUsage'),
    resetRate: via('resetRate'),
    rates: via('rates'),
    reports: via('reports'),
    keepLease: via('keepLease'),
    endLease: via('endLease'),
    held: via('held'),
    recover: via('recover'),
    flush: via('flush'),
    close: () => {},
  };
}
