// The steps that read results.
import type { GetOptions } from '../../../src/engine/result.js';
import { ChordResult, ResultGroup } from '../../../src/engine/result-group.js';
import { CorpusError } from './corpus.js';
import type { Fields } from './fields.js';
import { type Handle, handleAt, idAt } from './handles.js';
import { operation, type Operation } from './operation.js';

const READ = 'preserve blocking timeout revoke_on_timeout';

export const READING: Readonly<Record<string, Operation>> = {
  get: operation(`ref ${READ}`, ({ world, fields, self }) =>
    handleAt(world, fields, self).get(getOptions(fields)),
  ),
  get_by_id: operation(`id ref ${READ}`, ({ world, fields, self }) =>
    world.huey.result(idAt(world, fields, self), getOptions(fields)),
  ),
  is_ready: operation('ref', ({ world, fields, self }) => handleAt(world, fields, self).isReady()),
  reset: operation('ref', ({ world, fields, self }) => reset(handleAt(world, fields, self))),
  as_completed: operation('ref', async ({ world, fields, self }) => {
    const handle = handleAt(world, fields, self);
    if (!(handle instanceof ResultGroup)) throw new CorpusError(`${fields.where}: this is not a group`);
    const values: unknown[] = [];
    for await (const value of handle.asCompleted()) values.push(value);
    return values;
  }),
};

function getOptions(fields: Fields): GetOptions {
  return {
    ...(fields.has('preserve') && { preserve: fields.flag('preserve') }),
    ...(fields.has('blocking') && { blocking: fields.flag('blocking') }),
    ...(fields.has('timeout') && { timeout: fields.number('timeout') }),
    ...(fields.has('revoke_on_timeout') && { revokeOnTimeout: fields.flag('revoke_on_timeout') }),
  };
}

/** Resets a handle, or all that it consists of. */
function reset(handle: Handle): void {
  if (handle instanceof ChordResult) handle.callback.reset();
  else if (handle instanceof ResultGroup) for (const member of handle) reset(member);
  else handle.reset();
}
