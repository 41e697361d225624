// Periodic tasks: which are due at an instant, and the ticks that the scheduler enqueues for them.
import type { Task } from '../model/task.js';
import type { Effect } from '../storage/storage.js';
import type { Engine } from './engine.js';
import type { Definition } from './registry.js';
import type { Announcement } from './settle.js';

/** Schedules have the resolution of a minute. */
export const SLOT_MS = 60_000;

/** A fresh instance of a periodic task. */
export function periodicTask(engine: Engine, definition: Definition): Task {
  return {
    id: engine.runtime.ids.next('task'),
    name: definition.name,
    args: [],
    attempt: 0,
    ...definition.options.values,
  };
}

/** The periodic tasks whose schedule matches the minute of that instant, in the order of their declaration. */
export function duePeriodic(engine: Engine, now: number): readonly Definition[] {
  return engine.registry.periodic().filter(({ schedule }) => schedule.matches(now));
}

/** When any periodic task is next due after the instant; undefined if never. */
export function nextPeriodicAt(engine: Engine, after: number): number | undefined {
  let soonest: number | undefined;
  for (const { schedule } of engine.registry.periodic()) {
    const at = schedule.next(after);
    if (at !== undefined && (soonest === undefined || at < soonest)) soonest = at;
  }
  return soonest;
}

/** The change that enqueues a tick once per minute, however many schedulers try, and what to tell if it does. */
export function periodicTick(
  engine: Engine,
  definition: Definition,
  now: number,
): { readonly effects: readonly Effect[]; readonly announcements: readonly Announcement[] } {
  const task = periodicTask(engine, definition);
  const item = engine.codec.encode({ head: task, next: [] }, now);
  return {
    effects: [{ kind: 'tick', ticker: definition.name, slot: Math.floor(now / SLOT_MS), item }],
    announcements: [{ kind: 'callback', effect: 0 }],
  };
}
