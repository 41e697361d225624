// How enqueued tasks are treated in a test: run at once, kept for the test to look at, or run by a consumer in virtual
// time. A mode gives the Huey an environment of its own, with an empty memory storage, for a block, for a test, or until
// it is left; the real storage is not touched meanwhile.
import { callable, expected } from '../check.js';
import { Environment } from '../engine/environment.js';
import type { Engine } from '../engine/engine.js';
import { engineOf, type Huey } from '../huey.js';
import { MemoryStorage } from '../storage/memory.js';
import type { Awaitable } from '../storage/storage.js';
import type { Simulation } from '../../sim/simulation.js';
import type { SimulationOptions } from '../../sim/simulation-options.js';
import { Journal } from './journal.js';
import { runWithin } from './scope.js';
import { enterSimulation, type EnteredSimulation, simulated } from './simulated.js';
import { TestClock } from './test-clock.js';

/** One Huey, or all those that a test has to do with. */
export type Hueys = Huey | readonly Huey[];

/** 'immediate': tasks run inside the call that enqueues them. 'capture': they are enqueued, and nothing runs them. */
export type PlainMode = 'immediate' | 'capture';

/** How enqueued tasks are treated. 'simulated': a consumer runs them, in virtual time. */
export type TestMode = PlainMode | 'simulated';

/** Runs the function with tasks running at once, on a memory storage of their own. Safe in tests that run concurrently. */
export async function withImmediate<T>(huey: Hueys, body: () => Awaitable<T>): Promise<T> {
  return withMode(huey, 'immediate', body);
}

/**
 * Runs the function with tasks being enqueued, but not run: look at them with `enqueued`, run them with `drain`. On a
 * memory storage of their own. Safe in tests that run concurrently.
 */
export async function withCapture<T>(huey: Hueys, body: () => Awaitable<T>): Promise<T> {
  return withMode(huey, 'capture', body);
}

/**
 * Runs the function with a consumer that runs what is enqueued, in virtual time: move it with the simulation that the
 * function is given. For one Huey. Safe in tests that run concurrently; the simulation is stopped in the end.
 */
export async function withSimulation<T>(huey: Huey, body: (sim: Simulation) => Awaitable<T>): Promise<T>;
export async function withSimulation<T>(
  huey: Huey,
  options: SimulationOptions,
  body: (sim: Simulation) => Awaitable<T>,
): Promise<T>;
export async function withSimulation<T>(huey: Huey, ...rest: readonly unknown[]): Promise<T> {
  const [options, body] = rest.length > 1 ? rest : [{}, rest[0]];
  return simulated(
    oneOf(huey),
    options as SimulationOptions,
    callable('the block', body as (sim: Simulation) => Awaitable<T>),
  );
}

/**
 * Makes a test function that runs in a mode: `it('…', inMode(huey, 'capture', async () => {…}))`. In the mode
 * 'simulated' it is given the simulation before what the test runner gives.
 */
export function inMode<A extends unknown[], T>(
  huey: Huey,
  mode: 'simulated',
  body: (sim: Simulation, ...args: A) => Awaitable<T>,
): (...args: A) => Promise<T>;
export function inMode<A extends unknown[], T>(
  huey: Hueys,
  mode: PlainMode,
  body: (...args: A) => Awaitable<T>,
): (...args: A) => Promise<T>;
export function inMode<A extends unknown[], T>(
  huey: Hueys,
  mode: TestMode,
  body: (...args: never[]) => Awaitable<T>,
): (...args: A) => Promise<T> {
  checkMode(mode);
  const run = body as (...args: readonly unknown[]) => Awaitable<T>;
  if (mode === 'simulated') return (...args) => simulated(oneOf(huey), {}, (sim) => run(sim, ...args));
  return (...args) => withMode(huey, mode, () => run(...args));
}

/** A mode that was entered; `leave` it, or let `using` do so. */
export interface EnteredMode extends Disposable {
  /** Gives the Huey its own environment back. Leaving twice does nothing more. */
  leave(): void;
}

/**
 * Puts a Huey into a mode for all code of this process, until it is left: for beforeEach and afterEach, where tests
 * run one after the other. Tests that run concurrently need `inMode`, or a block. In the mode 'simulated', await it: the
 * simulation is `sim`.
 */
export function enterMode(
  huey: Huey,
  mode: 'simulated',
  options?: SimulationOptions,
): Promise<EnteredSimulation>;
export function enterMode(huey: Hueys, mode: PlainMode): EnteredMode;
export function enterMode(
  huey: Hueys,
  mode: TestMode,
  options: SimulationOptions = {},
): EnteredMode | Promise<EnteredSimulation> {
  checkMode(mode);
  if (mode === 'simulated') return enterSimulation(oneOf(huey), options);
  const steps = enginesOf(huey).flatMap((engine) => {
    const environment = environmentFor(engine, mode);
    const removeRoute = engine.addRoute(() => environment);
    const journal = new Journal(engine);
    return [() => journal.close(), removeRoute];
  });
  const leave = (): void => {
    for (const step of steps.splice(0)) step();
  };
  return { leave, [Symbol.dispose]: leave };
}

/** The engines of Hueys. @throws ConfigurationError for anything else. */
export function enginesOf(huey: Hueys): readonly Engine[] {
  if (!Array.isArray(huey)) return [engineOf(huey)];
  if (huey.length === 0) throw expected('huey', 'a Huey, or a list of at least one', huey);
  return huey.map((one: Huey) => engineOf(one));
}

/** A simulation is of one Huey: two clocks would not go together. */
function oneOf(huey: Hueys): Huey {
  if (!Array.isArray(huey)) return huey as Huey;
  if (huey.length === 1) return huey[0] as Huey;
  throw expected('huey', 'one Huey, in the mode simulated', huey, 'each has a clock of its own there');
}

function checkMode(mode: unknown): void {
  if (mode !== 'immediate' && mode !== 'capture' && mode !== 'simulated')
    throw expected('mode', "'immediate', 'capture' or 'simulated'", mode);
}

async function withMode<T>(huey: Hueys, mode: PlainMode, body: () => Awaitable<T>): Promise<T> {
  const engines = enginesOf(huey);
  const environments = new Map(engines.map((engine) => [engine, environmentFor(engine, mode)]));
  return runWithin(environments, async () => {
    const journals = engines.map((engine) => new Journal(engine));
    try {
      return await body();
    } finally {
      for (const journal of journals) journal.close();
    }
  });
}

function environmentFor(engine: Engine, mode: PlainMode): Environment {
  const { runtime } = engine;
  const clock = new TestClock(runtime.clock);
  return new Environment({ ...runtime, clock }, new MemoryStorage(), mode === 'immediate');
}
