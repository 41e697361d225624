// `huey sim diff`: where two runs part.
import { differenceText } from '../trace/difference-text.js';
import { type DiffOptions, diffTraces } from '../trace/trace-diff.js';
import { type CommandResult, done, guarded } from './command-result.js';
import { runIn, type TraceFile } from './trace-file.js';

/** Compares two traces: exit code 0 if the events are the same, 1 if they differ, 2 if one cannot be read. */
export function diffCommand(left: TraceFile, right: TraceFile, options: DiffOptions = {}): CommandResult {
  return guarded(() => {
    const [mine, theirs] = [runIn(left), runIn(right)];
    const difference = diffTraces(mine, theirs, options);
    if (difference !== undefined) return done(differenceText(difference, mine, theirs), 1);
    const same = options.canonical === true ? 'canonical form of both runs is' : 'events of both runs are';
    return done(`The ${same} the same.\n`);
  });
}
