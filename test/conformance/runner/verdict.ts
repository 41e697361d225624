// Judges a play by what was recorded and by the deviations on the list: a step must come to exactly what is expected
// of it, and a deviation that is none any more is a failure too.
import type { Expectation, Json, JsonObject, Scenario, TopStep } from './corpus.js';
import type { Deviation, Deviations } from './deviations.js';
import { difference } from './difference.js';
import { type Observation, play, type Play } from './observation.js';
import { EMPTY_STATE } from './storage-state.js';
import { unknownWords } from './vocabulary.js';

export interface Verdict {
  readonly id: string;
  readonly file: string;
  readonly title: string;
  /** Lines for people; none if it passes. */
  readonly complaints: readonly string[];
  /** Why it may differ from the recording, if it is on the list. */
  readonly deviates: string | undefined;
}

/** Plays a scenario and judges it. */
export async function judgeScenario(scenario: Scenario, deviations: Deviations): Promise<Verdict> {
  const deviation = deviations.get(scenario.id);
  const unknown = unknownWords(scenario);
  return {
    id: scenario.id,
    file: scenario.file,
    title: scenario.title,
    complaints: unknown.length > 0 ? unknown : judge(scenario, await play(scenario), deviation),
    deviates: deviation?.reason,
  };
}

/** What is wrong with a play: the first step that differs in full, and how many more do. */
export function judge(
  { steps }: Scenario,
  { steps: observed, fault, inFlight }: Play,
  deviation?: Deviation,
): string[] {
  const recorded = resolve(steps.map(({ expect }) => expect));
  const expected = resolve(steps.map(({ expect }, index) => deviation?.overrides.get(index + 1) ?? expect));
  const complaints = differences(steps, expected, observed);
  if (fault !== undefined) complaints.push(fault);
  if (inFlight.length > 0) complaints.push(`taken and never settled: ${inFlight.join(', ')}`);
  for (const number of deviation?.overrides.keys() ?? []) {
    const [as, is] = [recorded[number - 1], observed[number - 1]];
    if (as === undefined) complaints.push(`stale deviation: there is no step ${number}`);
    else if (is !== undefined && differencesOf(as, is).length === 0)
      complaints.push(`stale deviation: step ${number} comes to what was recorded; take it off the list`);
  }
  return complaints;
}

/** An expectation with its absent parts filled in. */
type Resolved = Required<Omit<Observation, 'state'>> & { readonly state: Json };

function resolve(expectations: readonly Expectation[]): Resolved[] {
  let current: Json = EMPTY_STATE satisfies JsonObject;
  return expectations.map(({ out = null, raises, events = [], state = current }) => {
    current = state;
    return { out: raises === undefined ? out : null, raises, events, state };
  });
}

function differences(
  steps: readonly TopStep[],
  expected: readonly Resolved[],
  observed: readonly Observation[],
): string[] {
  const differing = observed.flatMap((observation, index) => {
    const lines = differencesOf(expected[index]!, observation);
    return lines.length === 0 ? [] : [{ index, lines }];
  });
  const [first, ...others] = differing;
  if (first === undefined) return [];
  const complaints = [
    `step ${first.index + 1}, ${steps[first.index]!.step.op}`,
    ...first.lines.map(indented),
  ];
  if (others.length > 0)
    complaints.push(`differences in later steps too: ${others.map(({ index }) => index + 1).join(', ')}`);
  return complaints;
}

function differencesOf(expected: Resolved, observed: Observation): string[] {
  return (['out', 'raises', 'events', 'state'] as const).flatMap((part) =>
    difference(part, expected[part], observed[part]),
  );
}

function indented(line: string): string {
  return `  ${line}`;
}
