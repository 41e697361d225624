// A run that has everything in it, written by hand: two consumers, a periodic task, a retry, a lock that is waited for, a
// lost answer, a crash and what comes of it. Traces, differences and timelines are tested on it.
import { NONE, Trace, type TraceOptions } from '../../../sim/trace/trace.js';
import type { TraceKind } from '../../../sim/trace/trace-event.js';
import { cells } from '../../table.js';

export const STORY_START = Date.UTC(2026, 2, 2, 9, 0, 48);

/** Milliseconds since the start, kind, node, actor, op, task, its name, detail. */
export const STORY = `
      0 | command  | test       |                     | enqueue      | task-1 | send-mail |
      0 | signal   | test       |                     | enqueued     | task-1 | send-mail |
      0 | command  | test       |                     | enqueue      | task-2 | report    |
      0 | signal   | test       |                     | enqueued     | task-2 | report    |
     10 | turn     | consumer-1 | consumer-1/worker-1 | poll         |        |           |
     10 | request  | consumer-1 | consumer-1/worker-1 | turn         |        |           |
     12 | apply    | consumer-1 | consumer-1/worker-1 | turn         |        |           |
     14 | response | consumer-1 | consumer-1/worker-1 | turn         |        |           | receipt 81
     14 | signal   | consumer-1 | consumer-1/worker-1 | executing    | task-1 | send-mail |
     14 | begin    | consumer-1 | consumer-1/worker-1 | execution    | task-1 | send-mail |
     20 | signal   | consumer-2 | consumer-2/worker-1 | executing    | task-2 | report    |
     20 | begin    | consumer-2 | consumer-2/worker-1 | execution    | task-2 | report    |
   4014 | end      | consumer-1 | consumer-1/worker-1 | execution    | task-1 | send-mail | Error: mailbox busy
   4014 | signal   | consumer-1 | consumer-1/worker-1 | error        | task-1 | send-mail | Error: mailbox busy
   4014 | signal   | consumer-1 | consumer-1/worker-1 | retrying     | task-1 | send-mail | in 10s
   5000 | signal   | test       |                     | enqueued     | task-3 | report    |
   5010 | signal   | consumer-1 | consumer-1/worker-2 | executing    | task-3 | report    |
   5010 | begin    | consumer-1 | consumer-1/worker-2 | lock-wait    | task-3 | report    | lock "books"
   8000 | end      | consumer-2 | consumer-2/worker-1 | execution    | task-2 | report    |
   8000 | signal   | consumer-2 | consumer-2/worker-1 | complete     | task-2 | report    |
   8000 | end      | consumer-1 | consumer-1/worker-2 | lock-wait    | task-3 | report    | lock "books"
   8000 | begin    | consumer-1 | consumer-1/worker-2 | execution    | task-3 | report    |
  12000 | signal   | consumer-1 | consumer-1/scheduler | enqueued    | task-4 | tidy-up   | every minute
  12010 | signal   | consumer-2 | consumer-2/worker-1 | executing    | task-4 | tidy-up   |
  12010 | begin    | consumer-2 | consumer-2/worker-1 | execution    | task-4 | tidy-up   |
  14020 | signal   | consumer-1 | consumer-1/worker-1 | executing    | task-1 | send-mail |
  14020 | begin    | consumer-1 | consumer-1/worker-1 | execution    | task-1 | send-mail |
  16000 | fault    | consumer-2 |                     | crash        |        |           |
  16000 | begin    | consumer-2 |                     | down         |        |           |
  18020 | end      | consumer-1 | consumer-1/worker-1 | execution    | task-1 | send-mail |
  18020 | request  | consumer-1 | consumer-1/worker-1 | turn         |        |           |
  18022 | apply    | consumer-1 | consumer-1/worker-1 | turn         |        |           |
  18022 | fault    | consumer-1 | consumer-1/worker-1 | lost-response |       |           |
  20022 | request  | consumer-1 | consumer-1/worker-1 | held         |        |           |
  20024 | apply    | consumer-1 | consumer-1/worker-1 | held         |        |           |
  20026 | response | consumer-1 | consumer-1/worker-1 | held         |        |           | nothing
  20026 | signal   | consumer-1 | consumer-1/worker-1 | complete     | task-1 | send-mail |
  24000 | end      | consumer-1 | consumer-1/worker-2 | execution    | task-3 | report    |
  24000 | signal   | consumer-1 | consumer-1/worker-2 | complete     | task-3 | report    |
  30000 | fault    | consumer-2 |                     | restart      |        |           |
  30000 | end      | consumer-2 |                     | down         |        |           |
  46000 | note     | consumer-1 | consumer-1/scheduler | recover     | task-4 | tidy-up   | lease-2 has died
  46010 | signal   | consumer-2 | consumer-2/worker-1 | executing    | task-4 | tidy-up   |
  46010 | begin    | consumer-2 | consumer-2/worker-1 | execution    | task-4 | tidy-up   |
  52010 | end      | consumer-2 | consumer-2/worker-1 | execution    | task-4 | tidy-up   |
  52010 | signal   | consumer-2 | consumer-2/worker-1 | complete     | task-4 | tidy-up   |
`;

/** Records a table of that form. */
export function record(table: string, options: Partial<TraceOptions> = {}): Trace {
  const trace = new Trace({
    seed: 7,
    start: STORY_START,
    configuration: { consumers: 2, workers: 2, strategy: 'random' },
    faults: [{ at: 16_000, crash: 'consumer-2' }],
    ...options,
  });
  const id = (name: string | undefined): number =>
    name === undefined || name === '' ? NONE : trace.id(name);
  for (const [since, kind, node, actor, op, task, name, detail = ''] of cells(table)) {
    const at = (options.start ?? STORY_START) + Number(since);
    const ids = [node, actor, op, task, name].map(id) as [number, number, number, number, number];
    trace.record(at, kind as TraceKind, ...ids, detail === '' ? undefined : detail);
  }
  return trace;
}
