// The trace that a run is written into, if its options ask for one.
import type { ResolvedSimulationOptions } from './simulation-options.js';
import { Trace } from './trace/trace.js';

/** An empty trace, whose header says what the run is made of. */
export function traceFor({
  trace,
  seed,
  startMs,
  consumers,
  network,
  about,
}: ResolvedSimulationOptions): Trace | undefined {
  if (trace === false) return undefined;
  return new Trace({
    seed,
    start: startMs,
    recording: trace === true,
    configuration: {
      consumers: consumers.map(({ name, options: { workers = 1 } }) => ({ name, workers })),
      ...about,
    },
    faults: network === undefined ? [] : [JSON.parse(JSON.stringify(network)) as Record<string, never>],
  });
}
