// Every error this package throws on purpose. A HueyError says what was expected, what was got and what to do;
// RetryTask and CancelExecution are control flow and stand outside the hierarchy.
// Guards read a Symbol.for mark instead of the prototype: worker threads and duplicate installs break instanceof.

const MARK = Symbol.for('huey-ts.error');

interface Marked {
  readonly [MARK]: string;
}

/** The root of the hierarchy: anything huey-ts refuses, fails or reports. */
export class HueyError extends Error {
  override name = 'HueyError';
  get [MARK](): string {
    return this.name;
  }
}

/** Tells whether `error` is a HueyError, or, with a name, that very class; safe across threads and installs. */
export function isHueyError<N extends keyof HueyErrors>(error: unknown, name: N): error is HueyErrors[N];
export function isHueyError(error: unknown, name?: string): error is HueyError;
export function isHueyError(error: unknown, name?: string): error is HueyError {
  const mark = markOf(error);
  return mark !== undefined && !CONTROL_FLOW.has(mark) && (name === undefined || mark === name);
}

/** Tells whether `error` is the control-flow object that asks for a retry. */
export function isRetryTask(error: unknown): error is RetryTask {
  return markOf(error) === 'RetryTask';
}

/** Tells whether `error` is the control-flow object that cancels the execution. */
export function isCancelExecution(error: unknown): error is CancelExecution {
  return markOf(error) === 'CancelExecution';
}

function markOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !(MARK in error)) return undefined;
  return (error as Marked)[MARK];
}

/** An option, argument or declaration that makes no sense; thrown where it was written, before anything is stored. */
export class ConfigurationError extends HueyError {
  override name = 'ConfigurationError';
}

/** What is wrong with a value or a message. */
export type SerializationFault = 'unserializable' | 'malformed' | 'future-version' | 'tampered' | 'too-large';

/** A value that cannot travel, or a message that cannot be read. `path` names the offending value, as `args[1].user`. */
export class SerializationError extends HueyError {
  override name = 'SerializationError';
  readonly fault: SerializationFault;
  readonly path: string | undefined;

  constructor(fault: SerializationFault, message: string, options: ErrorOptions & { path?: string } = {}) {
    super(message, options);
    this.fault = fault;
    this.path = options.path;
  }
}

/** A task name that no declaration answers to. */
export class UnknownTaskError extends HueyError {
  override name = 'UnknownTaskError';
  readonly task: string;

  constructor(task: string, known: readonly string[]) {
    const names = known.length === 0 ? 'none' : known.join(', ');
    super(
      `no task is registered as "${task}" (registered: ${names}); declare it with huey.task('${task}', …) and import that module here`,
    );
    this.task = task;
  }
}

/** What a StorageError may be told beside its message. */
export interface StorageErrorOptions extends ErrorOptions {
  readonly mayHaveApplied?: boolean;
  readonly retryable?: boolean;
}

/** The storage could not do what was asked; `cause` is the client's own error. */
export class StorageError extends HueyError {
  override name = 'StorageError';
  /**
   * Whether the call may have changed something all the same: a server may have done its work before the connection
   * broke. false: nothing was changed.
   */
  readonly mayHaveApplied: boolean;

  /** The same call may succeed later: somebody else was busy, a disk was full, a server was away. */
  readonly retryable: boolean;

  constructor(
    message: string,
    { mayHaveApplied = false, retryable = false, ...options }: StorageErrorOptions = {},
  ) {
    super(message, options);
    this.mayHaveApplied = mayHaveApplied;
    this.retryable = retryable;
  }
}

/** Why a body was told to stop, as its `ctx.signal` says it: the consumer stops. The task is delivered again. */
export class TaskInterrupted extends HueyError {
  override name = 'TaskInterrupted';

  constructor() {
    super('the consumer was told to stop; the task goes back to the queue and is delivered again');
  }
}

/** How a task failed. */
export interface TaskExceptionMetadata {
  /** The error the task failed with. */
  readonly error: unknown;
  /** How many retries were left when it failed. */
  readonly retries: number;
  /** The stack of the error where it was raised, if it had one. */
  readonly traceback: string | undefined;
  readonly taskId: string;
}

/** Reading the result of a task that failed throws this; `metadata` says how, `cause` is the task's own error. */
export class TaskException extends HueyError {
  override name = 'TaskException';
  readonly metadata: TaskExceptionMetadata;

  constructor(metadata: TaskExceptionMetadata) {
    super(`task ${metadata.taskId} failed: ${describeError(metadata.error)}`, { cause: metadata.error });
    this.metadata = metadata;
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The lock (or every place of the semaphore) that the task needs is held by somebody else. */
export class TaskLockedException extends HueyError {
  override name = 'TaskLockedException';
  readonly lock: string;

  constructor(lock: string) {
    super(`unable to acquire lock "${lock}": it is held; give the task retries to try again later`);
    this.lock = lock;
  }
}

/** The task ran longer than its timeout. */
export class TaskTimeout extends HueyError {
  override name = 'TaskTimeout';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the task ran longer than its timeout of ${timeoutMs / 1000}s`);
    this.timeoutMs = timeoutMs;
  }
}

/** All executions that a rate limit grants in the current window are used up; the next window opens in `delayMs`. */
export class RateLimitExceeded extends HueyError {
  override name = 'RateLimitExceeded';
  readonly limit: string;
  /** Milliseconds until the next window opens. */
  readonly delayMs: number;
  /** Whether the task waits for that window without using one of its retries. */
  readonly retry: boolean;

  constructor(limit: string, delayMs: number, retry: boolean) {
    super(`rate limit "${limit}" is used up; the next window opens in ${delayMs / 1000}s`);
    this.limit = limit;
    this.delayMs = delayMs;
    this.retry = retry;
  }
}

/** A blocking read gave up: the task has not ended within the time allowed. It may still end later. */
export class ResultTimeout extends HueyError {
  override name = 'ResultTimeout';
  readonly taskId: string;

  constructor(taskId: string, timeoutMs: number) {
    super(
      `task ${taskId} has no result after ${timeoutMs / 1000}s; it may still end: read again, or give a longer timeout`,
    );
    this.taskId = taskId;
  }
}

/** The task was delivered as often as allowed and its worker died each time; it is in the dead letters. */
export class DeliveriesExhausted extends HueyError {
  override name = 'DeliveriesExhausted';
  readonly deliveries: number;

  constructor(deliveries: number) {
    super(`delivered ${deliveries} times and never ended: its worker died each time; see the dead letters`);
    this.deliveries = deliveries;
  }
}

/** What `new RetryTask` takes beside the message. */
export interface RetryTaskOptions {
  /** Wait this long before the next attempt: seconds, or a string such as '1m'. Excludes `eta`. */
  readonly delay?: number | string;
  /** Try again at this instant. Excludes `delay`. */
  readonly eta?: Date | number | string;
}

/** Thrown by a task to be run again, whether or not it has retries left; uses up none of them. */
export class RetryTask extends Error {
  override name = 'RetryTask';
  readonly delay: number | string | undefined;
  readonly eta: Date | number | string | undefined;

  /** @throws ConfigurationError if both `delay` and `eta` are given. */
  constructor(message = '', options: RetryTaskOptions = {}) {
    super(message);
    refuseUnknown(options, ['delay', 'eta'], 'RetryTask');
    if (options.delay !== undefined && options.eta !== undefined)
      throw new ConfigurationError('expected RetryTask to get `delay` or `eta`, got both; leave one out');
    this.delay = options.delay;
    this.eta = options.eta;
  }

  get [MARK](): string {
    return 'RetryTask';
  }
}

/** What `new CancelExecution` takes. */
export interface CancelExecutionOptions {
  /** true: try again even without retries left; false: never again; default: use the retries that are left. */
  readonly retry?: boolean;
}

/** Thrown by a task, or by a hook before it, to end this execution. */
export class CancelExecution extends Error {
  override name = 'CancelExecution';
  readonly retry: boolean | undefined;

  constructor(options: CancelExecutionOptions = {}) {
    super('the execution was cancelled');
    refuseUnknown(options, ['retry'], 'CancelExecution');
    this.retry = options.retry;
  }

  get [MARK](): string {
    return 'CancelExecution';
  }
}

/** The classes of the hierarchy by name. */
interface HueyErrors {
  readonly ConfigurationError: ConfigurationError;
  readonly SerializationError: SerializationError;
  readonly UnknownTaskError: UnknownTaskError;
  readonly StorageError: StorageError;
  readonly TaskException: TaskException;
  readonly TaskLockedException: TaskLockedException;
  readonly TaskTimeout: TaskTimeout;
  readonly RateLimitExceeded: RateLimitExceeded;
  readonly ResultTimeout: ResultTimeout;
  readonly DeliveriesExhausted: DeliveriesExhausted;
  readonly TaskInterrupted: TaskInterrupted;
}

/** The checks of the other options stand on this file, so it has a small one of its own. */
function refuseUnknown(options: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(
      `${where}: unknown option \`${unknown}\`, the options are ${known.join(', ')}`,
    );
}

const CONTROL_FLOW: ReadonlySet<string> = new Set(['RetryTask', 'CancelExecution']);

const CLASSES: ReadonlyMap<string, { readonly prototype: Error }> = new Map(
  [
    HueyError,
    ConfigurationError,
    SerializationError,
    UnknownTaskError,
    StorageError,
    TaskException,
    TaskLockedException,
    TaskTimeout,
    RateLimitExceeded,
    ResultTimeout,
    DeliveriesExhausted,
    TaskInterrupted,
    RetryTask,
    CancelExecution,
    AggregateError,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ].map((type) => [type.name, type]),
);

/** The prototype for an error that travelled under this class name; unknown names become plain Errors that keep it. */
export function errorPrototype(name: string): Error {
  return CLASSES.get(name)?.prototype ?? Error.prototype;
}
