// The public names of huey-ts/sim.
export {
  Simulation,
  type SimulationEvent,
  type SimulationOptions,
  type UntilIdleOptions,
} from './simulation.js';
export { SimulationError } from './simulation-error.js';
export { canonicalLines } from './trace/canonical.js';
export { differenceText, type NamedRun } from './trace/difference-text.js';
export { type DiffOptions, diffTraces, type TraceDifference } from './trace/trace-diff.js';
export { TraceError } from './trace/trace-error.js';
export type { TraceEvent, TraceKind } from './trace/trace-event.js';
export type { Plain, RunDescription, TraceHeader } from './trace/trace-header.js';
export { readTrace, type ReadTraceOptions, type RecordedRun } from './trace/trace-reader.js';
export { Trace, type TraceOptions } from './trace/trace.js';
