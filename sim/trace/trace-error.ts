// What is wrong with a text that should be a trace.
import { describe } from '../../src/check.js';
import { HueyError } from '../../src/errors.js';

/** A text that is no trace, or was changed. `line` counts from 1. */
export class TraceError extends HueyError {
  override name = 'TraceError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line} of the trace: ${message}`);
    this.line = line;
  }
}

/** The error for a field that is not what it should be. */
export function badField(line: number, field: string, wanted: string, got: unknown): TraceError {
  return new TraceError(line, `expected \`${field}\` to be ${wanted}, got ${describe(got)}`);
}
