// The first line of a trace: what a run was made of. Together with the code it is enough to make the run again.
import { VERSION } from '../../src/version.js';

/** What the first line of every trace says it is. */
export const TRACE_FORMAT = 'huey-ts trace';
/** Counts up when older readers could no longer understand the lines. */
export const TRACE_VERSION = 1;

/** Plain data. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** What the recorder of a trace is told about the run. */
export interface RunDescription {
  readonly seed: number;
  /** Virtual time at the start, in epoch milliseconds. */
  readonly start: number;
  /** The time zone of schedules that name none. Default UTC. */
  readonly timeZone?: string;
  /** What kind of storage the run was made on. Default `memory`. */
  readonly storage?: string;
  /** Nodes, workers, strategy: whatever the run was made of. Default nothing. */
  readonly configuration?: { readonly [name: string]: Plain };
  /** What was to go wrong. Default nothing. */
  readonly faults?: readonly Plain[];
}

/** The first line of a trace. */
export interface TraceHeader extends Required<RunDescription> {
  readonly format: typeof TRACE_FORMAT;
  readonly version: number;
  /** The version of huey-ts that made the run. */
  readonly package: string;
  /** The index of the first event that follows: more than 0 if older ones were dropped. */
  readonly first: number;
}

/** The header of a run, with its defaults, and its fields in the order in which they are written. */
export function traceHeader(run: RunDescription, first: number): TraceHeader {
  const { seed, start, timeZone = 'UTC', storage = 'memory', configuration = {}, faults = [] } = run;
  const about = { format: TRACE_FORMAT, version: TRACE_VERSION, package: VERSION } as const;
  return { ...about, seed, start, timeZone, storage, first, configuration, faults };
}
