// The recorded behaviour of the original in a simulated process, on its clock, with its workers: every call of the storage
// takes its turns. It changes nothing of it.
import { describe, expect, it } from 'vitest';
import { DEVIATIONS, RECORDINGS } from './recordings.js';
import { readCorpus } from './runner/corpus.js';
import { readDeviations } from './runner/deviations.js';
import { SimulatedStage } from './runner/simulated-stage.js';
import { judgeScenario } from './runner/verdict.js';

const { scenarios } = readCorpus([RECORDINGS]);
const deviations = readDeviations(DEVIATIONS);
const files = [...new Set(scenarios.map(({ file }) => file))];

describe('in a simulated process', () => {
  const seen = { bodies: 0, moved: 0 };

  it.each(files)('%s', async (file) => {
    const chosen = scenarios.filter((scenario) => scenario.file === file);
    const complaints: string[] = [];
    let steps = 0;
    for (const [index, scenario] of chosen.entries()) {
      const stages: SimulatedStage[] = [];
      const stage = (start: number): SimulatedStage => {
        stages.push(new SimulatedStage(start, index));
        return stages.at(-1)!;
      };
      const verdict = await judgeScenario(scenario, deviations, { stage });
      complaints.push(...verdict.complaints.map((line) => `${scenario.id}: ${line}`));
      for (const { kernel, clock, bodies } of stages) {
        steps += kernel.steps;
        seen.bodies += bodies;
        if (kernel.now() > clock.start) seen.moved += 1;
      }
    }
    expect(complaints.join('\n')).toBe('');
    expect(steps).toBeGreaterThanOrEqual(chosen.length);
  });

  it('virtual time has passed, and workers have run bodies', () => {
    expect(seen.moved).toBeGreaterThan(100);
    expect(seen.bodies).toBeGreaterThan(1000);
  });
});
