// After the commit: signals and hooks, in the order that settle decided. In immediate mode an enqueued task runs at
// the point where it is announced; an explicit stack stands in for recursion, so chains may be as long as they like.
import type { Delivery, Enqueued, Settlement, SettlementResult } from '../storage/storage.js';
import type { Engine } from './engine.js';
import { execute, type Execution } from './execute.js';
import { runPostExecute } from './hooks.js';
import type { Announcement } from './settle.js';

/** What is to be told of one applied settlement. */
export interface Committed {
  readonly announcements: readonly Announcement[];
  readonly result: SettlementResult;
}

/** Stores settlements in one step each, then announces them. Returns which were applied. */
export async function commit(
  engine: Engine,
  works: readonly { readonly settlement: Settlement; readonly announcements: readonly Announcement[] }[],
): Promise<readonly SettlementResult[]> {
  const { settled } = await engine.storage.turn({
    settled: works.map(({ settlement }) => settlement),
    take: 0,
    lease: leaseOf(engine),
    now: engine.now(),
    deliver: engine.settings.immediate,
  });
  for (const [index, result] of settled.entries()) await announce(engine, { announcements: works[index]!.announcements, result });
  return settled;
}

/** Under which lease this process takes deliveries outside of a worker: in immediate mode, its own. */
export function leaseOf(engine: Engine): string {
  return engine.lease ?? 'immediate';
}

/** Where the walk through one list of announcements stands. */
interface Frame extends Committed {
  next: number;
}

/** Tells what was committed. A settlement that was refused, because another worker had taken over, is not told of. */
export async function announce(engine: Engine, committed: Committed): Promise<void> {
  const frames: Frame[] = [];
  push(frames, engine, committed);
  for (;;) {
    const frame = frames.at(-1);
    if (frame === undefined) return;
    const announcement = frame.announcements[frame.next]!;
    frame.next += 1;
    // The last step of a frame leaves nothing to come back to: a retry of a retry of a retry stays one frame deep.
    if (frame.next === frame.announcements.length) frames.pop();
    const delivery = await tell(engine, announcement, frame.result.enqueued);
    if (delivery === undefined) continue;
    const execution = await execute(engine, delivery);
    push(frames, engine, await commitDelivering(engine, execution));
  }
}

function push(frames: Frame[], engine: Engine, { announcements, result }: Committed): void {
  if (!result.applied) engine.runtime.logger.warn('a settlement was refused: its delivery had been taken over');
  else if (announcements.length > 0) frames.push({ announcements, result, next: 0 });
}

async function commitDelivering(engine: Engine, { settlement, announcements }: Execution): Promise<Committed> {
  const turn = { settled: [settlement], take: 0, lease: leaseOf(engine), now: engine.now(), deliver: true };
  const { settled } = await engine.storage.turn(turn);
  return { announcements, result: settled[0]! };
}

/** Makes one announcement; returns the delivery that it stands for, if this is immediate mode. */
async function tell(engine: Engine, announcement: Announcement, enqueued: readonly Enqueued[]): Promise<Delivery | undefined> {
  const { signals, hooks, runtime } = engine;
  switch (announcement.kind) {
    case 'signal': {
      const { signal, task, error, effect } = announcement;
      if (signals.hears(signal)) await signals.emit(signal, task, error, runtime.logger);
      return effect === undefined ? undefined : enqueuedBy(effect, enqueued)?.delivery;
    }
    case 'post-execute':
      if (hooks.postExecute.size > 0) await runPostExecute(hooks, announcement.task, announcement.value, announcement.error, runtime.logger);
      return undefined;
    case 'callback': {
      const fired = enqueuedBy(announcement.effect, enqueued);
      if (fired !== undefined && signals.hears('enqueued'))
        await signals.emit('enqueued', engine.codec.decode(fired.item).task, undefined, runtime.logger);
      return fired?.delivery;
    }
  }
}

function enqueuedBy(effect: number, enqueued: readonly Enqueued[]): Enqueued | undefined {
  for (const one of enqueued) if (one.effect === effect) return one;
  return undefined;
}
