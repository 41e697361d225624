// Runs a corpus: every scenario, then every crontab entry.
import type { Corpus } from './corpus.js';
import { judgeCrontab } from './crontab-entry.js';
import type { Deviations } from './deviations.js';
import { judgeScenario, type Verdict } from './verdict.js';

/** Judges all that the corpus holds, in its order. */
export async function runCorpus(corpus: Corpus, deviations: Deviations): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scenario of corpus.scenarios) verdicts.push(await judgeScenario(scenario, deviations));
  return [...verdicts, ...corpus.crontabs.map(judgeCrontab)];
}
