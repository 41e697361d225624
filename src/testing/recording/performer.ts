// Carries out the cues of a recording in the environment at hand, and has bodies take as long as they took.
import { commit } from '../../engine/announce.js';
import type { Engine } from '../../engine/engine.js';
import { tailOf } from '../../engine/encoded-task.js';
import { putRevocation } from '../../engine/revoke.js';
import type { Announcement } from '../../engine/settle.js';
import { fromWire, type Wire } from '../../model/message.js';
import type { Task, TaskChain } from '../../model/task.js';
import { type Effect, revokedKey, revokedTaskKey } from '../../storage/storage.js';
import { coverBody } from '../body-cover.js';
import type { Cue } from './cues.js';
import type { RecordedWork } from './recording-event.js';
import { revived } from './redaction.js';
import type { Story } from './story.js';

/** Longer than anybody waits for a body. */
const FOR_EVER_MS = 365 * 24 * 60 * 60 * 1000;

/** Does what a cue says, here and now. */
export async function perform(engine: Engine, cue: Cue): Promise<void> {
  if ('work' in cue) return enqueue(engine, cue);
  const key = cue.id === undefined ? revokedTaskKey(cue.name ?? '') : revokedKey(cue.id);
  if (cue.kind === 'restore') await engine.storage.delete(key, engine.now());
  else await putRevocation(engine, key, { once: cue.once, until: cue.until });
}

async function enqueue(engine: Engine, cue: Extract<Cue, { work: unknown }>): Promise<void> {
  const now = engine.now();
  const due = cue.from === 'schedule' ? now : undefined;
  const planned = cue.work.map((one, index) =>
    planOf(engine, due === undefined ? one : { ...one, due }, now, index),
  );
  const effects = planned.map(({ effect }) => effect);
  // Another process has told of it.
  const announcements =
    cue.kind === 'arrive' ? [] : planned.flatMap(({ announcement }) => announcement ?? []);
  await commit(engine, [{ settlement: { effects }, announcements }]);
}

function planOf(
  engine: Engine,
  { chain, due, chord }: RecordedWork,
  now: number,
  effect: number,
): { readonly effect: Effect; readonly announcement?: Announcement } {
  const [head, ...next] = chain.map(taskOf);
  const item = engine.codec.encode({ head: head!, next }, now);
  if (chord !== undefined) {
    const { id, task, priority } = item;
    const callback = {
      item: { id, task, priority, data: item.head, enqueuedAt: now },
      tail: tailOf(item.rest),
    };
    return {
      effect: { kind: 'chord', chord: chord.id, size: chord.size, callback },
      announcement: { kind: 'callback', effect },
    };
  }
  if (due !== undefined) return { effect: { kind: 'schedule', item, dueAt: due } };
  return {
    effect: { kind: 'enqueue', item },
    announcement: { kind: 'signal', signal: 'enqueued', task: head!, effect },
  };
}

/** The task of a recorded message: its arguments are rich values again. */
function taskOf(wire: Wire): Task {
  const { onError, ...rest } = wire;
  const task = fromWire({
    ...rest,
    args: revived(wire['args']),
    ...(wire['kwargs'] !== undefined && { kwargs: revived(wire['kwargs']) }),
  });
  return onError === undefined ? task : { ...task, onError: chainOf(onError as readonly Wire[]) };
}

function chainOf(wires: readonly Wire[]): TaskChain {
  const [head, ...next] = wires.map(taskOf);
  return { head: head!, next };
}

/** Has the bodies of a task take as long as they did in the recording, in the time of where they run; returns how to end that. */
export function lastAsRecorded(
  engine: Engine,
  name: string,
  { recorded, replayed, isHere }: { recorded: Story; replayed: Story; isHere: () => boolean },
): () => void {
  return coverBody(engine.registry.get(name), (run) => {
    if (!isHere()) return run();
    const { task } = engine.executing.places()[0]!;
    const stretch = recorded.stretchOf(replayed.labels.of(task.id), task.attempt);
    if (stretch === undefined) return run();
    const { clock } = engine.runtime;
    const begun = clock.monotonic();
    const rest = async (): Promise<void> => {
      const restMs = stretch.isCut ? FOR_EVER_MS : stretch.ms - (clock.monotonic() - begun);
      if (restMs > 0) await clock.sleep(restMs);
    };
    return (async () => {
      try {
        return await run();
      } finally {
        await rest();
      }
    })();
  });
}
