// The functions that a scenario hands to huey: task bodies, hooks, signal handlers. Each notes that it starts, then
// does what its behaviour says.
import type { TaskContext } from '../../../src/engine/context.js';
import type { SignalHandler } from '../../../src/engine/signal-bus.js';
import type { Task } from '../../../src/model/task.js';
import { behave } from './behaviours.js';
import { CorpusError, type Json } from './corpus.js';
import { LOCAL_ID } from './counted-ids.js';
import { tellError } from './error-values.js';
import type { Fields } from './fields.js';
import { passedOn, plain } from './values.js';
import type { World } from './world.js';

/** A task body for `context: true`. */
export function taskBody(
  world: World,
  behaviour: Json | undefined,
): (context: TaskContext) => Promise<unknown> {
  return async (context) => {
    const { task } = context;
    const { args, kwargs } = task;
    if (task.id !== LOCAL_ID)
      world.journal.note('run', task, {
        args: plain(args, world.clock),
        ...(kwargs !== undefined && { kwargs: plain(kwargs, world.clock) }),
      });
    return passedOn(await world.guard(() => behave(world, behaviour, { task, context })));
  };
}

/** The handler of that name; made at its first mention. */
export function signalHandler(world: World, fields: Fields): SignalHandler {
  const name = fields.text('name');
  const known = world.handlers.get(name);
  if (known !== undefined) return known;
  const handler: SignalHandler = async (signal, task) => {
    world.journal.note(`handler:${name}`, task, { signal });
    await world.guard(() => behave(world, fields.get('behaviour'), { task }));
  };
  world.handlers.set(name, handler);
  return handler;
}

/** The names of hooks in the files, and here. */
const HOOK_KINDS = {
  pre_execute: 'preExecute',
  post_execute: 'postExecute',
  startup: 'startup',
  shutdown: 'shutdown',
} as const;

/** Every kind of hook, as the files name it. */
export const HOOKS: ReadonlySet<string> = new Set(Object.keys(HOOK_KINDS));

/** Our name for a kind of hook. */
export function hookKind(kind: string): (typeof HOOK_KINDS)[keyof typeof HOOK_KINDS] {
  if (Object.hasOwn(HOOK_KINDS, kind)) return HOOK_KINDS[kind as keyof typeof HOOK_KINDS];
  throw new CorpusError(`unknown kind of hook "${kind}"`);
}

/** Adds a hook under its name. */
export function addHook(world: World, kind: string, fields: Fields): void {
  const name = fields.text('name');
  const { huey } = world;
  const run = (task: Task | undefined): Promise<unknown> =>
    world.guard(() => behave(world, fields.get('behaviour'), task === undefined ? {} : { task }));
  const concerns = (task: Task): boolean => !fields.has('task') || fields.text('task') === task.name;
  switch (hookKind(kind)) {
    case 'preExecute':
      huey.preExecute(async (task) => {
        if (!concerns(task)) return;
        world.journal.note(`pre:${name}`, task);
        await run(task);
      }, name);
      break;
    case 'postExecute':
      huey.postExecute(async (task, value, error) => {
        if (!concerns(task)) return;
        const failed = error === undefined ? {} : { error: tellError(error) };
        world.journal.note(`post:${name}`, task, { value: plain(value, world.clock), ...failed });
        await run(task);
      }, name);
      break;
    case 'startup':
    case 'shutdown':
      addLifecycleHook(world, kind, name, () => run(undefined));
  }
}

function addLifecycleHook(world: World, kind: string, name: string, run: () => Promise<unknown>): void {
  const hook = async (): Promise<void> => {
    world.journal.note(`${kind}:${name}`, undefined);
    await run();
  };
  if (kind === 'startup') world.huey.onStartup(hook, name);
  else world.huey.onShutdown(hook, name);
}
