// Makes one run and passes both verdicts on it: what happens is judged event by event; then nothing goes wrong any more,
// nodes are healed, and everything that is ready has to end within the budget. Whatever fails is part of what is told.
import { DEFAULT_LEASE_TTL } from '../../src/consumer/lease-keeper.js';
import { expected } from '../../src/check.js';
import { engineOf, type Huey } from '../../src/huey.js';
import { host } from '../../src/runtime.js';
import { durationMs } from '../../src/time.js';
import type { App, MakeApp } from './app.js';
import type { Chooser } from '../choosers/chooser.js';
import { type ContestedTurn, type Preemption, preemptiveChooser } from '../choosers/preemption.js';
import { RecordingChooser } from '../choosers/recording.js';
import { chooserOf } from '../choosers/strategy.js';
import { carryOut, isBearable } from './deeds.js';
import { chosenInvariants, type InvariantChoice } from '../invariants/invariants.js';
import type { Invariant, Rest } from '../invariants/invariant.js';
import { Judge, type Violation } from '../invariants/judge.js';
import { keyedDraw } from '../kernel/keyed-random.js';
import type { RunListener } from '../run-event.js';
import { type Command, lastCommandMs, type Scenario } from './scenario.js';
import type { SimulationEvent } from '../signal-log.js';
import { Simulation } from '../simulation.js';
import { SimulationError } from '../simulation-error.js';
import { resolveSimulationOptions, type SimulationOptions } from '../simulation-options.js';
import type { Plain } from '../trace/trace-header.js';

/** How runs are made. */
export interface RunOptions {
  /** Whether to write the run down; `hash`: only its fingerprint. Default `hash`. */
  readonly trace?: boolean | 'hash';
  /** Whether simulated code that asks for real time, timers or chance fails. Default true. */
  readonly strict?: boolean;
  /** What must hold, by name or number, or of one's own. Default all. */
  readonly invariants?: readonly InvariantChoice[];
  /** Told of everything that happens. What it throws ends the run. */
  readonly observe?: RunListener;
  /** Who decides, in place of what the scenario says; told how to learn the milliseconds since the start. */
  readonly chooser?: Chooser | ((elapsedMs: () => number) => Chooser);
  /** Steps at one instant after which the run counts as a livelock. Default 20,000. */
  readonly maxStepsPerInstant?: number;
}

/** The names of the options above. */
export const RUN_OPTIONS = ['trace', 'strict', 'invariants', 'observe', 'chooser', 'maxStepsPerInstant'];

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
  /** What the invariants complained of, first things first. */
  readonly violations: readonly Violation[];
  /** What the run itself threw. */
  readonly error: unknown;
  /** How often each rare path was reached. */
  readonly covered: ReadonlyMap<string, number>;
  /** The fingerprint of the run; empty without a trace. */
  readonly hash: string;
  /** JSONL; empty unless `trace` is true. */
  readonly trace: string;
  /** Every question that was asked, in the terms of a preemption: whose turn it was, or whom a fault could hit. */
  readonly contested: readonly ContestedTurn[];
  /** What sets the run apart from a serial one: with it in place of a strategy, the scenario gives this very run. */
  readonly preemptions: readonly Preemption[];
  readonly steps: number;
  /** Virtual time at the end, in epoch milliseconds. */
  readonly endedAt: number;
}

/** Makes one run, and tells what came of it, be it a failure. @throws ConfigurationError for options that make no sense. */
export async function conduct(
  scenario: Scenario,
  make: MakeApp,
  options: RunOptions = {},
): Promise<ScenarioRun> {
  const run = new Conduct(scenario, options);
  await run.make(make);
  return run.told();
}

/** Whether a run is to be complained of. */
export function isFailure({ violations, error }: ScenarioRun): boolean {
  return violations.length > 0 || error !== undefined;
}

class Conduct {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #chooser: RecordingChooser;
  readonly #invariants: readonly Invariant[];
  readonly #failed: FailedCommand[] = [];
  #judge: Judge | undefined;
  #sim: Simulation | undefined;
  #huey: Huey | undefined;
  #startedAt = 0;
  /** The longest that a dead lease can last. */
  #leaseTtlMs = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario;
    this.#options = options;
    const { chooser = chooserFor(scenario), invariants } = options;
    this.#invariants = chosenInvariants(invariants);
    this.#chooser = new RecordingChooser(
      typeof chooser === 'function' ? chooser(() => this.#elapsedMs()) : chooser,
    );
  }

  /** Makes the run; what it throws is kept, and so is an error that nobody catches, of a body for instance. */
  async make(make: MakeApp): Promise<void> {
    const quitHearing = host.onStray((error) => (this.#failure ??= { error }));
    try {
      const { seed = 1 } = this.#scenario;
      const app = await make({ seed, start: (huey, given) => this.#start({ huey }, given) });
      if (app !== undefined) await this.#start(app);
      if (this.#sim !== undefined) await this.#toTheEnd(this.#sim);
      await app?.verify?.();
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      // Only after a turn is the process told of rejections that nobody has handled.
      await host.turn();
      quitHearing();
    }
  }

  /** Ends the simulation, and tells what came of it. */
  async told(): Promise<ScenarioRun> {
    const { trace = 'hash' } = this.#options;
    const sim = this.#sim;
    const judge = this.#judge;
    const run: ScenarioRun = {
      scenario: this.#scenario,
      events: [...(sim?.events() ?? [])],
      failed: [...this.#failed],
      violations: judge?.violations ?? [],
      error: this.#failure?.error,
      covered: judge?.covered ?? new Map(),
      hash: trace === false ? '' : (sim?.hash ?? ''),
      trace: trace === true ? (sim?.trace ?? '') : '',
      contested: this.#chooser.contested,
      preemptions: this.#chooser.preemptions,
      steps: sim?.steps ?? 0,
      endedAt: sim?.now.getTime() ?? 0,
    };
    await sim?.abandon();
    return run;
  }

  /** The chooser is asked before the simulation is there. */
  #elapsedMs(): number {
    return this.#sim === undefined ? 0 : this.#sim.now.getTime() - this.#startedAt;
  }

  async #start(app: App, given: SimulationOptions = {}): Promise<Simulation> {
    if (this.#sim !== undefined) throw expected('start', 'one call of it', 'another');
    const { huey } = app;
    const judge = new Judge({
      engine: engineOf(huey),
      invariants: this.#invariants,
      workersOf: (node) => workers.get(node),
    });
    const options = this.#simulationOptions(app, given, judge);
    const { consumers } = resolveSimulationOptions(options);
    const workers = new Map(consumers.map(({ name, options: { workers = 1 } }) => [name, workers]));
    const ttls = consumers.map(({ options: { leaseTtl = DEFAULT_LEASE_TTL } }) =>
      durationMs('leaseTtl', leaseTtl),
    );
    this.#leaseTtlMs = Math.max(0, ...ttls);
    this.#judge = judge;
    this.#huey = huey;
    const sim = await Simulation.start(huey, options);
    this.#startedAt = sim.now.getTime();
    this.#sim = sim;
    this.#schedule(sim, app);
    return sim;
  }

  #simulationOptions(app: App, given: SimulationOptions, judge: Judge): SimulationOptions {
    const { seed = 1, start, consumers, workers, leaseTtl, network } = this.#scenario;
    const { strict = true, observe, trace = 'hash', maxStepsPerInstant = 20_000 } = this.#options;
    const storage = storageOf(this.#scenario, app);
    return {
      maxStepsPerInstant,
      strict,
      ...given,
      seed,
      trace,
      strategy: this.#chooser,
      about: { scenario: JSON.parse(JSON.stringify(this.#scenario)) as Plain },
      ...(start !== undefined && { start }),
      ...(consumers !== undefined && { consumers }),
      ...(workers !== undefined && { workers }),
      ...(leaseTtl !== undefined && { leaseTtl }),
      ...(network !== undefined && { network }),
      ...(storage !== undefined && { storage }),
      observe(event) {
        judge.observe(event);
        given.observe?.(event);
        observe?.(event);
      },
    };
  }

  /** Gives each command at its instant. */
  #schedule(sim: Simulation, { huey, actions = {} }: App): void {
    for (const [index, command] of this.#scenario.commands.entries())
      void sim
        .at(command.at ?? 0, () => carryOut({ huey, sim, actions }, command), {
          by: command.by ?? 'client',
          what: command.do,
        })
        .catch((error: unknown) => {
          this.#failed.push({ index, command, error });
          if (!isBearable(command, error)) this.#failure ??= { error };
        });
  }

  async #toTheEnd(sim: Simulation): Promise<void> {
    const { lasts = 0, ending = 'everybody', budget = '1 day' } = this.#scenario;
    const leastMs = Math.max(durationMs('lasts', lasts), lastCommandMs(this.#scenario));
    await sim.advance(Math.max(0, leastMs - this.#elapsedMs()) / 1000);
    if (ending === 'none' || this.#failure !== undefined) return;
    sim.calm();
    await this.#heal(sim);
    const stuck = await whatIsStuck(sim.untilIdle({ limit: budget }));
    for (const name of sim.consumers) if (sim.isUp(name)) await sim.shutdown(name);
    // A lease was given by the clock of its node, which may have been ahead; and locks may have an expiry of their own.
    await sim.advance((this.#leaseTtlMs / 1000) * 4);
    this.#judge!.end(await this.#rest(sim, stuck));
  }

  /** Everybody is up again; or some are, at least one, and the rest is dead. */
  async #heal(sim: Simulation): Promise<void> {
    const { seed = 1, ending } = this.#scenario;
    const { consumers } = sim;
    const draws = consumers.map((name) => keyedDraw(seed, `core ${name}`, 0));
    const most = Math.max(0.5, Math.min(...draws));
    const isKept = (index: number): boolean => ending !== 'core' || draws[index]! <= most;
    for (const [index, name] of consumers.entries()) if (!isKept(index) && sim.isUp(name)) sim.crash(name);
    for (const [index, name] of consumers.entries()) if (isKept(index)) await sim.revive(name);
  }

  async #rest(sim: Simulation, stuck: SimulationError | undefined): Promise<Rest> {
    const { storage } = this.#huey!;
    const now = sim.now.getTime();
    return {
      pending: await storage.pending(),
      scheduled: await storage.scheduled(),
      held: await storage.held(now),
      dead: await storage.dead(),
      keys: await storage.keys(now),
      locks: await storage.locks(now),
      reports: await storage.reports(),
      isDrained: stuck === undefined,
      ...(stuck !== undefined && { stuck: stuck.message }),
    };
  }
}

function chooserFor({ preemptions, strategy = 'random', seed = 1 }: Scenario): Chooser {
  return preemptions === undefined ? chooserOf(strategy, seed) : preemptiveChooser(preemptions);
}

function storageOf({ storage = 'memory' }: Scenario, { storages = {} }: App) {
  if (Object.hasOwn(storages, storage)) return storages[storage];
  if (storage === 'memory') return undefined;
  throw expected('storage', `one of memory, ${Object.keys(storages).join(', ')}`, storage);
}

/** Why not everything ended; undefined if it did. */
async function whatIsStuck(idle: Promise<void>): Promise<SimulationError | undefined> {
  try {
    await idle;
    return undefined;
  } catch (error) {
    if (error instanceof SimulationError) return error;
    throw error;
  }
}
