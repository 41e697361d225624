// Storages with a bug each: what a sweep must find. They show that the simulator still bites.
import { MemoryStorage } from '../../../src/storage/memory.js';
import type {
  Acquisition,
  HandedOver,
  HandOver,
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
