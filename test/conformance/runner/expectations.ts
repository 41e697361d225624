// What each step of a scenario must come to, with the absent parts filled in: as recorded, or as a deviation pins it.
import { isDeepStrictEqual } from 'node:util';
import { CorpusError, type Expectation, isObject, type Json, type JsonObject, object } from './corpus.js';
import { EMPTY_STATE } from './storage-state.js';

/** The whole of what a step comes to. */
export interface Outcome {
  readonly out: Json;
  readonly raises: Json | undefined;
  readonly events: readonly Json[];
  readonly state: JsonObject;
}

/** What takes the place of parts of an expectation, by the number of the step, from 1. */
export type Overrides = ReadonlyMap<number, JsonObject>;

/** The outcomes that the steps must come to. @throws CorpusError if an override does not fit what was recorded. */
export function expectedOutcomes(steps: readonly Expectation[], overrides?: Overrides): Outcome[] {
  let recordedState = EMPTY_STATE;
  let state = EMPTY_STATE;
  return steps.map(({ out = null, raises, events = [], ...rest }, index) => {
    const number = index + 1;
    if (rest.state !== undefined) state = recordedState = object(rest.state, `step ${number}: state`);
    const recorded = { out: raises === undefined ? out : null, raises, events, state: recordedState };
    const override = overrides?.get(number);
    if (override === undefined) return { ...recorded, state };
    const pinned = overridden(recorded, override, `step ${number}`);
    // What is recorded as unchanged stays as this port has left it.
    state = override['state'] === undefined ? state : pinned.state;
    return { ...pinned, state };
  });
}

function overridden(recorded: Outcome, override: JsonObject, where: string): Outcome {
  const { out, raises, events, state } = override;
  const edit = (part: Json, by: Json | undefined): Json => edited(part, by, where);
  return {
    out: edit(recorded.out, out),
    raises: raises === undefined ? recorded.raises : (raises ?? undefined),
    events: edit(recorded.events, events) as readonly Json[],
    state: Object.fromEntries(
      Object.entries(recorded.state).map(([name, part]) => [
        name,
        edit(part ?? [], isObject(state) ? state[name] : undefined),
      ]),
    ),
  };
}

/** The value in place of what was recorded; for a list, it may be told by what to remove and what to add where. */
function edited(recorded: Json, by: Json | undefined, where: string): Json {
  if (by === undefined) return recorded;
  if (!Array.isArray(recorded) || !isObject(by)) return by;
  const { remove = [], add = [] } = by as {
    readonly remove?: readonly Json[];
    readonly add?: readonly (readonly [number, Json])[];
  };
  const result = [...(recorded as readonly Json[])];
  for (const item of remove) {
    const index = result.findIndex((one) => isDeepStrictEqual(one, item));
    if (index === -1)
      throw new CorpusError(`stale deviation: ${where} has no ${JSON.stringify(item)} to remove`);
    result.splice(index, 1);
  }
  for (const [index, item] of add) result.splice(index, 0, item);
  return result;
}
