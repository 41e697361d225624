// Work as the files describe it: one call, a pipeline, a group or a chord. Signatures are made in the order in which
// the format numbers them: the head (or the members and the callback), then the stages, then the handlers.
import { Chord, Group, type Work } from '../../../src/engine/canvas.js';
import { Signature } from '../../../src/engine/signature.js';
import { kwargs } from '../../../src/model/pass-on.js';
import type { CallOptions } from '../../../src/model/task-options.js';
import { CorpusError, type Json, object } from './corpus.js';
import { commonOptions } from './declarations.js';
import { Fields } from './fields.js';
import { objectOf, valueOf } from './values.js';
import type { World } from './world.js';

/** Makes the work that the fields of an `enqueue` step, or of a part of it, describe. */
export function workOf(world: World, fields: Fields): Work {
  if (fields.has('chord')) return chordOf(world, fields);
  return fields.has('group') ? groupOf(world, fields) : pipelineOf(world, fields);
}

/** The arguments of a call: positions, then the named ones if there are any. */
export function argumentsOf(world: World, fields: Fields): unknown[] {
  const positions = fields.has('args') ? fields.list('args').map((value) => valueOf(value, world.clock)) : [];
  if (!fields.has('kwargs')) return positions;
  return [...positions, kwargs(objectOf(fields.object('kwargs'), world.clock))];
}

/** The options of a call. */
export function callOptions(world: World, fields: Fields): CallOptions {
  return {
    ...commonOptions(fields, world.clock),
    ...(fields.has('delay') && { delay: fields.number('delay') }),
    ...(fields.has('eta') && { eta: world.clock.instantAt(fields.number('eta')) }),
    ...(fields.has('id') && { id: fields.text('id') }),
  };
}

function pipelineOf(world: World, fields: Fields): Signature {
  const options = callOptions(world, fields);
  const task = world.task(fields.text('task'));
  const signature: Signature = task.with(options).s(...argumentsOf(world, fields));
  for (const stage of parts(fields, 'then')) signature.pipe(signatureOf(world, stage));
  for (const handler of parts(fields, 'error')) signature.error(signatureOf(world, handler));
  return signature;
}

function chordOf(world: World, fields: Fields): Chord {
  const inner = fields.inner('chord');
  const members = parts(inner, 'members').map((member) => workOf(world, member));
  const chord = new Chord(members, signatureOf(world, inner.inner('callback')));
  for (const stage of parts(fields, 'then')) chord.pipe(signatureOf(world, stage));
  for (const handler of parts(fields, 'error')) chord.error(signatureOf(world, handler));
  return chord;
}

function groupOf(world: World, fields: Fields): Group | Chord {
  const group = new Group(parts(fields, 'group').map((member) => workOf(world, member)));
  // Every member gets a handler of its own.
  for (const handler of parts(fields, 'error')) group.error(stageOf(() => signatureOf(world, handler)));
  const [callback, ...stages] = parts(fields, 'then');
  if (callback === undefined) return group;
  const chord: Chord = group.pipe(stageOf(() => signatureOf(world, callback)));
  for (const stage of stages) chord.pipe(signatureOf(world, stage));
  return chord;
}

/** A stage that makes a fresh signature for each member that it joins. */
function stageOf(make: () => Signature): { readonly s: () => Signature<[unknown]> } {
  return { s: make as () => Signature<[unknown]> };
}

function signatureOf(world: World, fields: Fields): Signature {
  const work = workOf(world, fields);
  if (work instanceof Signature) return work;
  throw new CorpusError(`${fields.where}: expected a task or a pipeline, got a ${work.constructor.name}`);
}

function parts(fields: Fields, name: string): Fields[] {
  if (!fields.has(name)) return [];
  return fields.list(name).map((part: Json, index) => {
    const where = `${fields.where}: ${name} ${index + 1}`;
    return new Fields(where, object(part, where));
  });
}
