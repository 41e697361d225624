// How one delivery can end. What follows from each is decided in engine/settle.ts, and only there.
import type {
  CancelExecution,
  RateLimitExceeded,
  RetryTask,
  TaskLockedException,
  TaskTimeout,
} from '../errors.js';

export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'raised'; readonly error: unknown }
  | { readonly kind: 'timed-out'; readonly error: TaskTimeout }
  | { readonly kind: 'locked'; readonly error: TaskLockedException }
  | { readonly kind: 'rate-limited'; readonly error: RateLimitExceeded }
  | { readonly kind: 'retry-asked'; readonly error: RetryTask }
  | { readonly kind: 'canceled'; readonly error: CancelExecution }
  /** A hook cancelled before the body ran: nothing is stored, nothing is retried. */
  | { readonly kind: 'prevented' }
  | { readonly kind: 'revoked'; readonly once: boolean }
  | { readonly kind: 'expired' }
  /** Its time has not come: it goes to the schedule. */
  | { readonly kind: 'postponed'; readonly eta: number }
  /** The worker was told to stop: the delivery goes back. */
  | { readonly kind: 'interrupted' }
  /** Delivered too often without an end: to the dead letters. */
  | { readonly kind: 'exhausted'; readonly error: Error };

export type Failure = Extract<Outcome, { readonly error: unknown }>;
