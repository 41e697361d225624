// Puts described work into the queue: everything it consists of in one atomic step, or nothing at all.
import { expected } from '../check.js';
import type { ChordSlot, Task } from '../model/task.js';
import type { Effect } from '../storage/storage.js';
import { commit } from './announce.js';
import { Chord, Group, type ValuesOf, type Work } from './canvas.js';
import { tailOf } from './encoded-task.js';
import { checkRegistered, enqueueChain } from './enqueue-chain.js';
import type { Engine } from './engine.js';
import { Result } from './result.js';
import { ChordResult, type Readable, ResultGroup } from './result-group.js';
import { type Announcement, passOn } from './settle.js';
import { Signature } from './signature.js';

/** What enqueuing a piece of work returns. */
export type HandleOf<W> =
  W extends Signature<infer S>
    ? S extends readonly [infer R]
      ? Result<R>
      : ResultGroup<S>
    : W extends Chord<infer M, infer S>
      ? ChordResult<ValuesOf<M>, S>
      : W extends Group<infer M>
        ? ResultGroup<ValuesOf<M>>
        : never;

/** The changes and announcements that a piece of work comes to. */
interface Plan {
  readonly engine: Engine;
  readonly now: number;
  readonly effects: Effect[];
  readonly announcements: Announcement[];
}

/** Enqueues signatures, pipelines, groups and chords. @throws if any part is unknown or cannot travel; nothing is enqueued then. */
export async function enqueue(engine: Engine, work: Work): Promise<Result | ResultGroup | ChordResult> {
  const now = engine.now();
  const { effects, announcements, handle } =
    work instanceof Signature ? planChain(engine, work.stages, now) : planAll(engine, work, now);
  if (effects.length > 0) {
    const telling = commit(engine, [{ settlement: { effects }, announcements }], now);
    if (telling !== undefined) await telling;
  }
  return handle;
}

/** What is enqueued, and the handle to it. */
interface Planned {
  readonly effects: readonly Effect[];
  readonly announcements: readonly Announcement[];
  readonly handle: Result | ResultGroup | ChordResult;
}

/** One chain, the most frequent kind of work by far: its lists have one member and no room for more. */
function planChain(engine: Engine, stages: readonly Task[], now: number): Planned {
  const { effect, announcement } = enqueueChain(engine, stages, now, 0);
  return { effects: [effect], announcements: [announcement], handle: handleOf(engine, stages) };
}

function planAll(engine: Engine, work: Work, now: number): Planned {
  const plan: Plan = { engine, now, effects: [], announcements: [] };
  const handle = add(plan, work, undefined);
  return { ...plan, handle };
}

function add(plan: Plan, work: Work, slot: ChordSlot | undefined): Result | ResultGroup | ChordResult {
  if (work instanceof Chord) return addChord(plan, work, slot);
  if (work instanceof Group)
    return groupOf(
      plan.engine,
      work.members.map((member) => add(plan, member, slot)),
    );
  if (!(work instanceof Signature))
    throw expected(
      'work',
      'a signature, a pipeline, a group or a chord',
      work,
      'describe a call with task.s(…)',
    );
  const stages = slotted(work.stages, slot);
  addChain(plan, stages);
  return handleOf(plan.engine, stages);
}

function addChain(plan: Plan, stages: readonly Task[]): void {
  const { effect, announcement } = enqueueChain(plan.engine, stages, plan.now, plan.effects.length);
  plan.effects.push(effect);
  plan.announcements.push(announcement);
}

function addChord(plan: Plan, chord: Chord, slot: ChordSlot | undefined): ChordResult {
  const { engine, now, effects, announcements } = plan;
  if (chord.members.length === 0) return addCallback(plan, chord, slot);
  const id = engine.runtime.ids.next('chord');
  const stages = slotted(callbackOf(chord), slot);
  const [head, ...next] = stages;
  checkRegistered(engine, stages);
  const encoded = engine.codec.encode({ head: head!, next }, now);
  const item = {
    id: encoded.id,
    task: encoded.task,
    priority: encoded.priority,
    data: encoded.head,
    enqueuedAt: now,
  };
  const effect =
    effects.push({
      kind: 'chord',
      chord: id,
      size: chord.members.length,
      callback: { item, tail: tailOf(encoded.rest) },
    }) - 1;
  announcements.push({ kind: 'callback', effect });
  const members = chord.members.map((member, index) => lastOf(add(plan, member, { id, index })));
  return chordResult(engine, members, stages);
}

/** Without members there is nothing to wait for: the callback is enqueued at once, with an empty list. */
function addCallback(plan: Plan, { callback }: Chord, slot: ChordSlot | undefined): ChordResult {
  const stages = slotted([passOn(callback.stages[0]!, []), ...callback.stages.slice(1)], slot);
  addChain(plan, stages);
  return chordResult(plan.engine, [], stages);
}

function chordResult(engine: Engine, members: readonly Readable[], stages: readonly Task[]): ChordResult {
  const pipeline = stages.length === 1 ? undefined : (handleOf(engine, stages) as ResultGroup);
  return new ChordResult(groupOf(engine, members), pipeline?.at(0) ?? new Result(engine, stages), pipeline);
}

/** The callback's stages; without members there are no values that could be appended later, only their empty list. */
function callbackOf({ members, callback }: Chord): readonly Task[] {
  if (members.length > 0) return callback.stages;
  const [head, ...next] = callback.stages;
  return [{ ...head!, args: [...head!.args, []] }, ...next];
}

/** The handle that stands for a member: of a pipeline its last stage, of a chord its callback. */
function lastOf(handle: Result | ResultGroup | ChordResult): Readable {
  if (handle instanceof ResultGroup) return handle.at(-1)!;
  return handle instanceof ChordResult ? (handle.pipeline?.at(-1) ?? handle.callback) : handle;
}

/** All stages know the chord: whichever is the last to run, in success or in failure, reports to it. */
function slotted(stages: readonly Task[], chord: ChordSlot | undefined): readonly Task[] {
  return chord === undefined ? stages : stages.map((task) => ({ ...task, chord }));
}

/** One handle for one task; a group of them for a pipeline. */
export function handleOf(engine: Engine, stages: readonly Task[]): Result | ResultGroup {
  if (stages.length === 1) return new Result(engine, stages);
  return groupOf(
    engine,
    stages.map((_, index) => new Result(engine, stages, index)),
  );
}

function groupOf(engine: Engine, members: readonly Readable[]): ResultGroup {
  return new ResultGroup(members, () => engine.runtime.clock);
}
