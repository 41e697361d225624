// What can be said of a task when it is declared, and again for one call: names, defaults, checks, in one place.
import { boolean, checkOptionNames, expected, integer, nonEmptyString } from '../check.js';
import { ConfigurationError } from '../errors.js';
import { type Duration, durationMs, type Instant, instantMs } from '../time.js';
import type { Expiry, Task } from './task.js';

/** Until when a task is worth running: so long after it is enqueued, or an instant. 0 means for ever. */
export type ExpiresOption = Duration | Date | { readonly at: Instant };

/** Acknowledge a task once its end is stored (the default), or before its body runs. */
export type DeliveryGuarantee = 'at-least-once' | 'at-most-once';

/** How often something may happen. */
export interface RateLimitOption {
  readonly name: string;
  /** Executions per window; at least 1. */
  readonly limit: number;
  /** The length of a window. Windows start at multiples of it since the epoch. */
  readonly per: Duration;
  /** Whether a refused task waits for the next window without using up a retry. Default true. */
  readonly retry?: boolean;
}

interface CommonOptions {
  /** How often a failed task is tried again. Default 0; Infinity for ever. */
  readonly retries?: number;
  /** How long to wait before a retry. Default 0: at once. */
  readonly retryDelay?: Duration;
  /** What the retry delay is multiplied by after each use; at least 1. Default 1. */
  readonly retryBackoff?: number;
  /** Higher runs first. Default 0. */
  readonly priority?: number;
  readonly expires?: ExpiresOption;
  /** How long one attempt may run; 0 for no limit. Default none. */
  readonly timeout?: Duration;
}

/** What `huey.task` takes. */
export interface TaskOptions extends CommonOptions {
  /** The body gets a TaskContext as its first argument. Default false. */
  readonly context?: boolean;
  /** The name of a lock that the task holds while it runs; if it is taken, the attempt fails. */
  readonly lock?: string;
  readonly rateLimit?: RateLimitOption;
  /** Default: what the Huey says. */
  readonly delivery?: DeliveryGuarantee;
}

/** What `task.with` takes: one call's own values. */
export interface CallOptions extends CommonOptions {
  /** Run it this long from now. A negative delay is due at once. Excludes `eta`. */
  readonly delay?: Duration;
  /** Run it at this instant. Excludes `delay`. */
  readonly eta?: Instant;
  /** The id of the task. Default: a fresh one. */
  readonly id?: string;
}

/** What `task.schedule` takes. */
export type ScheduleOptions = CallOptions;

/** The values of a task that may come from the declaration or from the call. */
export type TaskValues = Pick<
  Task,
  'priority' | 'retries' | 'retryDelayMs' | 'retryBackoff' | 'expires' | 'timeoutMs'
>;

/** A rate limit, checked, with its defaults. */
export interface ResolvedRateLimit {
  readonly name: string;
  readonly limit: number;
  readonly perMs: number;
  readonly retry: boolean;
}

/** The options of a declaration, checked, with their defaults. */
export interface ResolvedTaskOptions {
  readonly values: TaskValues;
  readonly context: boolean;
  readonly lock: string | undefined;
  readonly rateLimit: ResolvedRateLimit | undefined;
  readonly delivery: DeliveryGuarantee | undefined;
}

const COMMON = ['retries', 'retryDelay', 'retryBackoff', 'priority', 'expires', 'timeout'] as const;
const DECLARED = [...COMMON, 'context', 'lock', 'rateLimit', 'delivery'] as const;
const CALLED = [...COMMON, 'delay', 'eta', 'id'] as const;

const DEFAULTS: TaskValues = Object.freeze({ retries: 0, retryDelayMs: 0, retryBackoff: 1 });

/** Checks the options of a declaration. @throws ConfigurationError naming the option. */
export function resolveTaskOptions(options: TaskOptions, where: string): ResolvedTaskOptions {
  checkOptionNames(options, DECLARED, where);
  const { lock, rateLimit, delivery } = options;
  return Object.freeze({
    values: Object.freeze(resolveValues(options, DEFAULTS)),
    context: boolean('context', options.context, false),
    lock: lock === undefined ? undefined : nonEmptyString('lock', lock),
    rateLimit: rateLimit === undefined ? undefined : resolveRateLimit(rateLimit),
    delivery: delivery === undefined ? undefined : resolveDelivery(delivery),
  });
}

/** Checks what is the same in a declaration and a call, over the values that hold without it. */
export function resolveValues(options: CommonOptions, base: TaskValues): TaskValues {
  const { priority, expires, timeout } = options;
  return {
    ...base,
    ...(options.retries !== undefined && { retries: retriesOf(options.retries) }),
    ...(options.retryDelay !== undefined && { retryDelayMs: durationMs('retryDelay', options.retryDelay) }),
    ...(options.retryBackoff !== undefined && { retryBackoff: backoffOf(options.retryBackoff) }),
    ...(priority !== undefined && { priority: finite('priority', priority) }),
    ...(expires !== undefined && { expires: expiryOf(expires) }),
    ...(timeout !== undefined && { timeoutMs: durationMs('timeout', timeout) }),
  };
}

/** Checks the options of a call. @throws ConfigurationError naming the option. */
export function checkCallOptions(options: CallOptions, where: string): void {
  checkOptionNames(options, CALLED, where);
  if (options.id !== undefined) nonEmptyString('id', options.id);
}

/** How to find the instant that `delay` or `eta` asks for, once it is known when; undefined if neither is given. */
export function etaOf({
  delay,
  eta,
}: Pick<CallOptions, 'delay' | 'eta'>): ((now: number) => number) | undefined {
  if (delay !== undefined && eta !== undefined)
    throw new ConfigurationError('expected `delay` or `eta`, got both; leave one out');
  if (delay !== undefined) {
    const delayMs = durationMs('delay', delay, { least: -Infinity });
    return (now) => Math.round(now + delayMs);
  }
  if (eta === undefined) return undefined;
  const at = instantMs('eta', eta);
  return () => at;
}

/** Checks an expiry. @throws ConfigurationError. */
function expiryOf(expires: ExpiresOption): Expiry {
  if (expires instanceof Date) return { at: instantMs('expires', expires) };
  if (typeof expires === 'object' && expires !== null && 'at' in expires)
    return { at: instantMs('expires.at', expires.at) };
  return { afterMs: durationMs('expires', expires, { least: -Infinity }) };
}

/** Checks a rate limit. @throws ConfigurationError naming the option. */
export function resolveRateLimit(options: RateLimitOption): ResolvedRateLimit {
  checkOptionNames(options, ['name', 'limit', 'per', 'retry'], 'rateLimit');
  const perMs = durationMs('rateLimit.per', options.per);
  if (perMs < 1) throw expected('rateLimit.per', 'at least 1ms', options.per);
  return Object.freeze({
    name: nonEmptyString('rateLimit.name', options.name),
    limit: integer('rateLimit.limit', options.limit, undefined, 1),
    perMs,
    retry: boolean('rateLimit.retry', options.retry, true),
  });
}

/** Checks a delivery guarantee. @throws ConfigurationError. */
export function resolveDelivery(delivery: unknown): DeliveryGuarantee {
  if (delivery === 'at-least-once' || delivery === 'at-most-once') return delivery;
  throw expected('delivery', "'at-least-once' or 'at-most-once'", delivery);
}

function retriesOf(retries: number): number {
  return retries === Infinity ? retries : integer('retries', retries, 0, 0);
}

function backoffOf(backoff: number): number {
  if (typeof backoff === 'number' && Number.isFinite(backoff) && backoff >= 1) return backoff;
  throw expected('retryBackoff', 'a number of at least 1', backoff);
}

function finite(what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw expected(what, 'a finite number', value);
  return value;
}
