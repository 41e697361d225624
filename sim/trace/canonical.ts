// What of a run does not depend on the storage it was made on. Left out are the calls of the storage and the turns around
// them (`request`, `apply`, `response`, `turn`, `note`), which differ with its latencies and round trips; indexes and hashes, which
// count those; and details, which may quote receipts. What is left is what users can see, in order.
import { formatDuration } from '../../src/time.js';
import type { TraceEvent, TraceKind } from './trace-event.js';
import type { RecordedRun } from './trace-reader.js';

const LEFT_OUT: ReadonlySet<TraceKind> = new Set(['turn', 'request', 'apply', 'response', 'note']);

/** Whether an event is part of the canonical form. */
export function isCanonical({ kind }: TraceEvent): boolean {
  return !LEFT_OUT.has(kind);
}

/** What the canonical form says of an event, in one line: the time since the start, who, what, which task. */
export function canonicalLine(event: TraceEvent, start: number): string {
  const { at, kind, node = '', actor = '', op = '', task = '', name = '' } = event;
  // Names may hold anything: quoted, two different events never give the same line.
  return [
    `+${formatDuration(at - start)}`,
    ...[node, actor, kind, op, task, name].map((part) => JSON.stringify(part)),
  ].join(' ');
}

/** The canonical form: equal lines mean that users have seen the same. */
export function canonicalLines({ header, events }: RecordedRun): string[] {
  return events.filter(isCanonical).map((event) => canonicalLine(event, header.start));
}
