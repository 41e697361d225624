// Storages with a bug each: what a sweep must find. They show that the simulator still bites.
import { MemoryStorage } from '../../../src/storage/memory.js';
import type {
  Acquisition,
  Delivery,
  Effect,
  HandedOver,
  HandOver,
  QueueItem,
  RateRequest,
  Recovery,
  Turn,
  TurnResult,
} from '../../../src/storage/storage.js';

/** Grants every lock. */
export class GenerousLocks extends MemoryStorage {
  override acquire(request: Acquisition): boolean {
    super.acquire(request);
    return true;
  }
}

/** Loses the second of two tasks that come due together. */
export class LossySchedule extends MemoryStorage {
  override handOver(request: HandOver): HandedOver {
    const { deliveries, nextDueAt } = super.handOver(request);
    return { deliveries: deliveries.slice(0, 1), nextDueAt };
  }
}

/** Counts one use too few. */
export class LaxRates extends MemoryStorage {
  override rate(request: RateRequest): number {
    return super.rate(request) - 1;
  }
}

/** Forgets to say what is revoked. */
export class BlindDeliveries extends MemoryStorage {
  override turn(turn: Turn): TurnResult {
    const { settled, deliveries } = super.turn(turn);
    return { settled, deliveries: deliveries.map((delivery) => ({ ...delivery, revoked: false })) };
  }
}

/** Takes from the living. */
export class HastyRecovery extends MemoryStorage {
  override recover(lease: string, maxDeliveries: number, now: number): Recovery {
    return super.recover(lease, maxDeliveries, now + 9000);
  }
}

/** Gives each tick to everybody who asks. */
export class EagerTicks extends MemoryStorage {
  override turn(turn: Turn): TurnResult {
    const settled = turn.settled.map((settlement) => ({
      ...settlement,
      effects: settlement.effects.map((effect) =>
        effect.kind === 'tick'
          ? { ...effect, ticker: `${effect.ticker} ${turn.lease} ${effect.item.id}` }
          : effect,
      ),
    }));
    const result = super.turn({ ...turn, settled });
    return result;
  }
}

/** Makes something else of the effects of each turn; undefined: nothing at all. */
abstract class OtherEffects extends MemoryStorage {
  override turn(turn: Turn): TurnResult {
    const settled = turn.settled.map((settlement) => ({
      ...settlement,
      effects: settlement.effects.map((effect) => this.other(effect) ?? NO_EFFECT),
    }));
    return super.turn({ ...turn, settled });
  }

  protected abstract other(effect: Effect): Effect | undefined;
}

const NO_EFFECT: Effect = { kind: 'unrevoke', id: 'nothing' };

/** Keeps the locks of tasks that have ended. */
export class StickyLocks extends OtherEffects {
  protected other(effect: Effect): Effect | undefined {
    return effect.kind === 'unlock' ? undefined : effect;
  }
}

/** Keeps no results. */
export class LostResults extends OtherEffects {
  protected other(effect: Effect): Effect | undefined {
    return effect.kind === 'put' ? undefined : effect;
  }
}

/** Schedules for a moment later. */
export class LateSchedule extends OtherEffects {
  protected other(effect: Effect): Effect | undefined {
    return effect.kind === 'schedule' ? { ...effect, dueAt: effect.dueAt + 1 } : effect;
  }
}

/** Takes a low priority for a high one. */
export class InvertedQueue extends OtherEffects {
  protected other(effect: Effect): Effect | undefined {
    if (effect.kind !== 'enqueue') return effect;
    return { ...effect, item: plain(effect.item, { priority: -effect.item.priority }) };
  }
}

/** Says that everything has just been enqueued: nothing ever expires. */
export class YoungDeliveries extends MemoryStorage {
  override turn(turn: Turn): TurnResult {
    const { settled, deliveries } = super.turn(turn);
    const young = ({ item, ...delivery }: Delivery): Delivery => ({
      ...delivery,
      item: plain(item, { enqueuedAt: turn.now }),
    });
    return { settled, deliveries: deliveries.map(young) };
  }
}

/** Loses every fifth delivery on the way. */
export class LossyTurns extends MemoryStorage {
  #taken = 0;

  override turn(turn: Turn): TurnResult {
    const { settled, deliveries } = super.turn(turn);
    const kept = deliveries.filter(({ receipt }) => {
      this.#taken += 1;
      if (this.#taken % 5 > 0) return true;
      super.turn({ ...turn, settled: [{ receipt, effects: [] }], take: 0 });
      return false;
    });
    return { settled, deliveries: kept };
  }
}

/** Gives every fifth delivery twice. */
export class DoubleTurns extends MemoryStorage {
  #taken = 0;

  override turn(turn: Turn): TurnResult {
    const result = super.turn(turn);
    for (const { item } of result.deliveries) {
      this.#taken += 1;
      if (this.#taken % 5 > 0) continue;
      super.turn({ ...turn, settled: [{ effects: [{ kind: 'enqueue', item }] }], take: 0 });
    }
    return result;
  }
}

/** Enqueues the callback of a chord once more. */
export class DoubleChords extends MemoryStorage {
  override turn(turn: Turn): TurnResult {
    const result = super.turn(turn);
    for (const [index, { effects }] of turn.settled.entries())
      for (const { effect, item } of result.settled[index]!.enqueued)
        if (effects[effect]!.kind === 'report')
          super.turn({ ...turn, settled: [{ effects: [{ kind: 'enqueue', item }] }], take: 0 });
    return result;
  }
}

/** Throws away what the dead held. */
export class DeadlyRecovery extends MemoryStorage {
  override recover(lease: string, maxDeliveries: number, now: number): Recovery {
    const recovery = super.recover(lease, maxDeliveries, now);
    for (const { id } of recovery.requeued) {
      const { deliveries } = super.turn({
        settled: [],
        take: 1,
        lease: 'grave',
        leaseUntil: now + 1e12,
        now,
      });
      const [first] = deliveries;
      if (first === undefined) continue;
      const isDead = first.item.id === id;
      const effects: Effect[] = isDead ? [] : [{ kind: 'release' }];
      super.turn({ settled: [{ receipt: first.receipt, effects }], take: 0, lease: 'grave', now });
    }
    return recovery;
  }
}

function plain({ id, task, priority, data, enqueuedAt }: QueueItem, changes: Partial<QueueItem>): QueueItem {
  return { id, task, priority, data, enqueuedAt, ...changes };
}
