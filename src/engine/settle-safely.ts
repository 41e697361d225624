// Settles whatever happens, so that no worker dies of a task. An end that cannot be stored is told in less and less
// detail: a value that cannot travel fails the task, an error that is too large loses its particulars, and if even
// that does not fit, the message goes to the dead letters.
import { HueyError } from '../errors.js';
import type { Failure, Outcome } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import { bury, type Ending, settle, type Settled, type SettleSettings } from './settle.js';

/** What was decided, about which task and for which outcome in the end. */
export interface Conclusion {
  readonly settled: Settled;
  readonly task: Task;
  readonly outcome: Outcome;
}

/** Decides what follows. Never throws. */
export function settleSafely(ending: Ending, settings: SettleSettings): Conclusion {
  try {
    return conclusion(ending, settings);
  } catch (error) {
    // The body may have changed its arguments: what goes on from a failure starts from the message again.
    const fresh = { ...ending, ...settings.codec.decode(ending.item) };
    return 'error' in ending.outcome
      ? inBrief(fresh, ending.outcome, settings)
      : inFull(fresh, { kind: 'raised', error }, settings);
  }
}

function inFull(ending: Ending, outcome: Failure, settings: SettleSettings): Conclusion {
  try {
    return conclusion({ ...ending, outcome }, settings);
  } catch {
    return inBrief(ending, outcome, settings);
  }
}

function inBrief(ending: Ending, outcome: Failure, settings: SettleSettings): Conclusion {
  try {
    return conclusion({ ...ending, outcome: withoutParticulars(outcome) }, settings);
  } catch (error) {
    const reason = `its end could not be stored: ${error instanceof Error ? error.message : String(error)}`;
    return { settled: bury({ ...ending, outcome }, reason, settings), task: ending.task, outcome };
  }
}

function conclusion(ending: Ending, settings: SettleSettings): Conclusion {
  return { settled: settle(ending, settings), task: ending.task, outcome: ending.outcome };
}

const LONGEST_TEXT = 200;

/** The same failure, so that it is retried in the same way, with a short message and without a stack or a cause. */
function withoutParticulars(outcome: Failure): Failure {
  const { error } = outcome;
  if (!(error instanceof Error))
    return { kind: 'raised', error: new HueyError('a value was thrown that is no error and cannot travel') };
  const brief = Object.create(Object.getPrototypeOf(error) as object) as Error;
  for (const [key, value] of Object.entries(error)) if (isShort(value)) define(brief, key, value, true);
  define(brief, 'name', shortened(error.name), false);
  define(brief, 'message', shortened(error.message), false);
  return { ...outcome, error: brief } as Failure;
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= LONGEST_TEXT;
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Date;
}

function shortened(text: unknown): string {
  const whole = String(text);
  return whole.length > LONGEST_TEXT ? `${whole.slice(0, LONGEST_TEXT)}…` : whole;
}

/** Unlike an assignment, runs no setter. */
function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
