// A run as a picture, before it is drawn: lanes down the side, by node and actor; stretches of time and marks on them.
// Every event that is shown is in one place; all drawings (text, HTML, Perfetto) are made of this.
import type { TraceEvent } from '../trace/trace-event.js';
import type { TraceHeader } from '../trace/trace-header.js';
import type { RecordedRun } from '../trace/trace-reader.js';
import { naturalOrder } from './natural-order.js';
import type { Stretch } from './stretch.js';
import { StretchLedger } from './stretch-ledger.js';
import { isFailure, type Tone, toneOf } from './tone.js';

/** A place where things happen. */
export interface Lane {
  readonly node: string;
  /** The actor without its node's name; empty for what concerns the node as a whole. */
  readonly label: string;
  /** How many rows it needs, so that stretches that overlap lie below each other: at least 1. */
  rows: number;
}

/** Something that takes no time. */
export interface Mark {
  readonly lane: number;
  readonly at: number;
  readonly tone: Tone;
  readonly event: TraceEvent;
}

/** All that there is to draw. Instants are virtual, in epoch milliseconds. */
export interface Timeline {
  readonly header: TraceHeader;
  readonly from: number;
  /** Later than `from`. */
  readonly to: number;
  readonly lanes: readonly Lane[];
  readonly stretches: readonly Stretch[];
  readonly marks: readonly Mark[];
  readonly events: readonly TraceEvent[];
}

/** What `timelineOf` takes beside the run: the part of it to be shown, in virtual epoch milliseconds. Default all of it, up to the last thing that happened. */
export interface TimelineOptions {
  readonly from?: number;
  readonly to?: number;
}

const CALLS: readonly string[] = ['turn', 'request', 'apply', 'response'];

/** Lays a run out. What lies outside of the part asked for is left out; what reaches into it is cut at its edges. */
export function timelineOf(run: RecordedRun, options: TimelineOptions = {}): Timeline {
  const from = options.from ?? run.header.start;
  const to = Math.max(options.to ?? lastOf(run.events) ?? from, from + 1);
  const lanes = new LaneList(run.events);
  // What is still open goes on as long as anything is known of the run.
  const finish = Math.max(run.events.at(-1)?.at ?? from, options.to ?? from);
  const ledger = new StretchLedger((event) => lanes.indexOf(event), finish);
  const marks: Mark[] = [];
  for (const event of run.events) {
    if (ledger.add(event)) continue;
    if (event.kind === 'turn' || event.at < from || event.at > to) continue;
    marks.push({ lane: lanes.indexOf(event), at: event.at, tone: toneOf(event), event });
    if (isFailure(event)) ledger.fail(event);
  }
  const stretches = ledger.close().filter((stretch) => stretch.from <= to && stretch.to >= from);
  pack(stretches, lanes.list);
  const events = run.events.filter(({ at }) => at >= from && at <= to);
  return { header: run.header, from, to, lanes: lanes.list, stretches, marks, events };
}

/** When the story ends: after it the storage may be looked at still, by whoever judges the run. */
function lastOf(events: readonly TraceEvent[]): number | undefined {
  return (events.findLast(({ kind }) => !CALLS.includes(kind)) ?? events.at(-1))?.at;
}

/** The lanes by node, then by actor, in the order of their names; what concerns a node as a whole comes first. */
class LaneList {
  readonly list: Lane[] = [];
  readonly #indexes = new Map<string, number>();

  constructor(events: readonly TraceEvent[]) {
    const nodes = new Map<string, Set<string>>();
    for (const event of events) {
      const { node, label } = placeOf(event);
      const labels = nodes.get(node) ?? new Set();
      nodes.set(node, labels.add(label));
    }
    for (const [node, labels] of [...nodes].sort(([a], [b]) => naturalOrder(a, b)))
      for (const label of [...labels].sort(naturalOrder)) {
        this.#indexes.set(JSON.stringify([node, label]), this.list.length);
        this.list.push({ node, label, rows: 1 });
      }
  }

  indexOf(event: TraceEvent): number {
    const { node, label } = placeOf(event);
    return this.#indexes.get(JSON.stringify([node, label]))!;
  }
}

function placeOf({ node = '', actor = '' }: TraceEvent): { node: string; label: string } {
  if (actor === node) return { node, label: '' };
  return { node, label: actor.startsWith(`${node}/`) ? actor.slice(node.length + 1) : actor };
}

/** Gives each stretch the first row of its lane that is free by then; calls have a row of their own kind and need none. */
function pack(stretches: Stretch[], lanes: readonly Lane[]): void {
  const ends = lanes.map((): number[] => []);
  for (const stretch of stretches) {
    if (stretch.call) continue;
    const rows = ends[stretch.lane]!;
    const free = rows.findIndex((end) => end <= stretch.from);
    stretch.row = free === -1 ? rows.length : free;
    // What takes no time still needs its place.
    rows[stretch.row] = Math.max(stretch.to, stretch.from + 1);
  }
  for (const [index, rows] of ends.entries()) lanes[index]!.rows = Math.max(1, rows.length);
}
