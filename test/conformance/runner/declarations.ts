// What a scenario declares before its first step: options, tasks, hooks, handlers.
import type { Signal } from '../../../src/model/signals.js';
import type { CallOptions, TaskOptions } from '../../../src/model/task-options.js';
import { crontab, type CrontabFields } from '../../../src/model/crontab.js';
import type { HueyOptions } from '../../../src/model/huey-options.js';
import { addHook, signalHandler, taskBody } from './bodies.js';
import { CorpusError, isObject, type JsonObject, object, type Scenario } from './corpus.js';
import { Fields } from './fields.js';
import { numberOf } from './plain-number.js';
import { rateLimitOf } from './rate-limits.js';
import type { PlayClock } from './play-clock.js';
import { type Perform, World, type WorldOptions } from './world.js';

/** Options of the constructor that scenarios may set, and what they are called here. */
export const HUEY_OPTIONS: ReadonlyMap<string, keyof HueyOptions> = new Map([
  ['results', 'results'],
  ['store_none', 'storeNone'],
  ['store_intermediate_errors', 'storeIntermediateErrors'],
  ['immediate', 'immediate'],
  ['immediate_use_memory', 'immediateUseMemory'],
] as const);

const DEFAULT_START = '2026-01-01T00:00:00Z';

/** Builds the world of a scenario. @throws CorpusError if it cannot be built. */
export function createWorld(
  scenario: Scenario,
  perform: Perform,
  play: Pick<WorldOptions, 'settleWithNext' | 'stage'>,
): World {
  const setting = new Fields('the scenario', scenario.setting);
  const options: Record<string, unknown> = {
    // The original forgets a message before its body runs; it shows only if the worker is interrupted.
    delivery: scenario.tags.includes('interrupt') ? 'at-most-once' : 'at-least-once',
  };
  for (const [name, value] of Object.entries(setting.inner('options').values))
    options[HUEY_OPTIONS.get(name) ?? name] = value;
  const world = new World({ ...options, start: startOf(setting), perform, ...play });
  for (const [name, spec] of Object.entries(setting.inner('tasks').values))
    declareTask(world, name, new Fields(`task ${name}`, object(spec, `task ${name}`)));
  const hooks = setting.inner('hooks');
  for (const kind of Object.keys(hooks.values))
    for (const hook of hooks.list(kind))
      addHook(world, kind, new Fields('hook', object(hook, `hook ${kind}`)));
  for (const handler of setting.has('handlers') ? setting.list('handlers') : [])
    connectHandler(world, new Fields('handler', object(handler, 'handler')));
  return world;
}

function startOf(setting: Fields): number {
  const text = setting.has('start') ? setting.text('start') : DEFAULT_START;
  const start = Date.parse(text);
  if (Number.isNaN(start)) throw new CorpusError(`expected \`start\` to be a date and time, got "${text}"`);
  return start;
}

/** Declares a task; replaces one of the same name if huey lets it. */
export function declareTask(world: World, name: string, fields: Fields): void {
  const body = taskBody(world, fields.get('behaviour'));
  const options = taskOptions(fields, world.clock);
  const { huey } = world;
  if (fields.has('kind') && fields.text('kind') !== 'periodic')
    throw new CorpusError(`${fields.where}: unknown kind "${fields.text('kind')}"`);
  const task = fields.has('kind')
    ? huey.periodicTask<unknown[], unknown>(
        name,
        crontab(crontabFields(fields.inner('crontab').values)),
        options,
        body,
      )
    : huey.task<unknown[], unknown>(name, options, body);
  world.tasks.set(name, task);
}

/** Connects a handler to its signals, or to all. */
export function connectHandler(world: World, fields: Fields): void {
  const signals = (fields.texts('signals') ?? []) as Signal[];
  world.huey.signal(...signals, signalHandler(world, fields));
}

/** The fields of a crontab by our names. */
export function crontabFields(json: JsonObject): CrontabFields {
  const { day_of_week: dayOfWeek, ...fields } = json;
  return { ...fields, ...(dayOfWeek !== undefined && { dayOfWeek }) } as CrontabFields;
}

function taskOptions(fields: Fields, clock: PlayClock): TaskOptions & { readonly context: true } {
  return {
    ...commonOptions(fields, clock),
    context: true,
    ...(fields.has('lock') && { lock: fields.text('lock') }),
    ...(fields.has('rate_limit') && { rateLimit: rateLimitOf(fields.inner('rate_limit')) }),
  };
}

/** Options that declarations and calls share. Their values are passed on unchecked: checking them is huey's. */
export function commonOptions(fields: Fields, clock: PlayClock): Omit<TaskOptions & CallOptions, 'context'> {
  const { retries, retry_delay, retry_backoff, priority, expires, timeout } = fields.values;
  const options = {
    retries: numberOf(retries),
    retryDelay: retry_delay,
    // The original's 0 says that the delay does not grow; here that is 1.
    retryBackoff: retry_backoff === 0 ? 1 : retry_backoff,
    priority,
    expires: isObject(expires) ? { at: clock.instantAt(expires['at'] as number) } : expires,
    timeout,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
