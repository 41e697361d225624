// What takes time in a timeline: where it lies, and how it came to its end.
import type { TraceEvent } from '../trace/trace-event.js';

/** Something that takes time. `call` is a call of the storage, from its request to its response. */
export interface Stretch {
  readonly lane: number;
  /** Within the lane, from 0. */
  row: number;
  readonly op: string;
  readonly call: boolean;
  readonly from: number;
  to: number;
  /** `cut`: by a crash, or the answer never came. `open`: it went on when the trace ended. */
  end: 'ended' | 'cut' | 'open';
  /** Whether what was tried has failed. */
  failed: boolean;
  readonly event: TraceEvent;
  /** The event that ended it. */
  last: TraceEvent | undefined;
}
