// The steps that enqueue. With results off the original hands out nothing, but for chords; here everything has a
// handle, which is kept, and told as null.
import { enqueue } from '../../../src/engine/enqueue.js';
import { ChordResult, ResultGroup } from '../../../src/engine/result-group.js';
import type { Result } from '../../../src/engine/result.js';
import { Signature } from '../../../src/engine/signature.js';
import type { RescheduleOptions } from '../../../src/engine/result.js';
import { Args } from '../../../src/model/pass-on.js';
import { keep, resultAt } from './handles.js';
import { commonOptions } from './declarations.js';
import { operation, type Operation, type Stage } from './operation.js';
import { argumentsOf, callOptions, workOf } from './signatures.js';
import { valueOf } from './values.js';

const OPTIONS = 'retries retry_delay retry_backoff priority expires timeout delay eta';
/** What a signature may say. */
export const SIGNATURE_FIELDS: readonly string[] = `task args kwargs ${OPTIONS} then error chord group`.split(
  ' ',
);

export const ENQUEUING: Readonly<Record<string, Operation>> = {
  enqueue: operation(SIGNATURE_FIELDS.join(' '), async (stage) => {
    const { world, fields } = stage;
    const work = workOf(world, fields);
    return told(stage, keep(world, fields, await enqueue(world.engine, work)), fields.has('group'));
  }),
  schedule: operation(`task args kwargs id ${OPTIONS}`, schedule),
  map: operation('task items', async (stage) => {
    const { world, fields } = stage;
    const items = fields.list('items').map((item) => {
      const value = valueOf(item, world.clock);
      return value instanceof Args ? [...value] : [value];
    });
    return told(stage, keep(world, fields, await world.task(fields.text('task')).map(items)), true);
  }),
  reenqueue: operation('ref', async (stage) => {
    const { world, fields, self } = stage;
    const { stages } = resultAt(world, fields, self);
    return told(stage, keep(world, fields, await enqueue(world.engine, new Signature([...stages]))), false);
  }),
  reschedule: operation('ref delay eta expires priority preserve_pipeline', async (stage) => {
    const { world, fields, self } = stage;
    const handle = await resultAt(world, fields, self).reschedule(rescheduleOptions(stage));
    return told(stage, keep(world, fields, handle), false);
  }),
  call_local: operation('task args kwargs', async ({ world, fields }) => {
    const task = world.task(fields.text('task'));
    world.ids.nextTaskIsLocal();
    return task.callLocal(...argumentsOf(world, fields));
  }),
};

async function schedule(stage: Stage): Promise<unknown> {
  const { world, fields } = stage;
  const delay = fields.get('args');
  const call =
    typeof delay === 'number'
      ? { args: [], options: { ...callOptions(world, fields), delay } }
      : { args: argumentsOf(world, fields), options: callOptions(world, fields) };
  const handle = await world.task(fields.text('task')).schedule(call.args, call.options);
  return told(stage, keep(world, fields, handle), false);
}

function rescheduleOptions({ world, fields }: Stage): RescheduleOptions {
  const { expires, priority } = commonOptions(fields, world.clock);
  return {
    ...(expires !== undefined && { expires }),
    ...(priority !== undefined && { priority }),
    ...(fields.has('delay') && { delay: fields.number('delay') }),
    ...(fields.has('eta') && { eta: world.clock.instantAt(fields.number('eta')) }),
    ...(fields.has('preserve_pipeline') && { preservePipeline: fields.flag('preserve_pipeline') }),
  };
}

/** What the original would have returned. */
function told({ world }: Stage, handle: Result | ResultGroup | ChordResult, isGroup: boolean): unknown {
  if (world.huey.results || handle instanceof ChordResult) return handle;
  if (!(isGroup && handle instanceof ResultGroup)) return null;
  return { results: [...handle].map((member: unknown) => (member instanceof ChordResult ? member : null)) };
}
