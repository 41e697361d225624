// Where two runs part: the first event in which they differ, with its neighbours. What comes after it follows from it,
// so nothing else is compared.
import { integer } from '../../src/check.js';
import { canonicalLine, isCanonical } from './canonical.js';
import type { TraceEvent } from './trace-event.js';
import type { TraceHeader } from './trace-header.js';
import type { RecordedRun } from './trace-reader.js';

/** What `diffTraces` takes beside the runs. */
export interface DiffOptions {
  /** Compare only what does not depend on the storage: see canonical.ts. Default false. */
  readonly canonical?: boolean;
  /** How many events are shown before and after the first difference. Default 3. */
  readonly context?: number;
}

/** How two runs differ. */
export interface TraceDifference {
  /** The fields of the headers that differ; by themselves they are no difference of the runs. */
  readonly header: readonly (keyof TraceHeader)[];
  /** How many of the events that both have kept are the same. */
  readonly agreed: number;
  /** Whether the runs differ in what one of them has dropped already: then the first events shown only look the same. */
  readonly earlier: boolean;
  /** The last events in common. */
  readonly before: readonly TraceEvent[];
  /** The first event that differs, and those after it; empty for a run that ends here. */
  readonly left: readonly TraceEvent[];
  readonly right: readonly TraceEvent[];
}

/** Compares the events of two runs; undefined if they are the same. */
export function diffTraces(
  left: RecordedRun,
  right: RecordedRun,
  options: DiffOptions = {},
): TraceDifference | undefined {
  const context = integer('context', options.context, 3, 0);
  const { canonical = false } = options;
  const first = Math.max(left.header.first, right.header.first);
  const compared = ({ events }: RecordedRun): readonly TraceEvent[] =>
    events.filter((event) => (canonical ? isCanonical(event) : event.index >= first));
  const [mine, theirs] = [compared(left), compared(right)];
  const same = canonical
    ? (a: TraceEvent, b: TraceEvent) =>
        canonicalLine(a, left.header.start) === canonicalLine(b, right.header.start)
    : isSame;
  const shared = Math.min(mine.length, theirs.length);
  let agreed = 0;
  while (agreed < shared && same(mine[agreed]!, theirs[agreed]!)) agreed += 1;
  if (agreed === mine.length && agreed === theirs.length) return undefined;
  return {
    header: differingFields(left.header, right.header),
    agreed,
    earlier: agreed === 0 && first > 0 && !canonical,
    before: mine.slice(Math.max(0, agreed - context), agreed),
    left: mine.slice(agreed, agreed + 1 + context),
    right: theirs.slice(agreed, agreed + 1 + context),
  };
}

/** The hash speaks for all that it covers. */
function isSame(a: TraceEvent, b: TraceEvent): boolean {
  return a.hash === b.hash && a.index === b.index && a.name === b.name && a.detail === b.detail;
}

function differingFields(left: TraceHeader, right: TraceHeader): (keyof TraceHeader)[] {
  return (Object.keys(left) as (keyof TraceHeader)[]).filter(
    (name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]),
  );
}
