// Runs a scenario: declares the tasks on a Huey of its own, gives each command at its instant, brings the run to its end,
// and tells what came of it.
import { checkOptionNames, expected } from '../src/check.js';
import type { Huey } from '../src/huey.js';
import { MemoryHuey } from '../src/memory-huey.js';
import type { Storage } from '../src/storage/storage.js';
import { durationMs } from '../src/time.js';
import type { Chooser } from './choosers/chooser.js';
import type { Preemption } from './choosers/preemption.js';
import { RecordingChooser } from './choosers/recording.js';
import { chooserOf } from './choosers/strategy.js';
import { type Action, carryOut } from './deeds.js';
import { keyedDraw } from './keyed-random.js';
import type { RunListener } from './run-event.js';
import { checkScenario, type Command, lastCommandMs, type Scenario } from './scenario.js';
import type { SimulationEvent } from './signal-log.js';
import { Simulation } from './simulation.js';
import type { Plain } from './trace/trace-header.js';

/** Declares the tasks of a scenario on a fresh Huey; returns what its commands may call besides. */
export type Declare = (huey: Huey) => { readonly actions?: Readonly<Record<string, Action>> } | void;

/** What `runScenario` takes beside the scenario and the declarations. */
export interface RunScenarioOptions {
  /** Whether to write the run down; `hash`: only its fingerprint. Default `hash`. */
  readonly trace?: boolean | 'hash';
  /** Whether simulated code that asks for real time, timers or chance fails. Default true. */
  readonly strict?: boolean;
  /** Told of everything that happens. */
  readonly observe?: RunListener;
  /** How to make the storages that scenarios name. `memory` is there. */
  readonly storages?: Readonly<Record<string, () => Storage>>;
  /** Who decides, in place of what the scenario says; told how to learn the milliseconds since the start. */
  readonly chooser?: Chooser | ((elapsedMs: () => number) => Chooser);
  /** Called when everything has come to rest, while the simulated world is still there. */
  readonly atRest?: (sim: Simulation, huey: Huey) => unknown;
  /** Steps at one instant after which the run counts as a livelock. Default 100,000. */
  readonly maxStepsPerInstant?: number;
}

/** A command that failed, as one may while things go wrong. */
export interface FailedCommand {
  readonly index: number;
  readonly command: Command;
  readonly error: unknown;
}

/** What came of a run. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly events: readonly SimulationEvent[];
  readonly failed: readonly FailedCommand[];
  /** The fingerprint of the run; empty without a trace. */
  readonly hash: string;
  /** JSONL; empty unless `trace` is true. */
  readonly trace: string;
  /** What sets the run apart from a serial one: with it in place of a strategy, the scenario gives this very run. */
  readonly preemptions: readonly Preemption[];
  readonly steps: number;
  /** Virtual time at the end, in epoch milliseconds. */
  readonly endedAt: number;
}

const KNOWN = ['trace', 'strict', 'observe', 'storages', 'chooser', 'atRest', 'maxStepsPerInstant'];

/**
 * Runs a scenario to its end.
 * @throws SimulationError if it cannot go on, or not everything ends within its budget; what an observer throws.
 */
export async function runScenario(
  scenario: Scenario,
  declare: Declare,
  options: RunScenarioOptions = {},
): Promise<ScenarioRun> {
  checkOptionNames(options, KNOWN, 'runScenario');
  checkScenario(scenario);
  const { trace = 'hash' } = options;
  const huey = new MemoryHuey();
  const { actions = {} } = declare(huey) ?? {};
  // The chooser is asked before the simulation is there.
  const begun: { sim?: Simulation; at?: number } = {};
  const elapsedMs = (): number => (begun.sim === undefined ? 0 : begun.sim.now.getTime() - begun.at!);
  const given = options.chooser ?? chooserFor(scenario);
  const chooser = new RecordingChooser(typeof given === 'function' ? given(elapsedMs) : given);
  const sim = await Simulation.start(huey, {
    ...simulationOptions(scenario, options),
    trace,
    strategy: chooser,
  });
  Object.assign(begun, { sim, at: sim.now.getTime() });
  const failed: FailedCommand[] = [];
  try {
    for (const [index, command] of scenario.commands.entries())
      void sim
        .at(command.at ?? 0, () => carryOut({ huey, sim, actions }, command), {
          by: command.by ?? 'client',
          what: command.do,
        })
        .catch((error: unknown) => failed.push({ index, command, error }));
    await toTheEnd(sim, scenario);
    await options.atRest?.(sim, huey);
    return {
      scenario,
      events: [...sim.events()],
      failed,
      hash: trace === false ? '' : sim.hash,
      trace: trace === true ? sim.trace : '',
      preemptions: chooser.preemptions,
      steps: sim.steps,
      endedAt: sim.now.getTime(),
    };
  } finally {
    await sim.abandon();
  }
}

function chooserFor({ preemptions, strategy = 'random', seed = 1 }: Scenario): Chooser {
  return chooserOf(preemptions === undefined ? strategy : { kind: 'serial', preemptions }, seed);
}

function simulationOptions(scenario: Scenario, options: RunScenarioOptions) {
  const { seed = 1, start, consumers, workers, leaseTtl, network } = scenario;
  const { strict = true, observe, maxStepsPerInstant = 100_000 } = options;
  const storage = storageOf(scenario, options);
  return {
    seed,
    strict,
    maxStepsPerInstant,
    about: { scenario: JSON.parse(JSON.stringify(scenario)) as Plain },
    ...(start !== undefined && { start }),
    ...(consumers !== undefined && { consumers }),
    ...(workers !== undefined && { workers }),
    ...(leaseTtl !== undefined && { leaseTtl }),
    ...(network !== undefined && { network }),
    ...(observe !== undefined && { observe }),
    ...(storage !== undefined && { storage }),
  };
}

function storageOf({ storage = 'memory' }: Scenario, { storages = {} }: RunScenarioOptions) {
  if (Object.hasOwn(storages, storage)) return storages[storage];
  if (storage === 'memory') return undefined;
  throw expected('storage', `one of memory, ${Object.keys(storages).join(', ')}`, storage);
}

async function toTheEnd(sim: Simulation, scenario: Scenario): Promise<void> {
  const { lasts = 0, ending = 'everybody', budget = '1 day', seed = 1 } = scenario;
  await sim.advance(Math.max(durationMs('lasts', lasts), lastCommandMs(scenario)) / 1000);
  if (ending === 'none') return;
  sim.calm();
  const { consumers } = sim;
  const core = consumers[Math.floor(keyedDraw(seed, 'core', 0) * consumers.length)];
  for (const name of consumers) if (ending === 'core' && name !== core && sim.isUp(name)) sim.crash(name);
  for (const name of consumers) if (ending === 'everybody' || name === core) await sim.revive(name);
  await sim.untilIdle({ limit: budget });
}
