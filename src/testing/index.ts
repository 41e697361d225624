// The public names of huey-ts/testing, one by one.
export {
  allEnqueued,
  assertEnqueued,
  type AssertEnqueuedOptions,
  enqueued,
  refuteEnqueued,
  type TaskWithArgs,
  type TimesOptions,
} from './enqueued.js';
export { expectEnqueued, type EnqueuedInBlock, type ExpectedEnqueued } from './expect-enqueued.js';
export type { EnqueuedState, EnqueuedTask } from './matching/enqueued-task.js';
export type {
  EnqueuedMatch,
  Matchable,
  MatchableArgs,
  StageMatch,
  TaskReference,
} from './matching/enqueued-match.js';
export type { AsymmetricMatcher } from './matching/value-text.js';
export {
  enterMode,
  type EnteredMode,
  type Hueys,
  inMode,
  type PlainMode,
  type TestMode,
  withCapture,
  withImmediate,
  withSimulation,
} from './mode.js';
export type { EnteredSimulation } from './simulated.js';

export { drain, type DrainOptions } from './drain.js';
export { DrainLimitError, type Drained, type DrainedExecution, type OnDrainError } from './drain-run.js';
export {
  type LogRecord,
  perform,
  type Performed,
  type PerformOptions,
  type PerformOutcome,
} from './perform.js';
export {
  crashAttempts,
  failAttempts,
  type FailStorageOptions,
  failStorage,
  type Fault,
  type FaultOptions,
  hangAttempts,
} from './fault.js';

export { observe, type Observation } from './observe.js';
export type { JournalEvent } from './journal.js';
export { assertFired, assertIdle, assertRetried, assertRevoked, assertSignals } from './assertions.js';
export type { FiredOptions, Observed, Revocable, Verdict } from './verdict.js';
export { hueyMatchers, type HueyMatchers } from './matchers.js';
export { type HandleCensus, type Leak, leakCheck, type LeakCheckOptions, openHandles } from './leak-check.js';

export { StorageVerificationError, verifyStorage, type VerifyStorageOptions } from './verify-storage.js';
export { storageContract, type ContractCase, type ContractSetup } from './contract.js';
