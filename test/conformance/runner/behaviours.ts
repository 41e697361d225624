// What the scripted bodies do, one entry for each word of FORMAT.md.
import { Args } from '../../../src/model/pass-on.js';
import { CancelExecution, RetryTask } from '../../../src/errors.js';
import { CorpusError, isObject, type Json } from './corpus.js';
import { Fields } from './fields.js';
import { rateLimitOf } from './rate-limits.js';
import { plain, valueOf } from './values.js';
import type { Self, World } from './world.js';

/** A behaviour at work. */
interface Scene {
  readonly world: World;
  readonly self: Self;
  readonly fields: Fields;
  /** The positional arguments of the task. */
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Performs the behaviour under a name; null if there is none. */
  readonly branch: (name: 'then' | 'else') => Promise<unknown>;
}

interface Behaviour {
  readonly fields: readonly string[];
  readonly perform: (scene: Scene) => unknown;
}

function behaviour(fields: string, perform: (scene: Scene) => unknown): Behaviour {
  return { fields: fields === '' ? [] : fields.split(' '), perform };
}

/** By name, with the fields that each takes. */
export const BEHAVIOURS: ReadonlyMap<string, Behaviour> = new Map(
  Object.entries({
    sum: behaviour('', ({ args, kwargs }) => sum([...args, ...Object.values(kwargs)])),
    mul: behaviour('', ({ args }) => args.reduce<number>((product, factor) => product * number(factor), 1)),
    incr: behaviour('by', ({ args, fields }) => number(args[0]) + fields.number('by')),
    echo: behaviour('', ({ args }) => args[0] ?? null),
    args: behaviour('', ({ args }) => [...args]),
    fib: behaviour('', ({ args: [a, b = 1] }) => new Args([number(a) + number(b), number(a)])),
    bump: behaviour('by', ({ kwargs, fields }) =>
      Object.fromEntries(
        Object.entries(kwargs).map(([name, value]) => [name, number(value) + fields.number('by')]),
      ),
    ),
    return: behaviour('value', ({ fields, world }) => valueOf(fields.get('value'), world.clock)),
    raise: behaviour('message', ({ fields }) => {
      throw new Error(fields.text('message'));
    }),
    if_negative: behaviour('then else', ({ args: [first], branch }) =>
      branch(typeof first === 'number' && first < 0 ? 'then' : 'else'),
    ),
    fail_times: behaviour('n message then', failTimes),
    retry_task: behaviour('times delay eta message then', retryTask),
    cancel: behaviour('retry times then', cancel),
    with_lock: behaviour('lock then', ({ world, fields, branch }) =>
      world.huey.lockTask(fields.text('lock')).run(() => branch('then')),
    ),
    with_rate_limit: behaviour('name limit per retry then', withRateLimit),
    advance: behaviour('seconds', async ({ world, fields }) => {
      await world.clock.block(Math.round(fields.number('seconds') * 1000));
      return null;
    }),
    check_timeout: behaviour('', ({ self }) => {
      self.context?.checkTimeout();
      return null;
    }),
    is_timed_out: behaviour('', ({ self }) => self.context?.isTimedOut ?? false),
    time_remaining: behaviour('', ({ self }) => self.context?.timeRemaining ?? null),
    attr: behaviour('name', attribute),
    step: behaviour('step', async ({ world, self, fields }) => {
      const step = fields.object('step');
      const value = await world.performInside(step, self);
      return step['op'] === 'get' || step['op'] === 'kv' ? value : null;
    }),
    unless: behaviour('step then', async ({ world, self, fields, branch }) => {
      const value = await world.performInside(fields.object('step'), self);
      return isTruthy(plain(value, world.clock)) ? null : branch('then');
    }),
    interrupt: behaviour('', ({ world }) => {
      const controller = world.interrupts.at(-1);
      if (controller === undefined) throw new CorpusError('no worker runs that could be interrupted');
      controller.abort(new Error('the worker is told to stop'));
      throw controller.signal.reason;
    }),
  }),
);

/** Performs a behaviour, or a list of them until one raises; the value is that of the last. */
export async function behave(world: World, json: Json | undefined, self: Self): Promise<unknown> {
  if (json === undefined) return null;
  if (!Array.isArray(json)) return perform(world, json, self);
  let value: unknown = null;
  for (const one of json as readonly Json[]) value = await perform(world, one, self);
  return value;
}

async function perform(world: World, json: Json, self: Self): Promise<unknown> {
  const name = isObject(json) ? json['do'] : undefined;
  const found = typeof name === 'string' ? BEHAVIOURS.get(name) : undefined;
  if (!isObject(json) || found === undefined)
    throw new CorpusError(`unknown behaviour ${JSON.stringify(name ?? json)}`);
  return found.perform({
    world,
    self,
    fields: new Fields(`behaviour ${JSON.stringify(name)}`, json),
    args: self.task?.args ?? [],
    kwargs: self.task?.kwargs ?? {},
    branch: (branch) => behave(world, json[branch], self),
  });
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new Error('not a number');
  return value;
}

function sum(values: readonly unknown[]): number {
  let total = 0;
  for (const value of values) {
    if (Array.isArray(value)) total += sum(value);
    else if (value instanceof Args) total += sum(value.values);
    else total += number(value);
  }
  return total;
}

/** How often this kind of behaviour was tried for this task, this time included. */
function attempt({ world, self }: Scene, kind: string): number {
  const key = `${kind} ${self.task?.id ?? ''}`;
  const count = (world.attempts.get(key) ?? 0) + 1;
  world.attempts.set(key, count);
  return count;
}

function failTimes(scene: Scene): unknown {
  const { fields, branch } = scene;
  if (attempt(scene, 'fail_times') > fields.number('n')) return branch('then');
  throw new Error(fields.has('message') ? fields.text('message') : 'fail');
}

function retryTask(scene: Scene): unknown {
  const { fields, branch, world } = scene;
  const times = fields.has('times') ? fields.number('times') : 1;
  if (attempt(scene, 'retry_task') > times) return branch('then');
  throw new RetryTask(fields.has('message') ? fields.text('message') : '', {
    ...(fields.has('delay') && { delay: fields.number('delay') }),
    ...(fields.has('eta') && { eta: world.clock.instantAt(fields.number('eta')) }),
  });
}

function cancel(scene: Scene): unknown {
  const { fields, branch } = scene;
  const times = fields.has('times') ? fields.number('times') : Infinity;
  if (attempt(scene, 'cancel') > times) return branch('then');
  throw new CancelExecution(fields.has('retry') ? { retry: fields.flag('retry') } : {});
}

async function withRateLimit({ world, fields, branch }: Scene): Promise<unknown> {
  await world.huey.rateLimit(rateLimitOf(fields)).acquire();
  return branch('then');
}

function attribute({ self: { task }, fields }: Scene): unknown {
  const name = fields.text('name');
  switch (name) {
    case 'id':
    case 'retries':
    case 'priority':
      return task?.[name] ?? null;
    case 'timeout':
      return task?.timeoutMs === undefined ? null : task.timeoutMs / 1000;
    default:
      throw new CorpusError(`unknown attribute "${name}"`);
  }
}

/** As Python sees it. */
function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}
