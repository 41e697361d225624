// The timeline in the Chrome trace event format (JSON), which ui.perfetto.dev and chrome://tracing open: a process for each
// node, a thread for each row of a lane. Times are microseconds since the start of the run.
import type { TraceEvent } from '../trace/trace-event.js';
import type { Stretch } from './stretch.js';
import type { Lane, Mark, Timeline } from './timeline.js';

/** Calls lie below the stretches of their lane, as they overlap them without being inside of them. */
interface Threads {
  /** The thread of a row of a lane. */
  readonly rowOf: (lane: number, row: number) => number;
  readonly callsOf: (lane: number) => number;
}

/** Writes a timeline as one JSON text. */
export function perfettoTrace(timeline: Timeline): string {
  const { lanes, stretches, marks, header } = timeline;
  const nodes = [...new Set(lanes.map(({ node }) => node))];
  const processOf = (lane: number): number => nodes.indexOf(lanes[lane]!.node) + 1;
  const firsts: number[] = [];
  let next = 1;
  for (const { rows } of lanes) {
    firsts.push(next);
    next += rows + 1;
  }
  const threads: Threads = {
    rowOf: (lane, row) => firsts[lane]! + row,
    callsOf: (lane) => firsts[lane]! + lanes[lane]!.rows,
  };
  const traceEvents = [
    ...nodes.map((node, index) =>
      metadata('process_name', index + 1, 0, { name: node === '' ? 'run' : node }),
    ),
    ...lanes.flatMap((lane, index) => names(lane, index, processOf(index), threads, stretches)),
    ...stretches.map((stretch) => slice(stretch, processOf(stretch.lane), threads, header.start)),
    ...marks.map((mark) => instant(mark, processOf(mark.lane), threads, header.start)),
  ];
  return `${JSON.stringify({ displayTimeUnit: 'ms', otherData: header, traceEvents })}\n`;
}

function names(
  { label, rows }: Lane,
  lane: number,
  pid: number,
  threads: Threads,
  stretches: readonly Stretch[],
): object[] {
  const name = label === '' ? 'all' : label;
  const own = Array.from(
    { length: rows },
    (_, row) => [threads.rowOf(lane, row), row === 0 ? name : `${name} (${row + 1})`] as const,
  );
  const calls = stretches.some((stretch) => stretch.call && stretch.lane === lane);
  const all = calls ? [...own, [threads.callsOf(lane), `${name}, storage`] as const] : own;
  return all.flatMap(([tid, name]) => [
    metadata('thread_name', pid, tid, { name }),
    metadata('thread_sort_index', pid, tid, { sort_index: tid }),
  ]);
}

function metadata(name: string, pid: number, tid: number, args: object): object {
  return { ph: 'M', name, pid, tid, args };
}

function slice(stretch: Stretch, pid: number, threads: Threads, start: number): object {
  const { event, op, call, from, to, end, failed, lane, row } = stretch;
  const name = call ? op : (event.name ?? event.task ?? op);
  const cat = failed ? `${op},failed` : op;
  const tid = call ? threads.callsOf(lane) : threads.rowOf(lane, row);
  const args = { ...about(event), end, ...(failed && { failed }) };
  return { ph: 'X', name, cat, pid, tid, ts: (from - start) * 1000, dur: (to - from) * 1000, args };
}

function instant({ event, at, lane, tone }: Mark, pid: number, threads: Threads, start: number): object {
  const name = [event.op ?? event.kind, event.name].filter((part) => part !== undefined).join(' ');
  // A fault of a whole node is drawn across it.
  const scope = event.kind === 'fault' && event.actor === undefined ? 'p' : 't';
  const args = { ...about(event), tone };
  return {
    ph: 'i',
    s: scope,
    name,
    cat: event.kind,
    pid,
    tid: threads.rowOf(lane, 0),
    ts: (at - start) * 1000,
    args,
  };
}

function about({ index, task, detail, hash }: TraceEvent): object {
  return { index, task, detail, hash };
}
