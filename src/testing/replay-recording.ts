// Replaying a recording in the simulator: what was enqueued from outside of tasks is enqueued at the same instants, in
// virtual time, for the same tasks, whose bodies take as long as they took; and what comes of it is compared.
import { checkOptionNames, integer } from '../check.js';
import type { Engine } from '../engine/engine.js';
import type { Environment } from '../engine/environment.js';
import { engineOf, type Huey } from '../huey.js';
import { MemoryStorage } from '../storage/memory.js';
import { Simulation } from '../../sim/simulation.js';
import type { SimulatedConsumer } from '../../sim/simulation-options.js';
import { type Cue, cuesOf } from './recording/cues.js';
import { type Divergence, firstDivergence } from './recording/divergence.js';
import { lastAsRecorded, perform } from './recording/performer.js';
import { Recorder } from './recording/recorder.js';
import { type ReadRecording, readRecording } from './recording/recording-reader.js';
import { Redaction } from './recording/redaction.js';
import { Story } from './recording/story.js';
import { runWithin } from './scope.js';

/** What `replayRecording` takes beside the recording and the Huey. */
export interface ReplayRecordingOptions {
  /** Draws who goes first at the same instant. Default: whoever came first. */
  readonly seed?: number;
  /** How many tasks run at once. Default: as many as in the recording; 1 if it does not say. */
  readonly workers?: number;
  /** Whether to write the replay down, as a trace of the simulator. Default false. */
  readonly trace?: boolean;
}

/** What a replay has shown. */
export interface ReplayedRecording {
  /** Where it parts from the recording first; undefined: nowhere. */
  readonly divergence: Divergence | undefined;
  /** How many tasks were compared. */
  readonly tasks: number;
  /** What could not be replayed or compared, in words. */
  readonly notes: readonly string[];
  /** The trace, for timelines, if it was asked for. */
  readonly trace: string | undefined;
}

/** How much longer than the recording the replay may take, in virtual time, step by step. */
const OVERTIME = ['1s', '1m', '1h'] as const;
/** Options of a consumer that matter in a simulation. */
const KEPT = [
  'workers',
  'leaseTtl',
  'periodic',
  'schedulerInterval',
  'initialDelay',
  'backoff',
  'maxDelay',
  'maxTasks',
];

/**
 * Replays the text of a recording with the tasks of this Huey, in a simulation of its own, and compares task by task:
 * signals, attempts, errors, arguments of what tasks enqueue, results. Safe beside tests that run concurrently.
 * @throws RecordingError for a text that is no recording; UnknownTaskError for a task that is not declared here.
 */
export async function replayRecording(
  recording: string,
  huey: Huey,
  options: ReplayRecordingOptions = {},
): Promise<ReplayedRecording> {
  checkOptionNames(options, ['seed', 'workers', 'trace'], 'replayRecording');
  const engine = engineOf(huey);
  const read = readRecording(recording);
  const part = untilGap(read);
  const cues = cuesOf(part.events);
  checkDeclared(engine, cues);
  const recorded = Story.of(part.events);
  const end = part.events.reduce((last, { at }) => Math.max(last, at), part.header.start);
  const play = new Play(engine, huey, recorded, simulationOf(part, options));
  const trace = await play.run(cues, end);
  const compared = {
    start: part.header.start,
    end,
    recorded: recorded.tasks(),
    replayed: play.replayed.tasks(),
  };
  return {
    divergence: firstDivergence(compared),
    tasks: compared.recorded.length,
    notes: notesOn(read),
    trace,
  };
}

interface PlayOptions {
  readonly start: number;
  readonly seed: number;
  readonly strategy: 'first-come' | 'random';
  readonly consumers: readonly SimulatedConsumer[];
  readonly trace: boolean;
}

/** One replay under way. */
class Play {
  readonly replayed = new Story();
  readonly #engine: Engine;
  readonly #huey: Huey;
  readonly #recorded: Story;
  readonly #options: PlayOptions;
  #route: (() => Environment) | undefined;

  constructor(engine: Engine, huey: Huey, recorded: Story, options: PlayOptions) {
    this.#engine = engine;
    this.#huey = huey;
    this.#recorded = recorded;
    this.#options = options;
  }

  /** Returns the trace, if there is one. */
  async run(cues: readonly Cue[], end: number): Promise<string | undefined> {
    const engine = this.#engine;
    const stories = { recorded: this.#recorded, replayed: this.replayed, isHere: this.#isHere };
    const covers = engine.registry.names().map((name) => lastAsRecorded(engine, name, stories));
    const recorder = new Recorder(engine, new Redaction(), (event) => this.replayed.add(event), this.#isHere);
    try {
      return await runWithin(new Map([[engine, () => this.#route?.()]]), () =>
        this.#play(recorder, cues, end),
      );
    } finally {
      recorder.close();
      for (const uncover of covers) uncover();
    }
  }

  readonly #isHere = (): boolean => {
    const { world } = this.#engine.environment;
    return world !== undefined && world === this.#route?.().world;
  };

  async #play(recorder: Recorder, cues: readonly Cue[], end: number): Promise<string | undefined> {
    const storage = recorder.watch(new MemoryStorage());
    await using sim = await Simulation.start(this.#huey, { ...this.#options, storage }, (route) => {
      this.#route = route;
      return () => {};
    });
    for (const cue of cues) {
      if (cue.at > sim.now.getTime()) await sim.until(cue.at);
      await perform(this.#engine, cue);
    }
    await sim.until(Math.max(end, sim.now.getTime()));
    for (const more of OVERTIME) if (this.#isBehind()) await sim.advance(more);
    return this.#options.trace ? sim.trace : undefined;
  }

  /** Whether more has happened to a task in the recording than in the replay so far. */
  #isBehind(): boolean {
    const steps = new Map(this.replayed.tasks().map((story) => [story.label, story.steps.length]));
    return this.#recorded.tasks().some((story) => story.steps.length > (steps.get(story.label) ?? 0));
  }
}

function simulationOf({ header, events }: ReadRecording, options: ReplayRecordingOptions): PlayOptions {
  const { seed, workers, trace = false } = options;
  const kept = Object.entries(header.consumer ?? {}).filter(([name]) => KEPT.includes(name));
  const consumer = {
    periodic: events.some(({ kind }) => kind === 'tick'),
    ...Object.fromEntries(kept),
    ...(workers !== undefined && { workers: integer('workers', workers, undefined, 1) }),
  };
  return {
    start: header.start,
    seed: integer('seed', seed, 1, 0),
    strategy: seed === undefined ? 'first-come' : 'random',
    consumers: [consumer],
    trace,
  };
}

/** What comes after a gap cannot be told from what is missing. */
function untilGap({ header, events }: ReadRecording): ReadRecording {
  const gap = events.findIndex(({ kind }) => kind === 'gap');
  return { header, events: gap === -1 ? events : events.slice(0, gap) };
}

/** @throws UnknownTaskError naming the first task that this Huey does not know. */
function checkDeclared({ registry }: Engine, cues: readonly Cue[]): void {
  for (const cue of cues)
    if ('work' in cue)
      for (const { chain } of cue.work) for (const { task } of chain) registry.get(String(task));
}

function notesOn({ header, events }: ReadRecording): readonly string[] {
  const notes: string[] = [];
  const { redacted } = header;
  if (redacted !== null) notes.push('what was redacted was not compared');
  const gap = events.find((event) => event.kind === 'gap');
  if (gap !== undefined)
    notes.push(
      `${gap.dropped} lines are missing from ${new Date(gap.at).toISOString()} on: only what came before was compared`,
    );
  const last = events.at(-1);
  if (last?.kind !== 'end') notes.push('the recording has no end: its process ended, or could not write');
  else if (last.reason === 'full') notes.push('the recording ended when it was full');
  for (const event of events)
    if (event.kind === 'unrecorded') notes.push(`${event.what} was not recorded: ${event.reason}`);
  return notes;
}
