// The facts in one call of the storage, in the order in which they took effect. Reads that change nothing hold none.
import type { Execution } from '../../src/engine/execute.js';
import {
  type Acquisition,
  type Effect,
  type Enqueued,
  type FlushTarget,
  type HandedOver,
  type HandOver,
  type RateRequest,
  type Recovery,
  revokedKey,
  type Settlement,
  type SettlementResult,
  type Turn,
  type TurnResult,
} from '../../src/storage/storage.js';
import type { Flights } from './flights.js';
import type { Flight, Tell } from './observation.js';

/** A call with its answer, and what is known so far. */
export interface Call {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly answer: unknown;
  readonly node: string;
  readonly flights: Flights;
  readonly executions: WeakMap<Settlement, Execution>;
}

type Reading = (call: Call, tell: Tell) => void;

/** By method. */
const READINGS: Readonly<Record<string, Reading>> = {
  turn: turned,
  handOver: handedOver,
  recover: recovered,
  resolveDead({ args, answer }, tell) {
    const [id, action] = args as [string, 'retry' | 'discard'];
    if (answer === true) tell('resolved', { id, action });
  },
  pop: ({ args, answer }, tell) =>
    removed(args, 'pop', answer !== undefined, answer as string | undefined, args[1], tell),
  delete: ({ args, answer }, tell) => removed(args, 'delete', answer === true, undefined, args[1], tell),
  deleteIf: ({ args, answer }, tell) => removed(args, 'deleteIf', answer === true, undefined, args[2], tell),
  putIfEmpty({ args, answer }, tell) {
    const [key, data] = args as [string, string];
    if (answer === true) tell('put', { key, data, expiresAt: undefined });
  },
  acquire({ args, answer }, tell) {
    tell('acquired', { request: args[0] as Acquisition, isGranted: answer === true });
  },
  release({ args }, tell) {
    const [name, owner] = args as [string, string];
    tell('let-go', { name, owner });
  },
  flushLocks({ args }, tell) {
    tell('locks-flushed', { names: args[0] as readonly string[] });
  },
  keepLease({ args, flights }, tell) {
    const [lease, until, now] = args as [string, number, number];
    flights.leases.keep(lease, until);
    tell('lease-kept', { lease, until, now });
  },
  endLease({ args, flights }, tell) {
    const [lease] = args as [string];
    flights.leases.end(lease);
    tell('lease-ended', { lease });
  },
  rate({ args, answer }, tell) {
    tell('counted', { request: args[0] as RateRequest, count: answer as number });
  },
  resetRate({ args }, tell) {
    tell('uncounted', { name: args[0] as string });
  },
  flush({ args, flights }, tell) {
    const [target] = args as [FlushTarget | undefined];
    if (target === undefined) flights.clear();
    tell('flushed', { target });
  },
};

/** Tells the facts of one call. */
export function factsOfCall(call: Call, tell: Tell): void {
  READINGS[call.op]?.(call, tell);
}

function turned({ args, answer, node, flights, executions }: Call, tell: Tell): void {
  const [turn] = args as [Turn];
  const { settled, deliveries } = answer as TurnResult;
  for (const [index, settlement] of turn.settled.entries())
    settle(settlement, settled[index]!, flights, executions, tell);
  const { lease, leaseUntil, now } = turn;
  if (leaseUntil !== undefined) {
    flights.leases.keep(lease, leaseUntil);
    tell('lease-kept', { lease, until: leaseUntil, now });
  }
  for (const delivery of deliveries) tell('taken', { flight: flights.launch(delivery, lease, node, false) });
}

function settle(
  settlement: Settlement,
  { applied, enqueued }: SettlementResult,
  flights: Flights,
  executions: WeakMap<Settlement, Execution>,
  tell: Tell,
): void {
  if (!applied) return tell('settled-in-vain', { settlement });
  const flight = flights.get(settlement.receipt);
  if (settlement.receipt !== undefined) flights.land(settlement.receipt);
  const execution = executions.get(settlement);
  const task = flight?.delivery.item.id ?? execution?.delivery.item.id;
  tell('settled', { settlement, flight, execution, task });
  const isEnd = flight !== undefined || execution !== undefined;
  for (const [index, effect] of settlement.effects.entries())
    apply(
      effect,
      enqueued.find((one) => one.effect === index),
      flight,
      isEnd,
      tell,
    );
}

function apply(
  effect: Effect,
  gained: Enqueued | undefined,
  flight: Flight | undefined,
  isEnd: boolean,
  tell: Tell,
): void {
  switch (effect.kind) {
    case 'put':
      return tell('put', { key: effect.key, data: effect.data, expiresAt: effect.expiresAt });
    case 'unrevoke':
      return tell('removed', {
        key: revokedKey(effect.id),
        by: 'unrevoke',
        data: undefined,
        isTrue: false,
        now: 0,
      });
    case 'enqueue':
      return tell('enqueued', { item: effect.item, origin: isEnd ? 'end' : 'call', flight });
    case 'schedule':
      return tell('scheduled', { item: effect.item, dueAt: effect.dueAt, flight });
    case 'tick': {
      const { ticker, slot, item } = effect;
      tell('ticked', { ticker, slot, isFirst: gained !== undefined, item });
      if (gained !== undefined) tell('enqueued', { item: gained.item, origin: 'tick' });
      return;
    }
    case 'chord': {
      const { chord, size, callback } = effect;
      tell('opened', { chord, size, callback });
      if (gained !== undefined) tell('enqueued', { item: gained.item, origin: 'chord' });
      return;
    }
    case 'report': {
      const { chord, index, data } = effect;
      tell('reported', { chord, index, data, callback: gained?.item });
      if (gained !== undefined) tell('enqueued', { item: gained.item, origin: 'chord' });
      return;
    }
    case 'unlock':
      return tell('let-go', { name: effect.name, owner: effect.owner });
    case 'release':
      return flight === undefined ? undefined : tell('released', { flight });
    case 'bury':
      return tell('buried', { item: effect.item, reason: effect.reason, flight });
  }
}

function handedOver({ args, answer, node, flights }: Call, tell: Tell): void {
  const [{ lease }] = args as [HandOver];
  for (const delivery of (answer as HandedOver).deliveries)
    tell('handed-over', { flight: flights.launch(delivery, lease, node, true) });
}

function recovered({ args, answer, node, flights }: Call, tell: Tell): void {
  const [lease, most, now] = args as [string, number, number];
  const { requeued, exhausted } = answer as Recovery;
  flights.leases.recover(now);
  for (const item of requeued) tell('recovered', { item, flight: flights.recover(item, now), now });
  for (const delivery of exhausted) {
    const before = flights.recover(delivery.item, now);
    const flight = flights.launch(delivery, lease, node, false);
    tell('exhausted', { flight, before, most });
  }
}

function removed(
  [key]: readonly unknown[],
  by: 'pop' | 'delete' | 'deleteIf',
  isTrue: boolean,
  data: string | undefined,
  now: unknown,
  tell: Tell,
): void {
  tell('removed', { key: key as string, by, data, isTrue, now: now as number });
}
