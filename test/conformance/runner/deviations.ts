// Where this port differs from the recordings on purpose. A deviation pins what it does instead, step by step, so
// that a scenario may differ in precisely the documented way and in no other:
//
//   { "scenario": "…", "reason": "…", "overrides": [{ "step": 3, "expect": { "out": …, "raises": …, "events": …, "state": … } }] }
//
// The parts given replace the recorded ones (`raises: null` if nothing is raised). A list, and each list of the state,
// may instead be given by what differs: { "remove": [item, …], "add": [[position, item], …] }.
import { readFileSync } from 'node:fs';
import { CorpusError, list, object, parseJson, type JsonObject, type Scenario } from './corpus.js';
import type { Overrides } from './expectations.js';

export interface Deviation {
  readonly scenario: string;
  /** Why it is better so. */
  readonly reason: string;
  readonly overrides: Overrides;
}

/** By the id of the scenario. */
export type Deviations = ReadonlyMap<string, Deviation>;

const PARTS: ReadonlySet<string> = new Set(['out', 'raises', 'events', 'state']);

/** Reads a list of deviations. @throws CorpusError if it is not in the format. */
export function readDeviations(file: string): Deviations {
  return parseDeviations(readFileSync(file, 'utf8'), file);
}

/** Parses a list of deviations. @throws CorpusError if it is not in the format. */
export function parseDeviations(text: string, file: string): Deviations {
  const deviations = new Map<string, Deviation>();
  for (const [index, value] of list(parseJson(text, file), file).entries()) {
    const { scenario, reason, overrides } = object(value, `${file}: deviation ${index + 1}`);
    if (typeof scenario !== 'string')
      throw new CorpusError(`${file}: deviation ${index + 1} names no scenario`);
    const where = `${file}: ${scenario}`;
    if (deviations.has(scenario)) throw new CorpusError(`${where}: this scenario is listed twice`);
    if (typeof reason !== 'string' || reason === '') throw new CorpusError(`${where}: there is no reason`);
    const pinned = new Map(
      list(overrides, `${where}: overrides`).map((one) => overrideOf(object(one, where), where)),
    );
    if (pinned.size === 0) throw new CorpusError(`${where}: nothing is overridden`);
    deviations.set(scenario, { scenario, reason, overrides: pinned });
  }
  return deviations;
}

function overrideOf({ step, expect }: JsonObject, where: string): readonly [number, JsonObject] {
  if (typeof step !== 'number') throw new CorpusError(`${where}: expected \`step\` to be a number`);
  const parts = object(expect, `${where}: step ${step}`);
  for (const part of Object.keys(parts))
    if (!PARTS.has(part)) throw new CorpusError(`${where}: step ${step}: unknown part "${part}"`);
  return [step, parts];
}

/** The deviations that no scenario is there for: they document nothing. */
export function strayDeviations(deviations: Deviations, scenarios: readonly Scenario[]): string[] {
  const ids = new Set(scenarios.map(({ id }) => id));
  return [...deviations.keys()].filter((id) => !ids.has(id));
}
