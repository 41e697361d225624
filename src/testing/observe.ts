// Keeping a journal by hand: for tests that run in no mode, with a consumer of their own or in a simulation.
import type { Signal } from '../model/signals.js';
import { engineOf, type Huey } from '../huey.js';
import { Journal, type JournalEvent } from './journal.js';
import { taskNameOf, type TaskReference } from './matching/enqueued-match.js';

/** A journal of what happens to the tasks of a Huey; `close` it, or let `using` do so. */
export interface Observation extends Disposable {
  /** What happened so far, in order; to one task if named. */
  events(task?: TaskReference): readonly JournalEvent[];
  /** The names of the signals so far, in order; of one task if named. */
  signals(task?: TaskReference): readonly Signal[];
  close(): void;
}

/**
 * Keeps a journal from now on, for the assertions about what has happened: signals, retries, periodic tasks, tasks that
 * have ended. It is about the environment in which it was opened: a mode, a simulation, or the Huey's own.
 */
export function observe(huey: Huey): Observation {
  const journal = new Journal(engineOf(huey));
  const close = (): void => journal.close();
  const events = (task?: TaskReference): readonly JournalEvent[] =>
    journal.events(task === undefined ? {} : { name: taskNameOf('task', task) });
  return {
    events,
    signals: (task) => events(task).map(({ signal }) => signal),
    close,
    [Symbol.dispose]: close,
  };
}
