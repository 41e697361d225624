// Accepts everything and keeps nothing: for producers whose tasks must go nowhere, and for measuring the rest.
import type {
  Effect,
  HandedOver,
  Recovery,
  SettlementResult,
  Storage,
  StorageCapabilities,
  Turn,
  TurnResult,
} from './storage.js';

const NOTHING: readonly never[] = [];

/** Swallows every message and result; reads as empty. */
export class BlackHoleStorage implements Storage {
  readonly capabilities: StorageCapabilities = {
    durable: false,
    shared: false,
    notifies: true,
    retains: false,
  };

  turn({ settled }: Turn): TurnResult {
    return { settled: settled.map(swallow), deliveries: NOTHING };
  }

  handOver(): HandedOver {
    return { deliveries: NOTHING, nextDueAt: undefined };
  }

  subscribe(): () => void {
    return () => {};
  }

  watch(): () => void {
    return () => {};
  }

  pending(): readonly never[] {
    return NOTHING;
  }

  pendingCount(): number {
    return 0;
  }

  scheduled(): readonly never[] {
    return NOTHING;
  }

  scheduledCount(): number {
    return 0;
  }

  dead(): readonly never[] {
    return NOTHING;
  }

  resolveDead(): boolean {
    return false;
  }

  peek(): undefined {
    return undefined;
  }

  pop(): undefined {
    return undefined;
  }

  putIfEmpty(): boolean {
    return true;
  }

  delete(): boolean {
    return false;
  }

  deleteIf(): boolean {
    return false;
  }

  keys(): readonly never[] {
    return NOTHING;
  }

  acquire(): boolean {
    return true;
  }

  release(): boolean {
    return false;
  }

  holders(): number {
    return 0;
  }

  flushLocks(): readonly never[] {
    return NOTHING;
  }

  locks(): readonly never[] {
    return NOTHING;
  }

  rate(): number {
    return 1;
  }

  rateUsage(): number {
    return 0;
  }

  resetRate(): boolean {
    return false;
  }

  rates(): readonly never[] {
    return NOTHING;
  }

  reports(): readonly never[] {
    return NOTHING;
  }

  keepLease(): void {}

  endLease(): void {}

  held(): readonly never[] {
    return NOTHING;
  }

  recover(): Recovery {
    return { requeued: NOTHING, exhausted: NOTHING, nextExpiryAt: undefined };
  }

  flush(): void {}

  close(): void {}
}

/** Nothing is ever in flight here, so a settlement of a delivery is always too late. */
function swallow({
  receipt,
}: {
  readonly receipt?: string;
  readonly effects: readonly Effect[];
}): SettlementResult {
  return { applied: receipt === undefined, enqueued: NOTHING };
}
