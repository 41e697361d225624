// What is enqueued here and now: read from the storage, and from the journal for what the storage has let go of.
import type { Engine } from '../engine/engine.js';
import type { QueueItem } from '../storage/storage.js';
import { type Journal, journalOf } from './journal.js';
import { type EnqueuedState, type EnqueuedTask, enqueuedTask } from './matching/enqueued-task.js';

/** What was found. */
export interface Listing {
  readonly tasks: readonly EnqueuedTask[];
  /** How many messages could not be read. */
  readonly unreadable: number;
}

/** Lists what waits in the queue, in its order, then what waits in the schedule, in due order. */
export async function listWaiting(engine: Engine): Promise<Listing> {
  const { storage } = engine;
  const pending = await storage.pending();
  const scheduled = await storage.scheduled();
  return readAll(engine, [
    ...pending.map((item) => ({ item, state: 'queued' as const })),
    ...scheduled.map(({ item, dueAt }) => ({ item, state: 'scheduled' as const, dueAt })),
  ]);
}

/** Lists what waits or runs, then what the journal has seen and the storage no longer holds. */
export async function listAll(
  engine: Engine,
  journal: Journal | undefined = journalOf(engine),
): Promise<Listing> {
  const waiting = await listWaiting(engine);
  const held = await engine.storage.held(engine.now());
  const running = readAll(
    engine,
    held.map(({ item }) => ({ item, state: 'running' as const })),
  );
  const stored = [...waiting.tasks, ...running.tasks];
  const ids = new Set(stored.map(({ id }) => id));
  const gone = (journal?.tasks() ?? []).filter(({ id }) => !ids.has(id));
  return { tasks: [...stored, ...gone], unreadable: waiting.unreadable + running.unreadable };
}

interface Found {
  readonly item: QueueItem;
  readonly state: EnqueuedState;
  readonly dueAt?: number;
}

function readAll(engine: Engine, found: readonly Found[]): Listing {
  const tasks = found.flatMap((one) => read(engine, one) ?? []);
  return { tasks, unreadable: found.length - tasks.length };
}

/** undefined for a message that cannot be read: a foreign one must not keep a test from looking at its own. */
function read(engine: Engine, { item, state, dueAt }: Found): EnqueuedTask | undefined {
  try {
    const { head, next } = engine.codec.decodeChain(item);
    const queue = engine.options.name;
    const due = dueAt === undefined ? {} : { dueAt };
    return enqueuedTask(head, { queue, state, stages: next, enqueuedAt: item.enqueuedAt, ...due });
  } catch {
    return undefined;
  }
}
