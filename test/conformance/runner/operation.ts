// What a step of some kind is made of: the inputs that it may have, and what it does.
import type { Fields } from './fields.js';
import type { Self, World } from './world.js';

/** A step at work. */
export interface Stage {
  readonly world: World;
  readonly fields: Fields;
  /** The task whose body, hook or handler performs the step; empty at the top. */
  readonly self: Self;
}

export interface Operation {
  readonly inputs: readonly string[];
  /** Returns the step's value: plain, or a handle, or what a task returned. Throws what it raises. */
  readonly perform: (stage: Stage) => unknown;
}

/** An operation that takes these inputs, besides `as`. */
export function operation(inputs: string, perform: (stage: Stage) => unknown): Operation {
  return { inputs: inputs === '' ? [] : inputs.split(' '), perform };
}
