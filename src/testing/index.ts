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

export { record, type Recording, type RecordOptions } from './record.js';
export { replayRecording, type ReplayedRecording, type ReplayRecordingOptions } from './replay-recording.js';
export type { Divergence } from './recording/divergence.js';
export type { RecordingSink, RecordingState } from './recording/line-writer.js';
export type {
  RecordedAttempt,
  RecordedWork,
  RecordingEvent,
  RecordingHeader,
  RedactedPaths,
} from './recording/recording-event.js';
export { type ReadRecording, readRecording, RecordingError } from './recording/recording-reader.js';
export type { RecordedPart, RedactOptions, RedactPart } from './recording/redaction.js';
export type { TextStream } from './recording/sink.js';
export type { Step } from './recording/story.js';

export { observe, type Observation } from './observe.js';
export type { JournalEvent } from './journal.js';
export { assertFired, assertIdle, assertRetried, assertRevoked, assertSignals } from './assertions.js';
export type { FiredOptions, Observed, Revocable, Verdict } from './verdict.js';
export { hueyMatchers, type HueyMatchers } from './matchers.js';
export { type HandleCensus, type Leak, leakCheck, type LeakCheckOptions, openHandles } from './leak-check.js';

export { StorageVerificationError, verifyStorage, type VerifyStorageOptions } from './verify-storage.js';
export { storageContract, type ContractCase, type ContractSetup } from './contract.js';
