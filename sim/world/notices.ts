// Tells nodes that the queue, the schedule, a lease or a key has gained something: worked out from the calls themselves,
// so that every storage, whatever it can do by itself, tells the same at the same instant.
import type {
  Delivery,
  Effect,
  HandedOver,
  Recovery,
  StorageListener,
  Turn,
  TurnResult,
} from '../../src/storage/storage.js';
import { Watchers } from '../../src/watchers.js';

/** Where a node listens; it hears nothing while it is cut off. */
export interface Ear {
  readonly isDeaf: () => boolean;
  readonly listener: StorageListener;
}

export class Notices {
  readonly #ears = new Set<Ear>();
  readonly #watchers = new Watchers();
  /** Deliveries by the lease that holds them: a lease that begins to hold is told of. */
  readonly #holding = new Map<string, string>();

  subscribe(ear: Ear): () => void {
    this.#ears.add(ear);
    return () => void this.#ears.delete(ear);
  }

  watch(key: string, listener: () => void): () => void {
    return this.#watchers.watch(key, listener);
  }

  /** Tells everybody that anything may have changed: after a connection was lost. */
  wakeAll(): void {
    for (const gained of ['queue', 'schedule'] as const) this.#tell(gained);
    this.#tell('lease', '');
    this.#watchers.ringAll();
  }

  /** Tells of what a call has changed. */
  after(op: string, args: readonly unknown[], answer: unknown): void {
    if (op === 'turn') this.#afterTurn(args[0] as Turn, answer as TurnResult);
    else if (op === 'handOver')
      this.#took((answer as HandedOver).deliveries, (args[0] as { lease: string }).lease);
    else if (op === 'recover') this.#afterRecovery(answer as Recovery, args[0] as string);
    else if (op === 'resolveDead') {
      if (answer === true && args[1] === 'retry') this.#tell('queue');
    } else if (op === 'putIfEmpty' && answer === true) this.#watchers.ring(args[0] as string);
  }

  #afterTurn(turn: Turn, { settled, deliveries }: TurnResult): void {
    let isQueueRicher = false;
    let isScheduleRicher = false;
    for (const [index, { receipt, effects }] of turn.settled.entries()) {
      const { applied, enqueued } = settled[index]!;
      if (!applied) continue;
      if (receipt !== undefined) this.#holding.delete(receipt);
      for (const effect of effects) {
        if (effect.kind === 'schedule') isScheduleRicher = true;
        else if (feedsQueue(effect)) isQueueRicher = true;
        else if (effect.kind === 'put') this.#watchers.ring(effect.key);
      }
      if (enqueued.length > 0) isQueueRicher = true;
    }
    if (isQueueRicher) this.#tell('queue');
    if (isScheduleRicher) this.#tell('schedule');
    this.#took(deliveries, turn.lease);
  }

  #afterRecovery({ requeued, exhausted }: Recovery, lease: string): void {
    // Whose receipts came to nothing is not known; told once too often does no harm.
    if (requeued.length > 0 || exhausted.length > 0) this.#holding.clear();
    if (requeued.length > 0) this.#tell('queue');
    this.#took(exhausted, lease);
  }

  #took(deliveries: readonly Delivery[], lease: string): void {
    if (deliveries.length === 0) return;
    const isFirst = ![...this.#holding.values()].includes(lease);
    for (const { receipt } of deliveries) this.#holding.set(receipt, lease);
    if (isFirst) this.#tell('lease', lease);
  }

  #tell(gained: 'queue' | 'schedule' | 'lease', lease?: string): void {
    for (const { isDeaf, listener } of this.#ears) if (!isDeaf()) listener(gained, lease);
  }
}

function feedsQueue({ kind }: Effect): boolean {
  return kind === 'enqueue' || kind === 'release';
}
