// The recorded behaviour of the original, scenario by scenario. What differs on purpose is in deviations.json.
import { describe, expect, it } from 'vitest';
import { DEVIATIONS, RECORDINGS } from './recordings.js';
import { readCorpus } from './runner/corpus.js';
import { judgeCrontab } from './runner/crontab-entry.js';
import { readDeviations, strayDeviations } from './runner/deviations.js';
import { judgeScenario } from './runner/verdict.js';

const { scenarios, crontabs } = readCorpus([RECORDINGS]);
const deviations = readDeviations(DEVIATIONS);
const files = [...new Set(scenarios.map(({ file }) => file))].map((file) => ({
  file,
  scenarios: scenarios.filter((scenario) => scenario.file === file),
}));

it('is all there', () => {
  expect([scenarios.length, crontabs.length]).toEqual([414, 204]);
  expect(strayDeviations(deviations, scenarios)).toEqual([]);
});

describe.each(files)('$file', ({ scenarios }) => {
  it.each(scenarios)('$id: $title', async (scenario) => {
    const { complaints } = await judgeScenario(scenario, deviations);
    expect(complaints.join('\n')).toBe('');
  });
});

// A consumer's worker settles a task in the same round trip that takes the next one.
describe.each(files)('$file, each task settled together with taking the next', ({ scenarios }) => {
  it('comes to the same', async () => {
    for (const scenario of scenarios) {
      const { complaints } = await judgeScenario(scenario, deviations, { settleWithNext: true });
      expect(complaints.join('\n'), scenario.id).toBe('');
    }
  });
});

describe('crontab.json', () => {
  it.each(crontabs)('$id', (entry) => {
    expect(judgeCrontab(entry).complaints.join('\n')).toBe('');
  });
});
