// Plays recorded scenarios against the engine: `npm run conformance -- <folder or file>...`; without arguments, those
// in fixtures/conformance. Exits with 0 if all pass, 1 if any fails, 2 if there is nothing sensible to run.
import { DEVIATIONS, RECORDINGS } from './recordings.js';
import { CorpusError, readCorpus } from './runner/corpus.js';
import { readDeviations, strayDeviations } from './runner/deviations.js';
import { reportOf } from './runner/report.js';
import { runCorpus } from './runner/run.js';

async function main(paths: readonly string[]): Promise<number> {
  const option = paths.find((path) => path.startsWith('-'));
  if (option !== undefined)
    throw new CorpusError(
      `unknown option ${option}; the arguments are folders and files of recorded scenarios`,
    );
  const corpus = readCorpus(paths.length === 0 ? [RECORDINGS] : paths);
  const deviations = readDeviations(DEVIATIONS);
  const stray = paths.length === 0 ? strayDeviations(deviations, corpus.scenarios) : [];
  const others = stray.map((id) => `${id}: a deviation is listed, but there is no such scenario`);
  const { lines, failed } = reportOf(await runCorpus(corpus, deviations), others);
  for (const line of lines) console.log(line);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CorpusError)) throw error;
  console.error(`conformance: ${error.message}`);
  process.exitCode = 2;
}
