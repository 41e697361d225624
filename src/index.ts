// The public names, one by one.
export { BlackHoleHuey } from './black-hole-huey.js';
export { Huey, type CustomHueyOptions } from './huey.js';
export { MemoryHuey } from './memory-huey.js';
export type { HueyOptions } from './model/huey-options.js';

export { type BoundTask, type TaskFunction } from './engine/task-function.js';
export { TaskContext } from './engine/context.js';
export type {
  CallOptions,
  DeliveryGuarantee,
  ExpiresOption,
  RateLimitOption,
  ScheduleOptions,
  TaskOptions,
} from './model/task-options.js';
export type { ChordSlot, Expiry, Task, TaskChain } from './model/task.js';
export { Args, args, Kwargs, kwargs } from './model/pass-on.js';

export { Signature, type Stage } from './engine/signature.js';
export { Chord, chord, Group, group, type Work } from './engine/canvas.js';
export type { HandleOf } from './engine/enqueue.js';
export { Result, type GetOptions, type RescheduleOptions, type RevokeOptions } from './engine/result.js';
export { ChordResult, ResultGroup } from './engine/result-group.js';

export {
  LockHold,
  TaskLock,
  type AcquireOptions,
  type LockOptions,
  type SemaphoreOptions,
} from './engine/lock.js';
export { Consumer, type ConsumerOptions, type ConsumerState } from './consumer/consumer.js';
export type { WorkerType } from './consumer/worker-settings.js';
export { RateLimit } from './engine/rate-limit.js';
export { DeadLetters, type DeadLetter } from './engine/dead-letters.js';
export { KeyValues } from './engine/key-values.js';
export type { SignalHandler } from './engine/signal-bus.js';
export type { LifecycleHook, PostExecuteHook, PreExecuteHook } from './engine/hooks.js';

export {
  SIGNAL_CANCELED,
  SIGNAL_COMPLETE,
  SIGNAL_ENQUEUED,
  SIGNAL_ERROR,
  SIGNAL_EXECUTING,
  SIGNAL_EXPIRED,
  SIGNAL_INTERRUPTED,
  SIGNAL_LOCKED,
  SIGNAL_RATE_LIMITED,
  SIGNAL_RETRYING,
  SIGNAL_REVOKED,
  SIGNAL_SCHEDULED,
  SIGNAL_TIMEOUT,
  SIGNALS,
  type Signal,
} from './model/signals.js';

export type { Schedule } from './model/schedule.js';
export { crontab, daily, hourly } from './model/crontab.js';
export { cron } from './model/cron.js';
export type { Duration, Instant } from './time.js';

export {
  CancelExecution,
  ConfigurationError,
  DeliveriesExhausted,
  TaskInterrupted,
  HueyError,
  isHueyError,
  RateLimitExceeded,
  ResultTimeout,
  RetryTask,
  SerializationError,
  StorageError,
  TaskException,
  TaskLockedException,
  TaskTimeout,
  UnknownTaskError,
  type CancelExecutionOptions,
  type RetryTaskOptions,
  type SerializationFault,
  type TaskExceptionMetadata,
} from './errors.js';

export { jsonSerializer, type Serializer } from './model/serializer.js';
export { CompressedSerializer } from './model/compressed-serializer.js';
export { SignedSerializer } from './model/signed-serializer.js';

export {
  silentLogger,
  systemRuntime,
  type Clock,
  type Ids,
  type Logger,
  type Random,
  type Runtime,
} from './runtime.js';
export { BlackHoleStorage } from './storage/black-hole.js';
export { MemoryStorage } from './storage/memory.js';
export * from './storage/storage.js';
