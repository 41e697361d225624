// Makes one run and passes both verdicts on it: what happened is judged event by event; then nothing goes wrong any
// more, a core of the nodes is healed, and everything that is ready has to end within the budget.
import { isHueyError } from '../../src/errors.js';
import { engineOf, type Huey } from '../../src/huey.js';
import { RecordingChooser } from '../choosers/recording.js';
import type { Preemption } from '../choosers/preemption.js';
import { chooserOf } from '../choosers/strategy.js';
import type { Invariant, Rest } from '../invariants/invariant.js';
import { Judge, type Violation } from '../invariants/judge.js';
import { keyedDraw } from '../keyed-random.js';
import { StartInterrupted } from '../node.js';
import { Simulation } from '../simulation.js';
import type { SimulationOptions } from '../simulation-options.js';
import { host } from '../../src/runtime.js';
import type { RunListener } from '../run-event.js';
import type { Trace } from '../trace/trace.js';
import type { App, Plan, PlannedCommand, PlannedFault } from './plan.js';

/** How runs are made. */
export interface ConductOptions {
  readonly invariants: readonly Invariant[];
  /** Whether to write the run down as a whole. Default: only its hash. */
  readonly trace?: boolean;
  /** How much virtual time everything may take to end after healing, in milliseconds. */
  readonly budgetMs: number;
  /** Whether simulated code that asks for real time, timers or chance fails. Default true. */
  readonly strict?: boolean;
  /** Told of every event too. */
  readonly observe?: RunListener;
}

/** What came of a run. */
export interface RunReport {
  readonly violations: readonly Violation[];
  /** What the run itself threw. */
  readonly failure: unknown;
  /** The fingerprint of the run. */
  readonly hash: string | undefined;
  readonly trace: Trace | undefined;
  readonly steps: number;
  readonly covered: ReadonlyMap<string, number>;
  /** What sets the run apart from a serial one. */
  readonly preemptions: readonly Preemption[];
}

/** The longest a dead lease can last. */
const LEASE_TTL_MS = 10_000;
const LOOK_EVERY_MS = 5000;
/** A sweep must not wait long for a run that goes round in circles. */
const MOST_STEPS = 20_000;

/** A run in the making. */
export class Conduct {
  readonly #plan: Plan;
  readonly #options: ConductOptions;
  readonly #chooser: RecordingChooser;
  #judge: Judge | undefined;
  #simulation: Simulation | undefined;
  #huey: Huey | undefined;
  /** Nodes that are held still. */
  readonly #paused = new Set<string>();
  #failure: { readonly error: unknown } | undefined;
  #quitHearing = (): void => {};

  constructor(plan: Plan, options: ConductOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#chooser = new RecordingChooser(chooserOf(plan.strategy, plan.seed));
  }

  /** Puts the Huey under virtual time as the plan says; what is given holds where the plan says nothing. */
  async start(huey: Huey, given: SimulationOptions = {}): Promise<Simulation> {
    const { seed, nodes, network } = this.#plan;
    const { invariants, trace = false, strict = true, observe } = this.#options;
    const workers = new Map(nodes.map((node) => [node.name, node.workers ?? 1]));
    const judge = new Judge({
      engine: engineOf(huey),
      invariants,
      workersOf: (node) => workers.get(node),
    });
    this.#judge = judge;
    this.#huey = huey;
    const simulation = await Simulation.start(huey, {
      leaseTtl: LEASE_TTL_MS / 1000,
      maxStepsPerInstant: MOST_STEPS,
      strict,
      ...given,
      ...(nodes.length > 0 && { consumers: nodes }),
      ...(network !== undefined && { network }),
      seed,
      strategy: this.#chooser,
      trace: trace ? true : 'hash',
      observe(event) {
        judge.observe(event);
        observe?.(event);
      },
    });
    this.#simulation = simulation;
    return simulation;
  }

  /** Makes the run, whatever it throws. An error that nobody catches, of a body for instance, fails this run too. */
  async attempt(run: () => Promise<void>): Promise<void> {
    this.#quitHearing();
    this.#quitHearing = host.onStray((error) => (this.#failure ??= { error }));
    try {
      await run();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** Carries out commands and faults, each at its time. */
  async carryOut({ commands }: App): Promise<void> {
    const simulation = this.#simulation!;
    const start = simulation.now.getTime();
    const steps = [
      ...this.#plan.faults.map((fault) => ({
        atMs: fault.atMs,
        make: () => makeFault(simulation, fault, this.#paused),
      })),
      ...this.#plan.commands.map((command) => ({
        atMs: command.atMs,
        make: () => makeCommand(commands, command),
      })),
    ].sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, make } of steps) {
      const passed = simulation.now.getTime() - start;
      if (atMs > passed) await simulation.advance((atMs - passed) / 1000);
      await make();
    }
  }

  /** Heals, waits for everything to end, and looks at what is left. */
  async verdict(): Promise<void> {
    const simulation = this.#simulation;
    if (simulation === undefined || this.#failure !== undefined) return;
    simulation.calm();
    await this.#healCore(simulation);
    const isDrained = await this.#drain(simulation);
    for (const name of simulation.consumers) if (isUp(simulation, name)) await simulation.shutdown(name);
    await simulation.advance(LEASE_TTL_MS / 1000 + 1);
    this.#judge!.end(await this.#rest(isDrained));
  }

  /** Ends the simulation and tells what came of it. */
  async end(): Promise<RunReport> {
    const simulation = this.#simulation;
    await this.attempt(async () => simulation?.stop());
    // Only now is the process told of rejections that nobody has handled.
    await host.turn();
    this.#quitHearing();
    const trace = simulation?.recorded;
    return {
      violations: this.#judge?.violations ?? [],
      failure: this.#failure?.error,
      hash: trace?.hash,
      trace: this.#options.trace === true ? trace : undefined,
      steps: simulation?.steps ?? 0,
      covered: this.#judge?.covered ?? new Map(),
      preemptions: this.#chooser.preemptions,
    };
  }

  /** At least one node goes on; which others do is drawn, and the rest is dead. */
  async #healCore(simulation: Simulation): Promise<void> {
    const { consumers } = simulation;
    const { seed } = this.#plan;
    const first = Math.floor(keyedDraw(seed, 'core', 0) * consumers.length);
    for (const [index, name] of consumers.entries()) {
      if (isUp(simulation, name)) simulation.resume(name);
      const isCore = index === first || keyedDraw(seed, 'core', index + 1) < 0.5;
      if (!isCore && isUp(simulation, name)) simulation.crash(name);
      if (isCore && !isUp(simulation, name)) await simulation.restart(name);
    }
  }

  async #drain(simulation: Simulation): Promise<boolean> {
    for (let waitedMs = 0; waitedMs <= this.#options.budgetMs; waitedMs += LOOK_EVERY_MS) {
      if (!(await this.#isWorking())) return true;
      await simulation.advance(LOOK_EVERY_MS / 1000);
    }
    return false;
  }

  /** Periodic tasks come for ever; everything else has an end. */
  async #isWorking(): Promise<boolean> {
    const { pending, scheduled, held } = await this.#rest(false);
    const { registry } = engineOf(this.#huey!);
    const periodic = new Set(registry.periodic().map(({ name }) => name));
    const isOnce = ({ task }: { readonly task: string }): boolean => !periodic.has(task);
    return pending.some(isOnce) || scheduled.some(({ item }) => isOnce(item)) || held.length > 0;
  }

  async #rest(isDrained: boolean): Promise<Rest> {
    const { storage } = this.#huey!;
    const now = this.#simulation!.now.getTime();
    return {
      pending: await storage.pending(),
      scheduled: await storage.scheduled(),
      held: await storage.held(now),
      dead: await storage.dead(),
      keys: await storage.keys(now),
      locks: await storage.locks(now),
      reports: await storage.reports(),
      isDrained,
    };
  }
}

function isUp(simulation: Simulation, name: string): boolean {
  return simulation.isUp(name);
}

async function makeCommand(commands: App['commands'], { command, args }: PlannedCommand): Promise<void> {
  const make = commands[command];
  if (make === undefined) throw new Error(`the app has no command ${command}`);
  await make(...(args as never[]));
}

/** A start that the storage refuses, or that is the last of a node, is taken down; the node stays down for now. */
async function restart(simulation: Simulation, node: string): Promise<void> {
  try {
    await simulation.restart(node);
  } catch (error) {
    if (!isHueyError(error, 'StorageError') && !(error instanceof StartInterrupted)) throw error;
  }
}

/** Faults are drawn, or have lost those before them: one that does not fit is left out. */
async function makeFault(
  simulation: Simulation,
  { fault, node, aheadMs = 0 }: PlannedFault,
  paused: Set<string>,
): Promise<void> {
  if (!simulation.consumers.includes(node)) return;
  const isRunning = simulation.isUp(node);
  switch (fault) {
    case 'restart':
      return isRunning ? undefined : restart(simulation, node);
    case 'skew':
      return simulation.skew(node, { ahead: aheadMs / 1000 });
    case 'heal':
      return simulation.heal(node);
    case 'resume':
      return isRunning ? simulation.resume(node) : undefined;
    default:
  }
  if (fault !== 'pause' && paused.delete(node) && isRunning) simulation.resume(node);
  if (!isRunning || paused.has(node)) return;
  if (fault === 'pause') paused.add(node);
  if (fault === 'crash') simulation.crash(node);
  else if (fault === 'pause') simulation.pause(node);
  else if (fault === 'partition') simulation.partition(node);
  else await simulation.shutdown(node, { deadline: 30 });
}
