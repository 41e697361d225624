// Moves what is due from the schedule to the queue, and enqueues the ticks of periodic tasks. It works on a grid: one
// round each interval from its start, a look at the periodic tasks each minute from its start; after a stall it skips
// a round and makes up for nothing, as huey does. However many schedulers run, a tick is enqueued once per minute.
import { boolean } from '../check.js';
import { commit } from '../engine/announce.js';
import type { Engine } from '../engine/engine.js';
import { unreadable } from '../engine/execute.js';
import { duePeriodic, nextPeriodicAt, periodicTick, SLOT_MS } from '../engine/periodic.js';
import type { Announcement } from '../engine/settle.js';
import type { Delivery, Settlement } from '../storage/storage.js';
import { type Duration, durationMs } from '../time.js';

export interface SchedulerOptions {
  /** The time between two rounds; from 1s to 60s. Default 1s. */
  readonly interval?: Duration;
  /** Whether to enqueue periodic tasks. Default true. */
  readonly periodic?: boolean;
  /** Under which lease due items are moved. */
  readonly lease: string;
  /**
   * Ask for the next round at which there is something to do, instead of the next on the grid. Only where a change
   * of the schedule wakes the scheduler. Default false.
   */
  readonly skipIdle?: boolean;
}

/** How many due items one round trip moves. */
const BATCH = 1000;

/** A due item on its way to the queue. */
interface Move {
  readonly settlement: Settlement;
  readonly announcements: readonly Announcement[];
}

export class Scheduler {
  readonly #engine: Engine;
  readonly #intervalMs: number;
  readonly #periodic: boolean;
  readonly #lease: string;
  readonly #skipIdle: boolean;
  #nextRound: number | undefined;
  #nextLook: number | undefined;
  /** The first on the looks' grid after the last that was made. */
  #firstLook = -Infinity;
  #nextDueAt: number | undefined;
  /** The round that was done last: it is not done again, or two clocks that differ could pass a task to and fro for ever. */
  #lastRound = -Infinity;
  /** Whether the last round did not come to its end, and may have left something in flight. */
  #isInDoubt = false;

  constructor(engine: Engine, options: SchedulerOptions) {
    this.#engine = engine;
    this.#intervalMs = Math.min(
      durationMs('schedulerInterval', options.interval ?? 1, { least: 1000 }),
      SLOT_MS,
    );
    this.#periodic = boolean('periodic', options.periodic, true);
    this.#lease = options.lease;
    this.#skipIdle = options.skipIdle ?? false;
  }

  /** Does one round. Returns when to call it next, in epoch milliseconds. */
  async tick(now: number): Promise<number> {
    const round = this.#nextRound ?? now;
    if (now < round) return this.#replan(now, round);
    this.#nextRound = round + this.#intervalMs;
    // More than a whole interval late: the process was stalled or suspended. Find back to the grid first.
    if (this.#nextRound < now) {
      this.#nextRound = now;
      return now;
    }
    try {
      await this.moveDue(now);
      await this.#look(now);
    } catch (error) {
      // The same round again, as soon as the storage is back: a minute must not pass without its ticks.
      this.#nextRound = round;
      throw error;
    }
    this.#lastRound = round;
    return this.#skipIdle ? this.#nextUseful(this.#nextRound) : this.#nextRound;
  }

  /** Once a minute, enqueues what is due in it. */
  async #look(now: number): Promise<void> {
    const look = (this.#nextLook ??= now);
    if (look > now) return;
    if (this.#periodic) await this.enqueuePeriodic(now);
    this.#nextLook = look + (Math.floor((now - look) / SLOT_MS) + 1) * SLOT_MS;
    this.#firstLook = this.#nextLook;
  }

  /** Called before its time, because there is something new: finds the round of the grid that is wanted now. */
  async #replan(now: number, round: number): Promise<number> {
    const [soonest] = await this.#engine.storage.scheduled(1);
    this.#nextDueAt = soonest?.dueAt;
    const first = round - Math.floor((round - now) / this.#intervalMs) * this.#intervalMs;
    this.#aimAt(first > this.#lastRound ? first : first + this.#intervalMs);
    // What an earlier round has left in flight is not in the schedule.
    return this.#skipIdle && !this.#isInDoubt ? this.#nextUseful(this.#nextRound!) : this.#nextRound!;
  }

  /** Moves everything that is due to the queue; returns the ids, in order. A message that cannot be read is buried. */
  async moveDue(now: number): Promise<string[]> {
    const ids: string[] = [];
    if (this.#isInDoubt) ids.push(...(await this.#settleMoves(await this.#strayDeliveries(now), now)));
    this.#isInDoubt = true;
    for (;;) {
      const { deliveries, nextDueAt } = await this.#engine.storage.handOver({
        now,
        limit: BATCH,
        lease: this.#lease,
      });
      this.#nextDueAt = nextDueAt;
      ids.push(...(await this.#settleMoves(deliveries, now)));
      if (deliveries.length < BATCH) break;
    }
    this.#isInDoubt = false;
    return ids;
  }

  /** What an earlier round took from the schedule and, as an answer was lost, could not put into the queue. */
  async #strayDeliveries(now: number): Promise<readonly Delivery[]> {
    const held = await this.#engine.storage.held(now, this.#lease);
    // What the workers hold was taken from the queue, and so counted.
    return held.filter(({ count }) => count === 0);
  }

  async #settleMoves(deliveries: readonly Delivery[], now: number): Promise<string[]> {
    const moves = deliveries.map((delivery) => this.#move(delivery, now));
    if (moves.length > 0) await commit(this.#engine, moves);
    return moves.flatMap(({ announcements }) =>
      announcements.flatMap((one) => (one.kind === 'signal' ? [one.task.id] : [])),
    );
  }

  /** Enqueues the periodic tasks that are due, each once for this minute. */
  async enqueuePeriodic(now: number): Promise<void> {
    const ticks = duePeriodic(this.#engine, now).map((definition) => {
      const { effects, announcements } = periodicTick(this.#engine, definition, now);
      return { settlement: { effects }, announcements };
    });
    if (ticks.length > 0) await commit(this.#engine, ticks);
  }

  #move(delivery: Delivery, now: number): Move {
    const { item, receipt } = delivery;
    try {
      const { task } = this.#engine.codec.decode(item);
      this.#engine.registry.get(task.name);
      const moved = {
        id: item.id,
        task: item.task,
        priority: item.priority,
        data: item.data,
        enqueuedAt: now,
      };
      return {
        settlement: { receipt, effects: [{ kind: 'enqueue', item: moved }] },
        announcements: [{ kind: 'signal', signal: 'enqueued', task, effect: 0 }],
      };
    } catch (error) {
      return unreadable(this.#engine, delivery, error);
    }
  }

  /** The first round, from the given one on, at which an item is due or a look will find a periodic task. */
  #nextUseful(from: number): number {
    // With nothing in sight it comes back within a day all the same.
    const horizon = from + 24 * 60 * SLOT_MS;
    const due = Math.min(this.#nextDueAt ?? Infinity, horizon);
    this.#aimAt(Math.min(this.#roundFor(due, from), this.#nextFruitfulRound(from, horizon)));
    return this.#nextRound!;
  }

  /** The first round, from the given one on, whose look comes in a minute that matches the schedule of a periodic task. */
  #nextFruitfulRound(from: number, horizon: number): number {
    if (!this.#periodic) return Infinity;
    let look = this.#nextLook!;
    for (;;) {
      const round = this.#roundFor(look, from);
      const minute = Math.floor(round / SLOT_MS) * SLOT_MS;
      const due = nextPeriodicAt(this.#engine, minute - 1);
      if (due === undefined) return Infinity;
      if (due === minute || round > horizon) return round;
      // The look that comes in the due minute is not earlier than one interval before it.
      look += Math.max(1, Math.ceil((due - this.#intervalMs - look) / SLOT_MS)) * SLOT_MS;
    }
  }

  /** The first round of the grid, from the given one on, that is not before the instant. */
  #roundFor(instant: number, from: number): number {
    return from + Math.max(0, Math.ceil((instant - from) / this.#intervalMs)) * this.#intervalMs;
  }

  /** Makes it the next round. Looks that would have been made before it, and found nothing, count as made. */
  #aimAt(round: number): void {
    this.#nextRound = round;
    if (this.#nextLook === undefined) return;
    const passed = Math.floor((round - this.#intervalMs - this.#nextLook) / SLOT_MS) + 1;
    this.#nextLook = Math.max(this.#nextLook + passed * SLOT_MS, this.#firstLook);
  }
}
