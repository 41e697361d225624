// Carries out the commands of a scenario on a simulation.
import { engineOf, type Huey } from '../src/huey.js';
import { taskFunction, type TaskFunction } from '../src/engine/task-function.js';
import { durationMs } from '../src/time.js';
import { SimulationError } from './simulation-error.js';
import type { Command } from './scenario.js';
import type { Simulation } from './simulation.js';

/** What a scenario may call by name, beside tasks: chords, pipelines, whatever a producer does. */
export type Action = (...args: readonly unknown[]) => unknown;

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
      return actionNamed(stage, command.name)(...(command.args ?? []));
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

async function holdLock(huey: Huey, name: string, holdMs: number): Promise<void> {
  const { clock } = engineOf(huey).runtime;
  const hold = await huey.lockTask(name).acquire();
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
