// The options of a pump: how many it runs at once, how it waits when there is nothing to do.
import { expected, integer } from '../check.js';
import type { Execution } from '../engine/execute.js';
import type { Delivery } from '../storage/storage.js';
import { type Duration, durationMs } from '../time.js';
import { DEFAULT_LEASE_TTL } from './lease-keeper.js';
import type { Runner } from './runner.js';

/** What users may say about it. */
export interface PumpSettings {
  /** How many tasks run at once. Default 1. */
  readonly workers?: number;
  /** Pause after the first look that found nothing. Default 100ms. */
  readonly initialDelay?: Duration;
  /** What the pause is multiplied by after each further look that found nothing; at least 1. Default 1.15. */
  readonly backoff?: number;
  /** The longest pause. Default 10s. */
  readonly maxDelay?: Duration;
  /** Replace a worker after so many tasks. Default: never. */
  readonly maxTasks?: number;
  /** Keeps the lease this long with each turn. Default 30s. */
  readonly leaseTtl?: Duration;
}

export interface PumpOptions extends PumpSettings {
  /** Under which lease deliveries are held. */
  readonly lease: string;
  /** Makes the runner of a place. */
  readonly hire: () => Runner;
  /** Called when the next tick is wanted before its time: something has ended, or a runner has come up. */
  readonly onWanted?: () => void;
  /**
   * Whether a delivery that is held under the lease may be in the hands of another part of the consumer. Asked of those
   * that the pump has not heard of. Default: never.
   */
  readonly isOthers?: (delivery: Delivery) => boolean;
  /** Told of every execution when it is settled. */
  readonly onSettled?: (execution: Execution) => void;
}

export interface ResolvedPumpOptions {
  readonly workers: number;
  readonly initialDelayMs: number;
  readonly backoff: number;
  readonly maxDelayMs: number;
  readonly maxTasks: number;
  readonly leaseTtlMs: number;
  readonly lease: string;
  readonly hire: () => Runner;
  readonly onWanted: () => void;
  readonly isOthers: (delivery: Delivery) => boolean;
  readonly onSettled: ((execution: Execution) => void) | undefined;
}

export const PUMP_SETTINGS = [
  'workers',
  'initialDelay',
  'backoff',
  'maxDelay',
  'maxTasks',
  'leaseTtl',
] as const;

/** Checks the options. @throws ConfigurationError naming the one that makes no sense. */
export function resolvePumpOptions(options: PumpOptions): ResolvedPumpOptions {
  const { backoff = 1.15, initialDelay = '100ms', maxDelay = '10s', maxTasks } = options;
  if (!(Number.isFinite(backoff) && backoff >= 1))
    throw expected('backoff', 'a number of at least 1', backoff);
  return {
    workers: integer('workers', options.workers, 1, 1),
    initialDelayMs: durationMs('initialDelay', initialDelay, { least: 1 }),
    backoff,
    maxDelayMs: durationMs('maxDelay', maxDelay, { least: 1 }),
    maxTasks: maxTasks === undefined ? Infinity : integer('maxTasks', maxTasks, 1, 1),
    leaseTtlMs: durationMs('leaseTtl', options.leaseTtl ?? DEFAULT_LEASE_TTL, { least: 1 }),
    lease: options.lease,
    hire: options.hire,
    onWanted: options.onWanted ?? (() => {}),
    isOthers: options.isOthers ?? (() => false),
    onSettled: options.onSettled,
  };
}
