// How a command of the simulator ends, before anybody writes it anywhere: what it has to say, and with which exit code.
import { isHueyError } from '../../src/errors.js';

/** 0: done, or the same. 1: done, and they differ. 2: not done, as the input or an option is no good. */
export interface CommandResult {
  readonly exitCode: 0 | 1 | 2;
  /** For the standard output. */
  readonly output: string;
  /** For the standard error: why it was not done. */
  readonly complaint: string;
}

/** The result of a command that was done. */
export function done(output: string, exitCode: 0 | 1 = 0): CommandResult {
  return { exitCode, output, complaint: '' };
}

/** Runs a command, and turns what it refuses into a result; other errors are ours, and are thrown. */
export function guarded(command: () => CommandResult): CommandResult {
  try {
    return command();
  } catch (error) {
    if (!isHueyError(error)) throw error;
    return { exitCode: 2, output: '', complaint: `${error.message}\n` };
  }
}
