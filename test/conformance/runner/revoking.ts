// The steps that revoke and restore, and ask.
import { isRevoked, revocationHolds } from '../../../src/engine/revoke.js';
import type { RevokeOptions } from '../../../src/engine/result.js';
import { revokedKey, revokedTaskKey } from '../../../src/storage/storage.js';
import { idAt, resultAt } from './handles.js';
import { operation, type Operation, type Stage } from './operation.js';

export const REVOKING: Readonly<Record<string, Operation>> = {
  revoke: operation('ref once until', async (stage) => {
    const { world, fields, self } = stage;
    const handle = resultAt(world, fields, self);
    // With an instant, the original goes through its queue object, which revokes for good by default.
    if (fields.has('until')) await world.huey.revokeById(handle.id, revokeOptions(stage));
    else await handle.revoke(revokeOptions(stage));
  }),
  revoke_id: operation('id ref once until', (stage) =>
    stage.world.huey.revokeById(idAt(stage.world, stage.fields, stage.self), revokeOptions(stage)),
  ),
  revoke_task: operation('task once until', (stage) =>
    stage.world.task(stage.fields.text('task')).revoke(revokeOptions(stage)),
  ),
  restore: operation('ref', ({ world, fields, self }) => resultAt(world, fields, self).restore()),
  restore_id: operation('id ref', ({ world, fields, self }) =>
    world.huey.restoreById(idAt(world, fields, self)),
  ),
  restore_task: operation('task', ({ world, fields }) => world.task(fields.text('task')).restore()),
  is_revoked: operation('ref id task by at', asked),
};

function revokeOptions({ world, fields }: Stage): RevokeOptions {
  return {
    ...(fields.has('once') && { once: fields.flag('once') }),
    ...(fields.has('until') && { until: new Date(world.clock.instantAt(fields.number('until'))) }),
  };
}

function asked({ world, fields, self }: Stage): Promise<boolean> {
  const { engine, huey, clock } = world;
  const at = fields.has('at') ? clock.instantAt(fields.number('at')) : undefined;
  if (fields.has('task')) {
    const name = fields.text('task');
    return at === undefined
      ? world.task(name).isRevoked()
      : revocationHolds(engine, revokedTaskKey(name), at);
  }
  if (fields.has('id') || fields.get('by') === 'id') {
    const id = idAt(world, fields, self);
    return at === undefined ? huey.isRevokedById(id) : revocationHolds(engine, revokedKey(id), at);
  }
  const handle = resultAt(world, fields, self);
  return at === undefined ? handle.isRevoked() : isRevoked(engine, handle.task, at);
}
