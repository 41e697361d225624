// Where two runs part, from text to text.
import { differenceText } from './trace/difference-text.js';
import { type DiffOptions, diffTraces } from './trace/trace-diff.js';
import { readTrace } from './trace/trace-reader.js';

/**
 * Shows where two traces part: the first events that differ, with their neighbours; undefined if they are the same.
 * @throws TraceError for a text that is no trace.
 */
export function diff(left: string, right: string, options: DiffOptions = {}): string | undefined {
  const [mine, theirs] = [readTrace(left), readTrace(right)];
  const difference = diffTraces(mine, theirs, options);
  if (difference === undefined) return undefined;
  return differenceText(difference, { ...mine, called: 'left' }, { ...theirs, called: 'right' });
}
