// The handles that steps keep, and the paths by which later steps name them: `p.1`, `c.callback`, `c.members.0`, `$self`.
import { Result } from '../../../src/engine/result.js';
import { ChordResult, ResultGroup } from '../../../src/engine/result-group.js';
import { CorpusError } from './corpus.js';
import type { Fields } from './fields.js';
import type { Self, World } from './world.js';

export type Handle = Result | ResultGroup | ChordResult;

/** Keeps a handle under the name that the step gives it, if any. */
export function keep<H>(world: World, fields: Fields, handle: H): H {
  if (fields.has('as')) world.handles.set(fields.text('as'), handle);
  return handle;
}

/** The handle that the step's `ref` names. */
export function handleAt(world: World, fields: Fields, self: Self): Handle {
  const ref = fields.text('ref');
  const [name, ...path] = ref.split('.');
  const handle = path.reduce(member, name === '$self' ? ownHandle(world, self) : world.handles.get(name!));
  if (handle instanceof Result || handle instanceof ResultGroup || handle instanceof ChordResult)
    return handle;
  throw new CorpusError(`${fields.where}: there is no handle "${ref}"`);
}

/** The handle of one task that `ref` names; of a chord, its callback. */
export function resultAt(world: World, fields: Fields, self: Self): Result {
  const handle = handleAt(world, fields, self);
  if (handle instanceof Result) return handle;
  if (handle instanceof ChordResult) return handle.callback;
  throw new CorpusError(`${fields.where}: "${fields.text('ref')}" names several tasks, not one`);
}

/** The id that the step gives, or that of the handle that it names. */
export function idAt(world: World, fields: Fields, self: Self): string {
  return fields.has('id') ? fields.text('id') : resultAt(world, fields, self).id;
}

function ownHandle(world: World, { task }: Self): Result | undefined {
  return task === undefined ? undefined : new Result(world.engine, [task]);
}

function member(handle: unknown, step: string): unknown {
  if (handle instanceof ResultGroup) return handle.at(Number(step));
  if (!(handle instanceof ChordResult)) return undefined;
  if (step === 'members' || step === 'callback' || step === 'pipeline') return handle[step];
  return undefined;
}
