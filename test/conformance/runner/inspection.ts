// Looking into the queue and the schedule: the details of each task, defaults left out.
import { expiresAt } from '../../../src/engine/execute.js';
import type { Task, TaskChain } from '../../../src/model/task.js';
import type { QueueItem } from '../../../src/storage/storage.js';
import { CorpusError, type Json } from './corpus.js';
import type { Stage } from './operation.js';
import { plainNumber } from './plain-number.js';
import type { PlayClock } from './play-clock.js';
import { plain } from './values.js';
import type { World } from './world.js';

/** Lists pending or scheduled tasks. */
export async function inspect({ world, fields }: Stage): Promise<Json[]> {
  const which = fields.text('which');
  // In the original a limit of zero is no limit.
  const limit = fields.has('limit') && fields.number('limit') !== 0 ? fields.number('limit') : undefined;
  if (which === 'pending') {
    await world.huey.pending(limit);
    return (await world.huey.storage.pending(limit)).map((item) => queued(world, item));
  }
  if (which === 'scheduled') {
    await world.huey.scheduled(limit);
    return (await world.huey.storage.scheduled(limit)).map(({ item }) => queued(world, item));
  }
  throw new CorpusError(`${fields.where}: expected \`which\` to be pending or scheduled, got "${which}"`);
}

function queued({ engine, clock }: World, item: QueueItem): Json {
  const chain = engine.codec.decodeChain(item);
  const limit = expiresAt(chain.head, item);
  return { ...details(chain, clock), ...(limit !== undefined && { expires_at: clock.secondsAt(limit) }) };
}

function details({ head, next: [stage, ...rest] }: TaskChain, clock: PlayClock): Record<string, Json> {
  const { kwargs, priority, retries, retryDelayMs, retryBackoff, eta, timeoutMs, onError } = head;
  return {
    id: head.id,
    task: head.name,
    args: plain(head.args, clock),
    ...(kwargs !== undefined && { kwargs: plain(kwargs, clock) }),
    ...(retries !== 0 && { retries: plainNumber(retries) }),
    ...(retryDelayMs !== 0 && { retry_delay: retryDelayMs / 1000 }),
    ...(retryBackoff !== 1 && { retry_backoff: retryBackoff }),
    ...(priority !== undefined && { priority }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs / 1000 }),
    ...(eta !== undefined && { eta: clock.secondsAt(eta) }),
    ...expiry(head, clock),
    ...(onError !== undefined && { error: details(onError, clock) }),
    // oxlint-disable-next-line unicorn/no-thenable -- the files call the next stage so; this is never awaited
    ...(stage !== undefined && { then: details({ head: stage, next: rest }, clock) }),
  };
}

function expiry({ expires }: Task, clock: PlayClock): Record<string, Json> {
  if (expires === undefined) return {};
  return { expires: 'at' in expires ? { at: clock.secondsAt(expires.at) } : expires.afterMs / 1000 };
}
