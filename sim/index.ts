// The public names of huey-ts/sim.
export { Simulation, type UntilIdleOptions } from './simulation.js';
export type { AtOptions, FailOptions, SkewOptions } from './world/crew.js';
export type { SimulatedConsumer, SimulationOptions } from './simulation-options.js';
export type { Mishap, NetworkOptions } from './world/faults.js';
export type { AppliedCall, RunEvent, RunListener } from './run-event.js';
export type { SimulationEvent } from './signal-log.js';
export { SimulationError } from './simulation-error.js';
export { canonicalLines } from './trace/canonical.js';
export { diff } from './diff.js';
export { differenceText, type NamedRun } from './trace/difference-text.js';
export { type DiffOptions, diffTraces, type TraceDifference } from './trace/trace-diff.js';
export { TraceError } from './trace/trace-error.js';
export type { TraceEvent, TraceKind } from './trace/trace-event.js';
export type { Plain, RunDescription, TraceHeader } from './trace/trace-header.js';
export { readTrace, type ReadTraceOptions, type RecordedRun } from './trace/trace-reader.js';
export { Trace, type TraceOptions } from './trace/trace.js';
export { type DrawingOptions, drawTimeline } from './timeline/drawing.js';
export { htmlTimeline, type HtmlTimelineOptions } from './timeline/html-timeline.js';
export { perfettoTrace } from './timeline/perfetto.js';
export { textTimeline, type TextTimelineOptions } from './timeline/text-timeline.js';
export type { Stretch } from './timeline/stretch.js';
export {
  type Lane,
  type Mark,
  type Timeline,
  timelineOf,
  type TimelineOptions,
} from './timeline/timeline.js';
export type { Tone } from './timeline/tone.js';
export { calendarText } from './calendar/calendar-text.js';
export { type CalendarOptions, type Firing, firings, type ScheduledTask } from './calendar/firing.js';
export type { ClockNote } from './calendar/local-clock.js';
export type { Command, Ending, Scenario } from './scenario/scenario.js';
export type { Action, App, MakeApp, RunStart, Subject } from './scenario/app.js';
export type { FailedCommand, RunOptions, ScenarioRun } from './scenario/conduct.js';
export { runScenario } from './scenario/run-scenario.js';
export { isRunFailure, RunFailure } from './scenario/run-failure.js';
export { type Exploration, explore, type ExploreOptions } from './explore.js';
export type { CandidateKey, ChoiceKind, Chooser } from './choosers/chooser.js';
export type { DepthFirstOptions } from './choosers/depth-first.js';
export type { PctOptions } from './choosers/pct.js';
export { type Preemption, preemptiveChooser } from './choosers/preemption.js';
export { type RecordedChoice, RecordingChooser } from './choosers/recording.js';
export { replayChooser } from './choosers/replay.js';
export { scriptedChooser } from './choosers/scripted.js';
export type { StickyOptions } from './choosers/sticky.js';
export { chooserOf, type Strategy } from './choosers/strategy.js';
export { replay, type Replay, type ReplayOptions, scenarioIn } from './replay.js';
export { scenarioToken } from './scenario/token.js';
export type {
  Disturbance,
  Facts,
  Flight,
  Moment,
  Observation,
  ObservationKind,
  ObservationOf,
  Origin,
} from './observation/observation.js';
export type { Handlers, Invariant, Rest, Watch, WatchedRun } from './invariants/invariant.js';
export { type InvariantChoice, INVARIANTS } from './invariants/invariants.js';
export type { Violation } from './invariants/judge.js';
export { scenarioFor, type ScenarioOptions, type Sweep } from './sweep/sweep.js';
export { check, type CheckOptions, type CheckReport, shrink, type ShrinkOptions } from './sweep/check.js';
