// Runs what is enqueued until nothing is left that may run, moving time from task to task. The consumer's own scheduler
// hands over what is due and enqueues the ticks of periodic tasks; the engine executes and settles. One task runs at a
// time, in the order of the queue.
import { boolean, callable, checkOptionNames, expected, integer } from '../check.js';
import { type Duration, durationMs } from '../time.js';
import { type Drained, DrainRun, type OnDrainError, type ResolvedDrainOptions } from './drain-run.js';
import { taskNameOf, type TaskReference } from './matching/enqueued-match.js';
import { enginesOf, type Hueys } from './mode.js';

/** What `drain` takes. */
export interface DrainOptions {
  /** Run these tasks and leave the others where they are. */
  readonly only?: TaskReference | readonly TaskReference[];
  /** Leave these tasks where they are. */
  readonly except?: TaskReference | readonly TaskReference[];
  /** Of several Hueys, drain the one of this name. */
  readonly queue?: string;
  /** Move time on to what is scheduled: delayed tasks, retries with a delay. Default false, or true with `until`. */
  readonly scheduled?: boolean;
  /** Move time on so far, and no further; periodic tasks run at their minutes on the way. */
  readonly until?: Duration;
  /** Run periodic tasks, too. Default true with `until`; without it they would go on for ever. */
  readonly periodic?: boolean;
  /** Run what the tasks enqueue, their retries included. Default true. */
  readonly recursive?: boolean;
  /** Give up after so many executions. Default 10,000. */
  readonly limit?: number;
  /**
   * What to do with what a body throws: nothing, as it is retried and reported as in production (the default); throw
   * the first; or call a function. Assertion errors are always thrown, unless there is a function.
   */
  readonly onError?: OnDrainError;
}

const KNOWN = ['only', 'except', 'queue', 'scheduled', 'until', 'periodic', 'recursive', 'limit', 'onError'];

/**
 * Runs what is enqueued, and what comes of it, one task after the other. In a mode, the time that was moved stays
 * moved until the mode ends; elsewhere the Huey has its own time back afterwards.
 * @throws DrainLimitError when there is no end to it; assertion errors of bodies; what `onError` says.
 */
export async function drain(huey: Hueys, options: DrainOptions = {}): Promise<Drained> {
  checkOptionNames(options, KNOWN, 'drain');
  const resolved = resolveDrainOptions(options);
  const engines = enginesOf(huey).filter(
    (engine) => options.queue === undefined || engine.options.name === options.queue,
  );
  if (engines.length === 0) throw expected('queue', 'the name of one of these Hueys', options.queue);
  return new DrainRun(engines, resolved).run();
}

function resolveDrainOptions(options: DrainOptions): ResolvedDrainOptions {
  const { until, onError = 'continue' } = options;
  if (onError !== 'continue' && onError !== 'throw') callable('onError', onError);
  const periodic = boolean('periodic', options.periodic, until !== undefined);
  if (periodic && until === undefined)
    throw expected(
      'until',
      'given with `periodic`',
      until,
      "write until: '1 day', as periodic tasks have no end",
    );
  return {
    mayRun: filterOf(options),
    scheduled: boolean('scheduled', options.scheduled, until !== undefined),
    untilMs: until === undefined ? undefined : durationMs('until', until),
    periodic,
    recursive: boolean('recursive', options.recursive, true),
    limit: integer('limit', options.limit, 10_000, 1),
    onError,
  };
}

function filterOf({ only, except }: DrainOptions): (name: string) => boolean {
  const chosen = only === undefined ? undefined : namesOf('only', only);
  const spared = except === undefined ? undefined : namesOf('except', except);
  return (name) => (chosen === undefined || chosen.has(name)) && !(spared?.has(name) ?? false);
}

function namesOf(what: string, tasks: TaskReference | readonly TaskReference[]): ReadonlySet<string> {
  const list = Array.isArray(tasks) ? (tasks as readonly TaskReference[]) : [tasks as TaskReference];
  return new Set(list.map((task) => taskNameOf(what, task)));
}
