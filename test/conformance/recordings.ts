// Where the recorded scenarios are, and the list of deviations beside them.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEVIATIONS_FILE } from './runner/corpus.js';

/** The folder of the recordings that come with the project. */
export const RECORDINGS = fileURLToPath(new URL('../../fixtures/conformance', import.meta.url));

/** The deviations, wherever the scenarios are read from. */
export const DEVIATIONS = join(RECORDINGS, DEVIATIONS_FILE);
