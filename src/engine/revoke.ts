// Revocations: of one task by its id, or of every instance of a task; for good, once, or until an instant.
import type { Task } from '../model/task.js';
import { revokedKey, revokedTaskKey } from '../storage/storage.js';
import type { Engine } from './engine.js';

export interface Revocation {
  /** Skips the next one only; the instant does not matter then. */
  readonly once: boolean;
  /** In force before this instant; undefined: for good. */
  readonly until: number | undefined;
}

/** Puts a revocation on record under a key; the newest counts. */
export async function putRevocation(engine: Engine, key: string, { once, until }: Revocation): Promise<void> {
  const data = engine.codec.encodeValue({ once, ...(until !== undefined && { until }) });
  await engine.storage.turn({
    settled: [{ effects: [{ kind: 'put', key, data }] }],
    take: 0,
    lease: '',
    now: engine.now(),
  });
}

/** Whether a revocation under the key is in force at the instant; changes nothing. */
export async function revocationHolds(engine: Engine, key: string, now: number): Promise<boolean> {
  const data = await engine.storage.peek(key, now);
  return data !== undefined && inForce(read(engine, data), now);
}

/** Whether the task or its kind is revoked; changes nothing. */
export async function isRevoked(
  engine: Engine,
  task: Pick<Task, 'id' | 'name'>,
  now: number,
): Promise<boolean> {
  return (
    (await revocationHolds(engine, revokedKey(task.id), now)) ||
    revocationHolds(engine, revokedTaskKey(task.name), now)
  );
}

/**
 * The worker's check: which revocation, if any, stops this task. One that has run out is removed; a one-time
 * revocation of a whole task is used up here, by exactly one worker; that of an id is used up by the settlement.
 */
export async function claimRevocation(
  engine: Engine,
  task: Task,
  now: number,
): Promise<{ readonly once: boolean } | undefined> {
  const { storage } = engine;
  const own = await storage.peek(revokedKey(task.id), now);
  if (own !== undefined) {
    const revocation = read(engine, own);
    if (inForce(revocation, now)) return { once: revocation.once };
    await storage.deleteIf(revokedKey(task.id), own, now);
  }
  const key = revokedTaskKey(task.name);
  for (;;) {
    const data = await storage.peek(key, now);
    if (data === undefined) return undefined;
    const revocation = read(engine, data);
    const holds = inForce(revocation, now);
    if (holds && !revocation.once) return { once: false };
    // Whoever removes it has used it up; whoever comes second looks again.
    if ((await storage.deleteIf(key, data, now)) && holds) return { once: false };
  }
}

function inForce({ once, until }: Revocation, now: number): boolean {
  return once || until === undefined || until > now;
}

function read(engine: Engine, data: string): Revocation {
  const value = engine.codec.decodeValue(data) as { once?: unknown; until?: unknown } | null;
  return { once: value?.once === true, until: typeof value?.until === 'number' ? value.until : undefined };
}
