// Repeats a recorded run to the letter, or says where it is another run.
import { SimulationError } from '../simulation-error.js';
import type { Chooser } from './chooser.js';
import type { RecordedChoice } from './recording.js';

/**
 * Gives the recorded answers to the recorded questions. After the last, answers plainly: a recording may end where a run
 * failed.
 * @throws SimulationError at the first question that differs from the recorded one.
 */
export function replayChooser(choices: readonly RecordedChoice[]): Chooser {
  let position = 0;
  return {
    choose(kind, n) {
      const recorded = choices[position];
      position += 1;
      if (recorded === undefined) return 0;
      if (recorded.kind === kind && recorded.n === n && recorded.answer < n) return recorded.answer;
      throw new SimulationError(
        `expected choice ${position - 1} to be about ${recorded.n} (${recorded.kind}) as recorded, got ${n} (${kind}); ` +
          'the recording is of another run: of other code, another scenario or another version',
      );
    },
  };
}
