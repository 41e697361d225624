// Where this port differs from the recordings on purpose. A deviation pins what it does instead, step by step, so
// that a scenario may differ in precisely the documented way and in no other.
import { readFileSync } from 'node:fs';
import {
  CorpusError,
  type Expectation,
  expectation,
  isObject,
  list,
  object,
  parseJson,
  type Scenario,
} from './corpus.js';

export interface Deviation {
  readonly scenario: string;
  /** Why it is better so. */
  readonly reason: string;
  /** By the number of the step, from 1: what takes the place of its whole `expect`. */
  readonly overrides: ReadonlyMap<number, Expectation>;
}

/** By the id of the scenario. */
export type Deviations = ReadonlyMap<string, Deviation>;

export const NO_DEVIATIONS: Deviations = new Map();

/** Reads a list of deviations. @throws CorpusError if it is not in the format. */
export function readDeviations(file: string): Deviations {
  return parseDeviations(readFileSync(file, 'utf8'), file);
}

/** Parses a list of deviations: `[{ scenario, reason, overrides: [{ step, expect }] }]`. */
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
      list(overrides, `${where}: overrides`).map((one, at) => {
        const place = `${where}: override ${at + 1}`;
        const { step, expect } = object(one, place);
        if (typeof step !== 'number') throw new CorpusError(`${place}: expected \`step\` to be a number`);
        return [step, expectation(isObject(expect) ? expect : undefined, place)] as const;
      }),
    );
    if (pinned.size === 0) throw new CorpusError(`${where}: nothing is overridden`);
    deviations.set(scenario, { scenario, reason, overrides: pinned });
  }
  return deviations;
}

/** The deviations that no scenario is there for: they document nothing. */
export function strayDeviations(deviations: Deviations, scenarios: readonly Scenario[]): string[] {
  const ids = new Set(scenarios.map(({ id }) => id));
  return [...deviations.keys()].filter((id) => !ids.has(id));
}
