// After the commit: signals and hooks, in the order that settle decided. In immediate mode an enqueued task runs at
// the point where it is announced; an explicit stack stands in for recursion, so chains may be as long as they like.
import type { Delivery, Enqueued, Settlement, SettlementResult, Turn } from '../storage/storage.js';
import type { Engine } from './engine.js';
import { execute } from './execute.js';
import { runPostExecute } from './hooks.js';
import type { Announcement } from './settle.js';

/** What is to be told of one applied settlement. */
export interface Committed {
  readonly announcements: readonly Announcement[];
  readonly result: SettlementResult;
}

/** A settlement that is ready to be stored, and what is to be told of it. */
export interface Work {
  readonly settlement: Settlement;
  readonly announcements: readonly Announcement[];
}

/** Stores settlements in one step each, then announces them. Answers at once if the storage does and nobody listens. */
export function commit(
  engine: Engine,
  works: readonly Work[],
  now: number = engine.now(),
): Promise<void> | undefined {
  const settled = works.map(({ settlement }) => settlement);
  const answer = engine.storage.turn(turnOf(engine, settled, now));
  if ('then' in answer)
    return Promise.resolve(answer).then(({ settled }) => announceAll(engine, works, settled));
  return announceAll(engine, works, answer.settled);
}

function announceAll(
  engine: Engine,
  works: readonly Work[],
  results: readonly SettlementResult[],
): Promise<void> | undefined {
  if (works.length === 1)
    return announce(engine, { announcements: works[0]!.announcements, result: results[0]! });
  return announceEach(engine, works, results);
}

async function announceEach(
  engine: Engine,
  works: readonly Work[],
  results: readonly SettlementResult[],
): Promise<void> {
  for (const [index, { announcements }] of works.entries())
    await announce(engine, { announcements, result: results[index]! });
}

/** How long what immediate mode runs is safe from being taken over; each turn renews it. */
const IMMEDIATE_LEASE_MS = 24 * 60 * 60 * 1000;

/** A turn that takes nothing from the queue: in immediate mode, what it enqueues is handed over at once. */
function turnOf(engine: Engine, settled: readonly Settlement[], now: number): Turn {
  if (!engine.immediate) return { settled, take: 0, lease: '', now };
  return {
    settled,
    take: 0,
    lease: engine.environment.immediateLease,
    leaseUntil: now + IMMEDIATE_LEASE_MS,
    now,
    deliver: true,
  };
}

/** Where the walk through one list of announcements stands. */
interface Frame extends Committed {
  next: number;
}

/** Where telling cannot go on at once: a handler that has to be awaited, then a delivery that is to be run. */
interface Stop {
  readonly told: Promise<void> | undefined;
  readonly delivery: Delivery | undefined;
}

/**
 * Tells what was committed; answers at once if nobody has to be awaited and nothing to be run. A settlement that was
 * refused, because another worker had taken over, is not told of.
 */
export function announce(engine: Engine, committed: Committed): Promise<void> | undefined {
  if (!isToBeTold(engine, committed)) return undefined;
  if (!engine.immediate && !engine.signals.hearsAny && engine.hooks.postExecute.size === 0) return undefined;
  const frames: Frame[] = [frameOf(committed)];
  const stop = tellOn(engine, frames);
  return stop === undefined ? undefined : walk(engine, frames, stop);
}

/** Tells as much as can be told at once. */
function tellOn(engine: Engine, frames: Frame[]): Stop | undefined {
  for (;;) {
    const frame = frames.at(-1);
    if (frame === undefined) return undefined;
    const announcement = frame.announcements[frame.next]!;
    frame.next += 1;
    // The last step of a frame leaves nothing to come back to: a retry of a retry of a retry stays one frame deep.
    if (frame.next === frame.announcements.length) frames.pop();
    const told = tell(engine, announcement, frame.result.enqueued);
    const delivery = deliveryOf(announcement, frame.result.enqueued);
    if (told !== undefined || delivery !== undefined) return { told, delivery };
  }
}

async function walk(engine: Engine, frames: Frame[], first: Stop): Promise<void> {
  for (let stop: Stop | undefined = first; stop !== undefined; stop = tellOn(engine, frames)) {
    if (stop.told !== undefined) await stop.told;
    if (stop.delivery === undefined) continue;
    // Bodies enqueue in their turn: without a break, each would run on top of the one that called it.
    await Promise.resolve();
    const ran = execute(engine, stop.delivery);
    const { settlement, announcements, outcome } = 'then' in ran ? await ran : ran;
    const answer = engine.storage.turn(turnOf(engine, [settlement], engine.now()));
    const { settled } = 'then' in answer ? await answer : answer;
    if (outcome.kind === 'undone') throw outcome.error;
    const committed = { announcements, result: settled[0]! };
    if (isToBeTold(engine, committed)) frames.push(frameOf(committed));
  }
}

function frameOf({ announcements, result }: Committed): Frame {
  return { announcements, result, next: 0 };
}

function isToBeTold(engine: Engine, { announcements, result }: Committed): boolean {
  if (!result.applied)
    engine.runtime.logger.warn('a settlement was refused: its delivery had been taken over');
  return result.applied && announcements.length > 0;
}

/** Makes one announcement; answers at once if nobody listens. */
function tell(
  engine: Engine,
  announcement: Announcement,
  enqueued: readonly Enqueued[],
): Promise<void> | undefined {
  const { signals, hooks, runtime } = engine;
  switch (announcement.kind) {
    case 'signal': {
      const { signal, task, error } = announcement;
      return signals.hears(signal) ? signals.emit(signal, task, error, runtime.logger) : undefined;
    }
    case 'post-execute': {
      const { task, value, error } = announcement;
      return hooks.postExecute.size > 0
        ? runPostExecute(hooks, task, value, error, runtime.logger)
        : undefined;
    }
    case 'callback': {
      const fired = enqueuedBy(announcement.effect, enqueued);
      if (fired === undefined || !signals.hears('enqueued')) return undefined;
      return signals.emit('enqueued', engine.codec.decode(fired.item).task, undefined, runtime.logger);
    }
  }
}

/** What an announcement handed over to be run here and now: something in immediate mode only. */
function deliveryOf(announcement: Announcement, enqueued: readonly Enqueued[]): Delivery | undefined {
  if (enqueued.length === 0 || announcement.kind === 'post-execute' || announcement.effect === undefined)
    return undefined;
  return enqueuedBy(announcement.effect, enqueued)?.delivery;
}

function enqueuedBy(effect: number, enqueued: readonly Enqueued[]): Enqueued | undefined {
  for (const one of enqueued) if (one.effect === effect) return one;
  return undefined;
}
