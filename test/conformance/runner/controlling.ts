// The steps about locks, rate limits, settings, data, handlers, hooks and declarations.
import type { Signal } from '../../../src/model/signals.js';
import { addHook, hookKind, signalHandler } from './bodies.js';
import { CorpusError } from './corpus.js';
import { connectHandler, declareTask, HUEY_OPTIONS } from './declarations.js';
import { inspect } from './inspection.js';
import { operation, type Operation, type Stage } from './operation.js';
import { rateLimitOf } from './rate-limits.js';
import { valueOf } from './values.js';

export const CONTROLLING: Readonly<Record<string, Operation>> = {
  lock: operation('name', async ({ world, fields }) => {
    const name = fields.text('name');
    world.holds.set(name, await world.huey.lockTask(name).acquire());
    return true;
  }),
  unlock: operation('name', async ({ world, fields }) => {
    const name = fields.text('name');
    const hold = world.holds.get(name);
    world.holds.delete(name);
    return hold === undefined ? world.huey.lockTask(name).release() : hold.release();
  }),
  is_locked: operation('name', ({ world, fields }) => world.huey.lockTask(fields.text('name')).isLocked()),
  flush_locks: operation('names', async ({ world, fields }) =>
    [...(await world.huey.flushLocks(...(fields.texts('names') ?? [])))].sort(),
  ),
  rate: operation('action name limit per retry', rate),
  set: operation('option value', ({ world, fields }) => {
    const option = HUEY_OPTIONS.get(fields.text('option'));
    if (option === undefined)
      throw new CorpusError(`${fields.where}: unknown option "${fields.text('option')}"`);
    Object.assign(world.huey, { [option]: fields.get('value') });
  }),
  flush: operation('what', flush),
  inspect: operation('which limit', inspect),
  kv: operation('action key value', keyValue),
  connect: operation('name signals behaviour', ({ world, fields }) => connectHandler(world, fields)),
  disconnect: operation('name signals', ({ world, fields }) =>
    world.huey.disconnect(signalHandler(world, fields), ...((fields.texts('signals') ?? []) as Signal[])),
  ),
  add_hook: operation('kind name task behaviour', ({ world, fields }) =>
    addHook(world, fields.text('kind'), fields),
  ),
  remove_hook: operation('kind name', ({ world, fields }) =>
    world.huey.removeHook(hookKind(fields.text('kind')), fields.text('name')),
  ),
  register: operation('task spec', ({ world, fields }) =>
    declareTask(world, fields.text('task'), fields.inner('spec')),
  ),
  unregister: operation('task', ({ world, fields }) => world.task(fields.text('task')).unregister()),
};

async function rate({ world, fields }: Stage): Promise<unknown> {
  const limit = world.huey.rateLimit(rateLimitOf(fields));
  switch (fields.text('action')) {
    case 'acquire':
      return limit.acquire();
    case 'usage':
      return limit.usage();
    case 'reset':
      // The original does not say whether there was anything to forget.
      await limit.reset();
      return null;
    default:
      throw new CorpusError(`${fields.where}: unknown action "${fields.text('action')}"`);
  }
}

async function flush({ world, fields }: Stage): Promise<void> {
  const what = fields.has('what') ? fields.text('what') : 'all';
  if (what === 'all') return world.huey.flush();
  if (what === 'queue' || what === 'schedule' || what === 'results' || what === 'counters')
    return world.huey.flush(what);
  throw new CorpusError(`${fields.where}: unknown part "${what}"`);
}

async function keyValue({ world, fields }: Stage): Promise<unknown> {
  const { data } = world.huey;
  const key = fields.text('key');
  const value = valueOf(fields.get('value'), world.clock);
  switch (fields.text('action')) {
    case 'put':
      return data.put(key, value);
    case 'put_if_empty':
      return data.putIfEmpty(key, value);
    case 'get':
      return data.pop(key);
    case 'peek':
      return data.peek(key);
    case 'delete':
      return data.delete(key);
    default:
      throw new CorpusError(`${fields.where}: unknown action "${fields.text('action')}"`);
  }
}
