// Judges a play by what was recorded and by the deviations on the list: a step must come to exactly what is expected
// of it, and a deviation that is none any more is a failure too.
import type { Scenario, TopStep } from './corpus.js';
import type { Deviation, Deviations } from './deviations.js';
import { difference } from './difference.js';
import { expectedOutcomes, type Outcome } from './expectations.js';
import { play, type Play, type PlayOptions } from './observation.js';
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
export async function judgeScenario(
  scenario: Scenario,
  deviations: Deviations,
  options: PlayOptions = {},
): Promise<Verdict> {
  const { id, file, title } = scenario;
  const deviation = deviations.get(id);
  return {
    id,
    file,
    title,
    complaints: await complaintsOf(scenario, deviation, options),
    deviates: deviation?.reason,
  };
}

async function complaintsOf(
  scenario: Scenario,
  deviation: Deviation | undefined,
  options: PlayOptions,
): Promise<string[]> {
  try {
    const unknown = unknownWords(scenario);
    return unknown.length > 0 ? unknown : judge(scenario, await play(scenario, options), deviation);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** What is wrong with a play: the first step that differs in full, the numbers of the others. */
export function judge({ steps }: Scenario, played: Play, deviation?: Deviation): string[] {
  const recordings = steps.map(({ expect }) => expect);
  const complaints = differences(steps, expectedOutcomes(recordings, deviation?.overrides), played.steps);
  if (played.fault !== undefined) complaints.push(played.fault);
  if (played.inFlight.length > 0) complaints.push(`taken and never settled: ${played.inFlight.join(', ')}`);
  return [...complaints, ...staleOverrides(expectedOutcomes(recordings), played.steps, deviation)];
}

function differences(
  steps: readonly TopStep[],
  expected: readonly Outcome[],
  observed: readonly Outcome[],
): string[] {
  const differing = observed.flatMap((outcome, index) => {
    const lines = differencesOf(expected[index]!, outcome);
    return lines.length === 0 ? [] : [{ index, lines }];
  });
  const [first, ...others] = differing;
  if (first === undefined) return [];
  const head = `step ${first.index + 1}, ${steps[first.index]!.step.op}`;
  const tail =
    others.length === 0 ? [] : [`later steps differ too: ${others.map(({ index }) => index + 1).join(', ')}`];
  return [head, ...first.lines.map((line) => `  ${line}`), ...tail];
}

/** Overrides of steps that come to what was recorded, or that do not exist. */
function staleOverrides(
  recorded: readonly Outcome[],
  observed: readonly Outcome[],
  deviation: Deviation | undefined,
): string[] {
  return [...(deviation?.overrides.keys() ?? [])].flatMap((number) => {
    const [expected, outcome] = [recorded[number - 1], observed[number - 1]];
    if (expected === undefined) return [`stale deviation: there is no step ${number}`];
    if (outcome === undefined || differencesOf(expected, outcome).length > 0) return [];
    return [`stale deviation: step ${number} comes to what was recorded; take it off the list`];
  });
}

function differencesOf(expected: Outcome, observed: Outcome): string[] {
  return (['out', 'raises', 'events', 'state'] as const).flatMap((part) =>
    difference(part, expected[part], observed[part]),
  );
}
