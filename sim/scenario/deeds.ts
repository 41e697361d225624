// Carries out the commands of a scenario on a simulation.
import { engineOf, type Huey } from '../../src/huey.js';
import { taskFunction, type TaskFunction } from '../../src/engine/task-function.js';
import { isHueyError } from '../../src/errors.js';
import { durationMs } from '../../src/time.js';
import type { Action } from './app.js';
import { SimulationError } from '../simulation-error.js';
import { type Command, DISTURBANCES } from './scenario.js';
import type { Simulation } from '../simulation.js';

/** Where commands are carried out. */
export interface Stage {
  readonly huey: Huey;
  readonly sim: Simulation;
  readonly actions: Readonly<Record<string, Action>>;
}

/** Carries out one command; resolves when it has been. */
export async function carryOut(stage: Stage, command: Command): Promise<unknown> {
  const { huey, sim } = stage;
  switch (command.do) {
    case 'enqueue':
      return taskNamed(huey, command.task).with(command.options ?? {})(...(command.args ?? []));
    case 'revoke':
      return command.id === undefined
        ? taskNamed(huey, command.task).revoke(command.options)
        : huey.revokeById(command.id, command.options);
    case 'restore':
      return command.id === undefined
        ? taskNamed(huey, command.task).restore()
        : huey.restoreById(command.id);
    case 'lock':
      return holdLock(huey, command.name, durationMs('hold', command.hold));
    case 'action':
      return actionNamed(stage, command.name)(...((command.args ?? []) as never[]));
    case 'shutdown': {
      const { deadline } = command;
      return sim.shutdown(command.who, deadline === undefined ? {} : { deadline });
    }
    case 'skew': {
      const { ahead, drift } = command;
      return sim.skew(command.who, {
        ...(ahead !== undefined && { ahead }),
        ...(drift !== undefined && { drift }),
      });
    }
    case 'fail': {
      const { do: _do, at: _at, by: _by, op, ...options } = command;
      return sim.fail(op, options);
    }
    case 'calm':
      return sim.calm();
    default:
      return sim[command.do](command.who);
  }
}

/**
 * Whether a run goes on when a command has failed so: one that comes upon a node where it does not fit does nothing, and
 * so does one whose producer cannot reach the storage. Everything else is a mistake, and must not pass for a run.
 */
export function isBearable({ do: deed }: Command, error: unknown): boolean {
  return DISTURBANCES.includes(deed) || isHueyError(error, 'StorageError');
}

/** Whether a command is one that something goes wrong by, or right again. */
export function isDisturbance({ do: deed }: Command): boolean {
  return DISTURBANCES.includes(deed);
}

async function holdLock(huey: Huey, name: string, holdMs: number): Promise<void> {
  const { clock } = engineOf(huey).runtime;
  const hold = await huey
    .lockTask(name)
    .acquire()
    .catch((error: unknown) => {
      if (isHueyError(error, 'TaskLockedException')) return undefined;
      throw error;
    });
  if (hold === undefined) return;
  await clock.sleep(holdMs);
  await hold.release();
}

function taskNamed(huey: Huey, name = ''): TaskFunction<unknown[]> {
  const engine = engineOf(huey);
  return taskFunction(engine, engine.registry.get(name));
}

function actionNamed({ actions }: Stage, name: string): Action {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action !== undefined) return action;
  throw new SimulationError(
    `expected one of the actions ${Object.keys(actions).join(', ') || '(none)'}, got ${name}`,
  );
}
