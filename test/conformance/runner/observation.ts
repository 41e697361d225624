// Plays a scenario and writes down what each step comes to. What it should come to is not known here.
import { CONTROLLING } from './controlling.js';
import { CONSUMING } from './consuming.js';
import { isHueyError } from '../../../src/errors.js';
import { MemoryStorage } from '../../../src/storage/memory.js';
import type { Storage } from '../../../src/storage/storage.js';
import { CorpusError, type Json, type Scenario, type Step } from './corpus.js';
import { createWorld } from './declarations.js';
import { ENQUEUING } from './enqueuing.js';
import { tellError } from './error-values.js';
import type { Outcome } from './expectations.js';
import { Fields } from './fields.js';
import type { Operation } from './operation.js';
import { READING } from './reading.js';
import { REVOKING } from './revoking.js';
import { plainStage, type Stage } from './stage.js';
import { leftInFlight, stateOf } from './storage-state.js';
import { plain } from './values.js';
import type { Self, World } from './world.js';

/** All kinds of steps, by name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({ ...ENQUEUING, ...CONSUMING, ...READING, ...REVOKING, ...CONTROLLING }),
);

export interface Play {
  /** One for each step, in order; fewer if a fault ended the play. */
  readonly steps: readonly Outcome[];
  /** Why the step after the last one observed could not be performed. */
  readonly fault: string | undefined;
  /** Ids of tasks that were taken and never settled. */
  readonly inFlight: readonly string[];
}

export interface PlayOptions {
  /**
   * Whether `work` lets its worker settle a task together with taking the next, as a consumer does, instead of one by
   * one, as the original does. Default false.
   */
  readonly settleWithNext?: boolean;
  /** Makes an empty storage. Default: in memory. */
  readonly storage?: () => Storage;
  /** Where it is played, made for its instant 0. Default: in this process, on that storage, on a clock that stands still. */
  readonly stage?: (start: number) => Stage;
}

/** Plays a scenario to its end, or to the first step that asks for something that does not exist. */
export async function play(scenario: Scenario, options: PlayOptions = {}): Promise<Play> {
  const steps: Outcome[] = [];
  try {
    const { settleWithNext = false, storage = () => new MemoryStorage() } = options;
    const stage = options.stage ?? ((start: number) => plainStage(start, storage));
    const world = createWorld(scenario, perform, { settleWithNext, stage });
    for (const [index, { step }] of scenario.steps.entries()) {
      const outcome = await outcomeOf(world, step);
      if (world.fault !== undefined)
        return { steps, fault: `step ${index + 1}, ${step.op}: ${world.fault.message}`, inFlight: [] };
      steps.push(outcome);
    }
    return { steps, fault: undefined, inFlight: await leftInFlight(world.huey.storage) };
  } catch (error) {
    if (!(error instanceof CorpusError || isHueyError(error))) throw error;
    return { steps, fault: error.message, inFlight: [] };
  }
}

async function outcomeOf(world: World, step: Step): Promise<Outcome> {
  let out: Json = null;
  let raises: Json | undefined;
  try {
    out = plain(await world.stage.act(() => perform(world, step, {})), world.clock);
  } catch (error) {
    raises = tellError(error);
  }
  return { out, raises, events: world.journal.take(), state: await stateOf(world.huey.storage, world.clock) };
}

function perform(world: World, step: Step, self: Self): Promise<unknown> {
  return world.guard(async () => {
    const operation = OPERATIONS.get(step.op);
    if (operation === undefined) throw new CorpusError(`unknown op "${step.op}"`);
    return operation.perform({ world, fields: new Fields(step.op, step), self });
  });
}
