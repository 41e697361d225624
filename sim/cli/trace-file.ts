// A trace as a command gets it: the text of a file, and the file's name for what there is to say about it.
import { HueyError, isHueyError } from '../../src/errors.js';
import { readTrace, type RecordedRun } from '../trace/trace-reader.js';

/** A file that was read. */
export interface TraceFile {
  /** Its name, as it was given. */
  readonly called: string;
  readonly text: string;
}

/** Reads the trace in a file. @throws HueyError naming the file and the line. */
export function runIn({ called, text }: TraceFile): RecordedRun & { readonly called: string } {
  try {
    return { ...readTrace(text), called };
  } catch (error) {
    if (!isHueyError(error)) throw error;
    throw new HueyError(`${called}: ${error.message}`, { cause: error });
  }
}
