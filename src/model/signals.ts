// The thirteen signals: what can happen to a task, by huey's names.

/** All signals. */
export const SIGNALS = [
  'enqueued',
  'scheduled',
  'executing',
  'complete',
  'error',
  'retrying',
  'revoked',
  'canceled',
  'expired',
  'interrupted',
  'locked',
  'rate-limited',
  'timeout',
] as const;

/** The name of a signal. */
export type Signal = (typeof SIGNALS)[number];

/** The task was put into the queue. */
export const SIGNAL_ENQUEUED = 'enqueued' satisfies Signal;
/** The task was put into the schedule, until its `eta`. */
export const SIGNAL_SCHEDULED = 'scheduled' satisfies Signal;
/** A worker is about to run the task. */
export const SIGNAL_EXECUTING = 'executing' satisfies Signal;
/** The task returned; its result is stored. */
export const SIGNAL_COMPLETE = 'complete' satisfies Signal;
/** The task raised, or could not be brought to an end; the error is passed on. */
export const SIGNAL_ERROR = 'error' satisfies Signal;
/** The task failed and is about to be tried again; `task.retries` still counts this retry. */
export const SIGNAL_RETRYING = 'retrying' satisfies Signal;
/** The task was skipped because it was revoked. */
export const SIGNAL_REVOKED = 'revoked' satisfies Signal;
/** The task, or a hook before it, cancelled the execution. */
export const SIGNAL_CANCELED = 'canceled' satisfies Signal;
/** The task was skipped because it came too late. */
export const SIGNAL_EXPIRED = 'expired' satisfies Signal;
/** The worker was told to stop while the task ran. */
export const SIGNAL_INTERRUPTED = 'interrupted' satisfies Signal;
/** The task could not get its lock. */
export const SIGNAL_LOCKED = 'locked' satisfies Signal;
/** The task was refused by its rate limit. */
export const SIGNAL_RATE_LIMITED = 'rate-limited' satisfies Signal;
/** The task ran longer than its timeout. */
export const SIGNAL_TIMEOUT = 'timeout' satisfies Signal;
